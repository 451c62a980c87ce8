#include "QuickMart-backend/clients/local_payment_gateway.hpp"

namespace qm::shop {
namespace {

sandbox::PaymentId payment_of(const OrderId& order) { return sandbox::PaymentId{order.str()}; }

Result<void> without_payment(const Result<sandbox::Payment>& done) {
  if (!done) return done.error();
  return {};
}

}  // namespace

Task<Result<void>> LocalPaymentGateway::authorise(OrderId order, Money amount, std::string method) {
  sandbox::PaymentId payment = payment_of(order);
  auto done = co_await payments_.authorise(std::move(payment), amount, std::move(method));
  co_return without_payment(done);
}

Task<Result<void>> LocalPaymentGateway::capture(OrderId order) {
  sandbox::PaymentId payment = payment_of(order);
  auto done = co_await payments_.capture(std::move(payment));
  co_return without_payment(done);
}

Task<Result<void>> LocalPaymentGateway::cancel(OrderId order) {
  sandbox::PaymentId payment = payment_of(order);
  auto done = co_await payments_.cancel(std::move(payment));
  co_return without_payment(done);
}

Task<Result<void>> LocalPaymentGateway::refund(OrderId order, std::string refund, Money amount) {
  sandbox::PaymentId payment = payment_of(order);
  auto done = co_await payments_.refund(std::move(payment), std::move(refund), amount);
  co_return without_payment(done);
}

}  // namespace qm::shop
