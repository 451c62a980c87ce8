// A payment of the sandbox, and what may become of it: the one place that decides. There is one payment for each order
// of the shop, under the order's id.
//
//   none ── authorise ──▶ authorised ── capture ──▶ captured (refunds, a dispute)
//     │  └─ declined ──▶ declined        │
//     └────── cancel ────────┴───────────┴──▶ cancelled
//
// The same step again changes nothing. Once cancelled, nothing is authorised any more, however late it comes.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "platform/core/result.hpp"

namespace qm::sandbox {

struct PaymentTag {
  static constexpr const char* prefix = "pay";
};
using PaymentId = Id<PaymentTag>;

enum class PaymentState { none, declined, authorised, captured, cancelled };
std::string_view to_string(PaymentState state) noexcept;
std::optional<PaymentState> parse_payment_state(std::string_view text) noexcept;

inline constexpr std::size_t kMaxRefunds = 1'000;  // of one payment

struct Payment {
  PaymentId id;
  PaymentState state = PaymentState::none;
  Money amount;               // authorised, or declined
  std::string method;         // as it was given with the authorisation
  std::int64_t captures = 0;  // how often money was taken: at most once
  std::map<std::string, Money> refunds;  // by the name that the merchant gave
  bool disputed = false;      // the customer asked the bank for the money
  Timestamp created_at{};     // of the first step
  Timestamp updated_at{};     // of the last one that changed something

  Money captured() const { return state == PaymentState::captured ? amount : Money{0, amount.currency()}; }
  Money refunded() const;
  friend bool operator==(const Payment&, const Payment&) = default;
};

// Each → whether it changed the payment. Conflict, with a sentence, when its state does not allow the step.

// Rejected when it is, or was, declined. Conflict for another amount than at first.
Result<bool> authorise(Payment& payment, Money amount, std::string method, bool is_declined);
Result<bool> capture(Payment& payment);
Result<bool> cancel(Payment& payment);
// `refund` names it: under a name there is one refund, whatever is asked for later. Conflict beyond what is left.
Result<bool> refund(Payment& payment, const std::string& refund, Money amount);
Result<bool> dispute(Payment& payment);

// The means of payment that is always declined.
inline constexpr std::string_view kDeclinedMethod = "declined";

}  // namespace qm::sandbox
