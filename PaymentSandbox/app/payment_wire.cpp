#include "PaymentSandbox/app/payment_wire.hpp"

namespace qm::sandbox {

contracts::Payment to_wire(const Payment& payment) {
  contracts::Payment out;
  out.payment_id = payment.id.str();
  out.state = std::string{to_string(payment.state)};
  out.amount_minor = payment.amount.minor();
  out.captured_minor = payment.captured().minor();
  out.refunded_minor = payment.refunded().minor();
  out.currency = std::string{payment.amount.currency().code()};
  out.method = payment.method;
  out.captures = payment.captures;
  for (const auto& [refund, amount] : payment.refunds) out.refunds.push_back({refund, amount.minor()});
  out.disputed = payment.disputed;
  out.created_at = payment.created_at;
  out.updated_at = payment.updated_at;
  return out;
}

}  // namespace qm::sandbox
