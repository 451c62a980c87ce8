#include "QuickMart-backend/clients/http_stripe_client.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <map>

#include "platform/json/parse.hpp"

namespace qm::shop {
namespace stripe {

struct Intent {
  std::string id;
  std::string status;
};
BOOST_DESCRIBE_STRUCT(Intent, (), (id, status))

struct Refund {
  std::string id;
  std::optional<std::string> status;
  std::optional<std::map<std::string, std::string>> metadata;
};
BOOST_DESCRIBE_STRUCT(Refund, (), (id, status, metadata))

struct RefundList {
  std::vector<Refund> data;
  bool has_more = false;
};
BOOST_DESCRIBE_STRUCT(RefundList, (), (data, has_more))

struct Failure {
  std::string type;
  std::optional<std::string> code;
};
BOOST_DESCRIBE_STRUCT(Failure, (), (type, code))

struct FailureAnswer {
  Failure error;
};
BOOST_DESCRIBE_STRUCT(FailureAnswer, (), (error))

}  // namespace stripe

namespace {

constexpr const char* kStripeVersion = "2024-06-20";  // what the answers that are read here look like
constexpr int kMaxRefundPages = 10;

constexpr std::array<std::pair<std::string_view, StripeStatus>, 7> kStripeStatuses{
    {{"requires_payment_method", StripeStatus::open},
     {"requires_confirmation", StripeStatus::open},
     {"requires_action", StripeStatus::open},
     {"processing", StripeStatus::under_way},
     {"requires_capture", StripeStatus::authorised},
     {"succeeded", StripeStatus::captured},
     {"canceled", StripeStatus::cancelled}}};

http::ClientOptions stripe_options(const HttpStripeClient::Options& options) {
  http::ClientOptions out;
  out.timeout_ms = options.timeout_ms;
  out.connect_timeout_ms = std::min(options.timeout_ms, std::chrono::milliseconds{2'000});  // TLS included
  out.ca_file = options.ca_file;
  return out;
}

std::string encode_form(const std::vector<std::pair<std::string, std::string>>& form) {
  std::string text;
  for (const auto& [name, value] : form) {
    if (!text.empty()) text += '&';
    text.append(http::encode_component(name)).append("=").append(http::encode_component(value));
  }
  return text;
}

Error stripe_nonsense() { return {ErrorKind::InDoubt, "The payment provider's answer makes no sense."}; }

// By Stripe's page «Errors». What Stripe says in words is not shown: it may speak of the shop's account.
Error stripe_failure_of(int status, const std::string& body) {
  const std::string said = "The payment provider answered " + std::to_string(status) + ".";
  const std::chrono::seconds soon{1};
  if (status == 429) return unavailable(said);
  if (status == 409 || status >= 500) return {ErrorKind::InDoubt, said, soon};  // 409: the same key is being worked on
  const auto failure = json::parse<stripe::FailureAnswer>(body, "answer");
  const std::string type = failure ? failure->error.type : "";
  if (type == "card_error") return rejected("The payment was declined.");
  if (status == 400 && type == "invalid_request_error") {
    constexpr std::array<std::string_view, 3> kOfState{"payment_intent_unexpected_state", "charge_already_refunded",
                                                       "charge_already_captured"};
    const std::string code = failure->error.code.value_or("");
    const bool is_of_state = std::ranges::find(kOfState, std::string_view{code}) != kOfState.end();
    if (is_of_state || code.empty()) return {ErrorKind::Conflict, "The payment's state does not allow that."};
    // Such as a means of payment that there is not.
    return rejected("The payment was not accepted.");
  }
  return unavailable(said);  // a wrong key, or one that may not do this: an operator's to mend
}

std::string_view header_of(const http::ClientResponse& answer, std::string_view name) {
  const auto is_it = [name](const auto& field) { return boost::beast::iequals(field.first, name); };
  const auto found = std::ranges::find_if(answer.headers, is_it);
  return found == answer.headers.end() ? std::string_view{} : std::string_view{found->second};
}

// Stripe keeps a failure of its own under the key, too, and would repeat it for a day. The step is then asked for under
// another key: it is known from the intent, or from the list of refunds, that it was not made.
bool is_old_failure(const http::ClientResponse& answer) {
  return answer.status >= 500 && header_of(answer, "idempotent-replayed") == "true";
}

Result<StripeIntent> read_intent(const std::string& body) {
  auto said = json::parse<stripe::Intent>(body, "answer");
  if (!said || said->id.empty()) return stripe_nonsense();
  for (const auto& [name, status] : kStripeStatuses)
    if (name == said->status) return StripeIntent{std::move(said->id), status};
  return stripe_nonsense();
}

std::string intent_target(const std::string& intent, const char* step = "") {
  return "/v1/payment_intents/" + http::encode_component(intent) + step;
}

std::string lower_code(Currency currency) {
  std::string code{currency.code()};
  std::ranges::transform(code, code.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return code;
}

}  // namespace

HttpStripeClient::HttpStripeClient(Options options)
    : client_(options.base_url, stripe_options(options)),
      authorization_("Bearer " + options.secret_key),
      timeout_ms_(options.timeout_ms) {}

Task<Result<std::string>> HttpStripeClient::send(http::Method method, std::string target, Form form,
                                                 std::string key) {
  http::ClientRequest call;
  call.method = method;
  call.target = std::move(target);
  call.body = encode_form(form);
  call.content_type = "application/x-www-form-urlencoded";
  call.headers.emplace_back("Authorization", authorization_);
  call.headers.emplace_back("Stripe-Version", kStripeVersion);
  if (!key.empty()) call.headers.emplace_back("Idempotency-Key", key);
  call.idempotent = true;
  const Deadline deadline = deadline_in(timeout_ms_);
  http::ClientRequest first = call;
  auto answer = co_await client_.send(std::move(first), deadline);
  if (answer && is_old_failure(*answer)) {
    call.headers.back().second += ":" + std::string{header_of(*answer, "request-id")};
    answer = co_await client_.send(std::move(call), deadline);
  }
  if (!answer && answer.error().kind == ErrorKind::Timeout) co_return unavailable(answer.error().detail);
  if (!answer) co_return answer.error();
  if (answer->status != 200) co_return stripe_failure_of(answer->status, answer->body);
  co_return std::move(answer->body);
}

Task<Result<StripeIntent>> HttpStripeClient::change_intent(std::string target, Form form, std::string key) {
  auto body = co_await send(http::Method::Post, std::move(target), std::move(form), std::move(key));
  if (!body) co_return body.error();
  co_return read_intent(*body);
}

Task<Result<StripeIntent>> HttpStripeClient::create(OrderId order, Money amount) {
  Form form;
  form.emplace_back("amount", std::to_string(amount.minor()));
  form.emplace_back("currency", lower_code(amount.currency()));
  form.emplace_back("capture_method", "manual");
  form.emplace_back("payment_method_types[]", "card");
  form.emplace_back("metadata[order_id]", order.str());
  std::string target = "/v1/payment_intents", key = order.str() + ":create";
  co_return co_await change_intent(std::move(target), std::move(form), std::move(key));
}

Task<Result<StripeIntent>> HttpStripeClient::confirm(OrderId order, std::string intent, std::string method) {
  Form form;
  form.emplace_back("payment_method", std::move(method));
  // Nobody is there who could pass another check of the bank's: such a card is declined.
  form.emplace_back("error_on_requires_action", "true");
  std::string target = intent_target(intent, "/confirm"), key = order.str() + ":confirm";
  co_return co_await change_intent(std::move(target), std::move(form), std::move(key));
}

Task<Result<StripeIntent>> HttpStripeClient::capture(OrderId order, std::string intent) {
  Form form;
  std::string target = intent_target(intent, "/capture"), key = order.str() + ":capture";
  co_return co_await change_intent(std::move(target), std::move(form), std::move(key));
}

Task<Result<StripeIntent>> HttpStripeClient::cancel(OrderId order, std::string intent) {
  Form form;
  std::string target = intent_target(intent, "/cancel"), key = order.str() + ":cancel";
  co_return co_await change_intent(std::move(target), std::move(form), std::move(key));
}

Task<Result<StripeIntent>> HttpStripeClient::get(std::string intent) {
  Form form;
  std::string target = intent_target(intent), key;
  auto body = co_await send(http::Method::Get, std::move(target), std::move(form), std::move(key));
  if (!body) co_return body.error();
  co_return read_intent(*body);
}

Task<Result<void>> HttpStripeClient::refund(OrderId order, std::string intent, std::string refund, Money amount) {
  Form form;
  form.emplace_back("payment_intent", std::move(intent));
  form.emplace_back("amount", std::to_string(amount.minor()));
  form.emplace_back("metadata[order_id]", order.str());
  form.emplace_back("metadata[refund_id]", refund);
  std::string target = "/v1/refunds", key = order.str() + ":refund:" + refund;
  auto body = co_await send(http::Method::Post, std::move(target), std::move(form), std::move(key));
  if (!body) co_return body.error();
  const auto made = json::parse<stripe::Refund>(*body, "answer");
  if (!made) co_return stripe_nonsense();
  // A refund may fail later too, for a card that was closed: then it is the operator's, and Stripe tells.
  if (made->status == "failed" || made->status == "canceled")
    co_return Error{ErrorKind::Conflict, "The refund was not accepted."};
  co_return Result<void>{};
}

Task<Result<bool>> HttpStripeClient::has_refund(std::string intent, std::string refund) {
  std::string after;
  for (int page = 0; page < kMaxRefundPages; ++page) {
    Form form;
    std::string target = "/v1/refunds?payment_intent=" + http::encode_component(intent) + "&limit=100", key;
    if (!after.empty()) target += "&starting_after=" + http::encode_component(after);
    auto body = co_await send(http::Method::Get, std::move(target), std::move(form), std::move(key));
    if (!body) co_return body.error();
    auto list = json::parse<stripe::RefundList>(*body, "answer");
    if (!list) co_return stripe_nonsense();
    for (stripe::Refund& each : list->data) {
      const bool is_named = each.metadata && (*each.metadata)["refund_id"] == refund;
      if (is_named && each.status != "failed" && each.status != "canceled") co_return true;
      after = std::move(each.id);
    }
    if (!list->has_more || list->data.empty()) co_return false;
  }
  co_return unavailable("The payment has too many refunds to look through.");
}

}  // namespace qm::shop
