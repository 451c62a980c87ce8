// The books of the sandbox's payments: set "sandbox_payment", id = order id. Every call is one step on one record.
// Thread-safe.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/order.hpp"

namespace qm::shop {

enum class SandboxState { none, declined, authorised, captured, cancelled };

struct SandboxPayment {
  OrderId order_id;
  SandboxState state = SandboxState::none;
  Money amount;
  std::int64_t captures = 0;  // how often money was taken: at most once
  std::map<std::string, Money> refunds;

  Money refunded() const {
    Money sum;
    for (const auto& [refund, part] : refunds) sum = sum + part;
    return sum;
  }
};

class SandboxLedger {
 public:
  // Changes the payment; false: there is nothing to write.
  using Change = std::function<Result<bool>(SandboxPayment& payment)>;

  explicit SandboxLedger(kv::Store& store) : store_(store) {}

  // State none when there is none.
  Task<Result<SandboxPayment>> get(OrderId order);
  // Applies it to the payment as it is now, anew when another was faster. The change's own errors.
  Task<Result<void>> change(OrderId order, Change change);

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
