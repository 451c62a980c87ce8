#include "QuickMart-backend/clients/http_payment_gateway.hpp"

#include "contracts/payment.hpp"
#include "platform/json/parse.hpp"
#include "platform/json/print.hpp"

namespace qm::shop {
namespace {

http::ClientOptions gateway_options(std::chrono::milliseconds timeout_ms) {
  http::ClientOptions options;
  options.timeout_ms = timeout_ms;
  return options;
}

// What the sandbox says of its refusals is for its users; the customer is told in the shop's words.
Error refusal_of(int status, const std::string& step) {
  if (status == 400 && step == "authorise") return rejected("The payment was declined.");
  if (status == 409) return {ErrorKind::Conflict, "The payment's state does not allow that."};
  const std::string said = "The payment service answered " + std::to_string(status) + ".";
  // It may have been the sandbox's store that was in doubt.
  if (status >= 500) return {ErrorKind::InDoubt, said, std::chrono::seconds{1}};
  return unavailable(said);  // a wrong token is mended by an operator, a full house by waiting
}

}  // namespace

HttpPaymentGateway::HttpPaymentGateway(Options options)
    : client_(options.base_url, gateway_options(options.timeout_ms)),
      authorization_("Bearer " + options.service_token),
      timeout_ms_(options.timeout_ms) {}

Task<Result<void>> HttpPaymentGateway::post(OrderId order, std::string step, std::string key, std::string body) {
  http::ClientRequest call;
  call.method = http::Method::Post;
  call.target = "/payments/" + http::encode_component(order.str()) + "/" + step;
  call.body = std::move(body);
  call.headers.emplace_back("Authorization", authorization_);
  call.headers.emplace_back("Idempotency-Key", order.str() + ":" + key);
  call.idempotent = true;
  auto answer = co_await client_.send(std::move(call), deadline_in(timeout_ms_));
  if (!answer && answer.error().kind == ErrorKind::Timeout) co_return unavailable(answer.error().detail);
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return refusal_of(answer->status, step);
  const auto payment = json::parse<contracts::Payment>(answer->body, "answer");
  if (!payment || payment->payment_id != order.str())
    co_return Error{ErrorKind::InDoubt, "The payment service's answer makes no sense."};
  co_return Result<void>{};
}

Task<Result<void>> HttpPaymentGateway::authorise(OrderId order, Money amount, std::string method) {
  contracts::AuthorisePayment wanted;
  wanted.amount_minor = amount.minor();
  wanted.currency = std::string{amount.currency().code()};
  wanted.method = std::move(method);
  std::string step = "authorise", key = step, body = json::print(wanted);
  co_return co_await post(std::move(order), std::move(step), std::move(key), std::move(body));
}

Task<Result<void>> HttpPaymentGateway::capture(OrderId order) {
  std::string step = "capture", key = step, body;
  co_return co_await post(std::move(order), std::move(step), std::move(key), std::move(body));
}

Task<Result<void>> HttpPaymentGateway::cancel(OrderId order) {
  std::string step = "cancel", key = step, body;
  co_return co_await post(std::move(order), std::move(step), std::move(key), std::move(body));
}

Task<Result<void>> HttpPaymentGateway::refund(OrderId order, std::string refund, Money amount) {
  contracts::RefundPayment wanted;
  wanted.refund_id = contracts::kShopsRefunds + refund;
  wanted.amount_minor = amount.minor();
  wanted.currency = std::string{amount.currency().code()};
  // The amount is in the key: the name alone decides whether it is made, and a key is for one request only.
  std::string step = "refund", body = json::print(wanted);
  std::string key = "refund:" + refund + ":" + std::to_string(amount.minor());
  co_return co_await post(std::move(order), std::move(step), std::move(key), std::move(body));
}

}  // namespace qm::shop
