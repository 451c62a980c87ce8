#include "QuickMart-backend/app/stripe_gateway.hpp"

namespace qm::shop {
namespace {

// Written down instead of an intent for an order that costs nothing: Stripe takes no such payment.
constexpr const char* kNothingToPay = "nothing_to_pay";

Error no_payment(const char* why) { return {ErrorKind::Conflict, why}; }
Error not_known_yet() { return {ErrorKind::InDoubt, "The payment provider is still at it.", std::chrono::seconds{1}}; }

}  // namespace

Task<Result<std::string>> StripeGateway::intent_for(OrderId order, Money amount) {
  auto reference = co_await references_.get(order);
  if (!reference) co_return reference.error();
  if (reference->is_closed) co_return no_payment("The payment was cancelled.");
  if (!reference->name.empty()) co_return std::move(reference->name);
  std::string name = kNothingToPay;
  if (!amount.is_zero()) {
    auto created = co_await stripe_.create(order, amount);
    if (!created) co_return created.error();
    name = std::move(created->id);
  }
  auto written = co_await references_.write_down(std::move(order), std::move(name));
  if (!written) co_return written.error();
  co_return std::move(written->name);
}

Task<Result<StripeIntent>> StripeGateway::look_again(Result<StripeIntent> said, std::string intent) {
  if (said) co_return said;
  const ErrorKind kind = said.error().kind;
  if (kind != ErrorKind::Conflict && kind != ErrorKind::InDoubt) co_return said;
  auto looked = co_await stripe_.get(std::move(intent));
  if (!looked) co_return said;
  co_return looked;
}

Task<Result<void>> StripeGateway::authorise(OrderId order, Money amount, std::string method) {
  auto intent = co_await intent_for(order, amount);
  if (!intent) co_return intent.error();
  if (*intent == kNothingToPay) co_return Result<void>{};
  auto confirmed = co_await stripe_.confirm(std::move(order), *intent, std::move(method));
  const std::optional<Error> failure = confirmed ? std::nullopt : std::optional{confirmed.error()};
  auto stands = co_await look_again(std::move(confirmed), *intent);
  if (!stands) co_return stands.error();
  switch (stands->status) {
    case StripeStatus::authorised:
    case StripeStatus::captured: co_return Result<void>{};
    case StripeStatus::cancelled: co_return no_payment("The payment was cancelled.");
    case StripeStatus::under_way: co_return not_known_yet();
    case StripeStatus::open: break;
  }
  // It was seen to hold nothing, but a confirmation that is in doubt may yet come.
  if (failure && failure->kind == ErrorKind::InDoubt) co_return *failure;
  co_return rejected("The payment was declined.");
}

Task<Result<void>> StripeGateway::capture(OrderId order) {
  auto reference = co_await references_.get(order);
  if (!reference) co_return reference.error();
  if (reference->name.empty()) co_return no_payment("There is nothing to capture.");
  if (reference->name == kNothingToPay) co_return Result<void>{};
  std::string intent = reference->name;
  auto captured = co_await stripe_.capture(std::move(order), intent);
  const std::optional<Error> failure = captured ? std::nullopt : std::optional{captured.error()};
  auto stands = co_await look_again(std::move(captured), std::move(intent));
  if (!stands) co_return stands.error();
  if (stands->status == StripeStatus::captured) co_return Result<void>{};
  if (stands->status == StripeStatus::under_way) co_return not_known_yet();
  if (failure) co_return *failure;
  co_return no_payment("There is nothing to capture.");
}

Task<Result<void>> StripeGateway::cancel(OrderId order) {
  auto before = co_await references_.close(order);
  if (!before) co_return before.error();
  if (before->name.empty() || before->name == kNothingToPay) co_return Result<void>{};
  std::string intent = before->name;
  auto cancelled = co_await stripe_.cancel(std::move(order), intent);
  const std::optional<Error> failure = cancelled ? std::nullopt : std::optional{cancelled.error()};
  auto stands = co_await look_again(std::move(cancelled), std::move(intent));
  if (!stands) co_return stands.error();
  if (stands->status == StripeStatus::cancelled) co_return Result<void>{};
  if (stands->status == StripeStatus::captured) co_return no_payment("The payment was captured; it can be refunded.");
  if (failure && failure->kind != ErrorKind::Conflict) co_return *failure;
  co_return not_known_yet();
}

Task<Result<void>> StripeGateway::refund(OrderId order, std::string refund, Money amount) {
  auto reference = co_await references_.get(order);
  if (!reference) co_return reference.error();
  if (reference->name.empty()) co_return no_payment("Nothing was captured that could be refunded.");
  if (reference->name == kNothingToPay || amount.is_zero()) co_return Result<void>{};
  auto made = co_await stripe_.has_refund(reference->name, refund);
  if (!made) co_return made.error();
  if (*made) co_return Result<void>{};
  co_return co_await stripe_.refund(std::move(order), std::move(reference->name), std::move(refund), amount);
}

}  // namespace qm::shop
