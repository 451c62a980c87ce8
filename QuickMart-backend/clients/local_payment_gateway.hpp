// Payments without money, in the shop's own process and over its own store: the sandbox's steps and books, without its
// HTTP, its trouble on demand and its webhooks. So a developer's shop, and a bench, need no third process, and the
// sandbox's rules are written once (docs/adr/0016). The method "declined" is declined, anything else is authorised.
#pragma once
#include "PaymentSandbox/app/sandbox_payments.hpp"
#include "QuickMart-backend/clients/payment_gateway.hpp"

namespace qm::shop {

class LocalPaymentGateway final : public PaymentGateway {
 public:
  LocalPaymentGateway(sandbox::PaymentLedger& ledger, const Clock& clock) : payments_(ledger, clock) {}

  Task<Result<void>> authorise(OrderId order, Money amount, std::string method) override;
  Task<Result<void>> capture(OrderId order) override;
  Task<Result<void>> cancel(OrderId order) override;
  Task<Result<void>> refund(OrderId order, std::string refund, Money amount) override;

 private:
  sandbox::SandboxPayments payments_;
};

}  // namespace qm::shop
