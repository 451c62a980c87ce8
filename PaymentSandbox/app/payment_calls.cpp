#include "PaymentSandbox/app/payment_calls.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qm::sandbox {
namespace {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

Task<void> pause(std::chrono::milliseconds how_long) {
  if (how_long.count() <= 0) co_return;
  Timer timer{co_await boost::asio::this_coro::executor, how_long};
  boost::system::error_code ignored;
  constexpr boost::asio::use_awaitable_t<Executor> kWait{};
  co_await timer.async_wait(boost::asio::redirect_error(kWait, ignored));
}

std::string fingerprint_of(const PaymentCall& call) {
  std::string text{to_string(call.step)};
  for (const std::string& part : {call.payment.str(), call.method, call.refund, to_decimal(call.amount),
                                  std::string{call.amount.currency().code()}})
    text.append("\n").append(part);
  return text;
}

}  // namespace

std::string_view to_string(PaymentStep step) noexcept {
  switch (step) {
    case PaymentStep::authorise: return "authorise";
    case PaymentStep::capture: return "capture";
    case PaymentStep::cancel: return "cancel";
    case PaymentStep::refund: return "refund";
    case PaymentStep::dispute: return "dispute";
  }
  return "";
}

Task<CallOutcome> PaymentCalls::run(PaymentCall call) {
  CallOutcome outcome;
  std::string method = call.method;
  if (call.step != PaymentStep::authorise) {
    auto payment = co_await ledger_.get(call.payment);
    if (payment) method = payment->method;
  }
  std::string step{to_string(call.step)};
  const CallFaults faults = faults_.next(call.payment.str(), std::move(step), call.fault, method);
  if (faults.is_unavailable) {
    outcome.result = unavailable("The payment service is not available at the moment.");
    co_return outcome;
  }
  co_await pause(faults.wait_before);
  outcome = co_await answer(std::move(call), faults.is_declined);
  co_await pause(faults.wait_after);
  outcome.is_lost = faults.is_lost;
  co_return outcome;
}

Task<CallOutcome> PaymentCalls::answer(PaymentCall call, bool is_declined) {
  CallOutcome outcome;
  if (call.key.empty()) {
    outcome.result = co_await work(std::move(call), is_declined);
    co_return outcome;
  }
  std::string key = call.key;
  KeptAnswer kept;
  kept.fingerprint = fingerprint_of(call);
  auto known = co_await answers_.find(key);
  if (!known) {
    outcome.result = known.error();
    co_return outcome;
  }
  if (*known) {
    KeptAnswer& first = **known;
    outcome.is_replayed = true;
    if (first.fingerprint != kept.fingerprint)
      outcome.result = rejected("This Idempotency-Key was used for another request.");
    else if (first.refusal)
      outcome.result = rejected(std::move(*first.refusal));
    else
      outcome.result = std::move(first.payment);
    co_return outcome;
  }
  kept.payment.id = call.payment;
  outcome.result = co_await work(std::move(call), is_declined);
  if (outcome.result)
    kept.payment = *outcome.result;
  else if (outcome.result.error().kind == ErrorKind::Rejected)
    kept.refusal = outcome.result.error().detail;
  else
    co_return outcome;
  auto written = co_await answers_.keep(std::move(key), std::move(kept));
  if (!written) outcome.result = written.error();
  co_return outcome;
}

Task<Result<Payment>> PaymentCalls::work(PaymentCall call, bool is_declined) {
  switch (call.step) {
    case PaymentStep::authorise:
      co_return co_await payments_.authorise(std::move(call.payment), call.amount, std::move(call.method),
                                             is_declined);
    case PaymentStep::capture: co_return co_await payments_.capture(std::move(call.payment));
    case PaymentStep::cancel: co_return co_await payments_.cancel(std::move(call.payment));
    case PaymentStep::refund:
      co_return co_await payments_.refund(std::move(call.payment), std::move(call.refund), call.amount);
    case PaymentStep::dispute: co_return co_await payments_.dispute(std::move(call.payment));
  }
  co_return rejected("There is no such step.");
}

}  // namespace qm::sandbox
