// Payments without money: for development and tests. Its books are in the shop's own store.
//   method "declined" is declined, anything else is authorised
#pragma once
#include "QuickMart-backend/clients/payment_gateway.hpp"
#include "QuickMart-backend/store/sandbox_ledger.hpp"

namespace qm::shop {

class SandboxGateway final : public PaymentGateway {
 public:
  explicit SandboxGateway(SandboxLedger& ledger) : ledger_(ledger) {}

  Task<Result<void>> authorise(OrderId order, Money amount, std::string method) override;
  Task<Result<void>> capture(OrderId order) override;
  Task<Result<void>> cancel(OrderId order) override;
  Task<Result<void>> refund(OrderId order, std::string refund, Money amount) override;

 private:
  SandboxLedger& ledger_;
};

}  // namespace qm::shop
