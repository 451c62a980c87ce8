// Stripe cannot be reached from a test. The exchanges here are written after its public documentation (API reference:
// PaymentIntents, Refunds, Errors, Idempotent requests), not recorded from it: each request is compared with what is
// expected next, and answered as the documentation says.
#include "QuickMart-backend/app/stripe_gateway.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <mutex>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/http/server.hpp"
#include "platform/kv/dying_store_fixture.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::shop {
namespace {

struct StripeExchange {
  std::string asked;  // "POST /v1/… key=… form"
  int status = 200;
  std::string answer;
  bool is_lost = false;
  bool is_replayed = false;
};

const std::string kCreate =
    "POST /v1/payment_intents key=ord_1:create amount=2079&currency=usd&capture_method=manual"
    "&payment_method_types%5B%5D=card&metadata%5Border_id%5D=ord_1";
const std::string kConfirm =
    "POST /v1/payment_intents/pi_1/confirm key=ord_1:confirm payment_method=pm_card_visa&error_on_requires_action=true";
const std::string kCapture = "POST /v1/payment_intents/pi_1/capture key=ord_1:capture ";
const std::string kCancel = "POST /v1/payment_intents/pi_1/cancel key=ord_1:cancel ";
const std::string kLook = "GET /v1/payment_intents/pi_1 key= ";
const std::string kRefunds = "GET /v1/refunds?payment_intent=pi_1&limit=100 key= ";
const std::string kRefund =
    "POST /v1/refunds key=ord_1:refund:r1 payment_intent=pi_1&amount=579&metadata%5Border_id%5D=ord_1"
    "&metadata%5Brefund_id%5D=r1";

std::string intent(const std::string& status, const std::string& id = "pi_1") {
  return R"({"id":")" + id + R"(","object":"payment_intent","amount":2079,"amount_capturable":0,"amount_received":0,
    "capture_method":"manual","confirmation_method":"automatic","currency":"usd","last_payment_error":null,
    "latest_charge":null,"livemode":false,"metadata":{"order_id":"ord_1"},"next_action":null,
    "payment_method_types":["card"],"status":")" + status + R"("})";
}
std::string failure(const std::string& type, const std::string& code) {
  return R"({"error":{"type":")" + type + R"(","code":)" + (code.empty() ? "null" : '"' + code + '"') +
         R"(,"decline_code":null,"message":"What Stripe says of it, acct_123","doc_url":"https://stripe.com/docs"}})";
}
std::string refunds(const std::string& list, bool has_more = false) {
  return R"({"object":"list","url":"/v1/refunds","has_more":)" + std::string{has_more ? "true" : "false"} +
         R"(,"data":[)" + list + "]}";
}
std::string refund(const std::string& name, const std::string& status = "succeeded") {
  return R"({"id":"re_)" + name + R"(","object":"refund","amount":579,"currency":"usd","payment_intent":"pi_1",
    "metadata":{"order_id":"ord_1","refund_id":")" + name + R"("},"reason":null,"status":")" + status + R"("})";
}

class StripeGatewayTest : public testing::Test {
 protected:
  StripeGatewayTest() {
    const auto answer = [this](const http::Request& request) -> Task<http::Response> { co_return next(request); };
    for (const char* path : {"/v1/payment_intents", "/v1/payment_intents/{id}/{step}", "/v1/refunds"})
      api_.raw(http::Method::Post, path, {.name = std::string{"post "} + path, .summary = ""}, answer);
    for (const char* path : {"/v1/payment_intents/{id}", "/v1/refunds"})
      api_.raw(http::Method::Get, path, {.name = std::string{"get "} + path, .summary = ""}, answer);
    server_ = std::make_unique<http::Server>(workers_, api_, http::ServerOptions{});
    workers_.start();
    server_->start();
    HttpStripeClient::Options options;
    options.base_url = "http://127.0.0.1:" + std::to_string(server_->port());
    options.secret_key = "sk_test_key";
    stripe_ = std::make_unique<HttpStripeClient>(std::move(options));
    gateway_ = std::make_unique<StripeGateway>(*stripe_, references_);
    EXPECT_TRUE(run(references_.open()));
  }
  ~StripeGatewayTest() override {
    EXPECT_TRUE(script_.empty()) << "never asked: " << script_.front().asked;
    workers_.stop();
    workers_.join();
  }

  http::Response next(const http::Request& request) {
    std::lock_guard lock{mutex_};
    http::Response response;
    const std::string asked = std::string{to_string(request.method)} + " " + request.target +
                              " key=" + std::string{request.header("idempotency-key")} + " " + request.body;
    EXPECT_EQ(request.header("authorization"), "Bearer sk_test_key");
    EXPECT_EQ(request.header("stripe-version"), "2024-06-20");
    if (!request.body.empty()) EXPECT_EQ(request.header("content-type"), "application/x-www-form-urlencoded");
    if (script_.empty()) {
      ADD_FAILURE() << "not expected: " << asked;
      response.status = 404;
      return response;
    }
    const StripeExchange exchange = std::move(script_.front());
    script_.pop_front();
    EXPECT_EQ(asked, exchange.asked);
    response.status = exchange.status;
    response.body = exchange.answer;
    response.lost = exchange.is_lost;
    response.headers.emplace_back("Request-Id", "req_1");
    if (exchange.is_replayed) response.headers.emplace_back("Idempotent-Replayed", "true");
    return response;
  }
  void expect(std::vector<StripeExchange> exchanges) {
    std::lock_guard lock{mutex_};
    EXPECT_TRUE(script_.empty()) << "never asked: " << script_.front().asked;
    script_.assign(exchanges.begin(), exchanges.end());
  }
  template <class T>
  T run(Task<T> task) {
    return await_on(workers_.context(0), std::move(task));
  }
  static std::string told(const Result<void>& result) {
    if (result) return "done";
    switch (result.error().kind) {
      case ErrorKind::Rejected: return "rejected";
      case ErrorKind::Conflict: return "conflict";
      case ErrorKind::Unavailable: return "unavailable";
      case ErrorKind::InDoubt: return "in doubt";
      default: return "other";
    }
  }
  std::string authorise(Money amount = Money{2'079}) {
    const auto result = run(gateway_->authorise(order_, amount, "pm_card_visa"));
    if (!result) EXPECT_EQ(result.error().detail.find("acct_123"), std::string::npos) << result.error().detail;
    return told(result);
  }
  std::string capture() { return told(run(gateway_->capture(order_))); }
  std::string cancel() { return told(run(gateway_->cancel(order_))); }
  std::string refund_it() { return told(run(gateway_->refund(order_, "r1", Money{579}))); }
  void authorise_well() {
    expect({{kCreate, 200, intent("requires_payment_method")}, {kConfirm, 200, intent("requires_capture")}});
    ASSERT_EQ(authorise(), "done");
  }
  void capture_well() {
    authorise_well();
    expect({{kCapture, 200, intent("succeeded")}});
    ASSERT_EQ(capture(), "done");
  }

  WorkerThreads workers_{1};
  http::Api api_{http::ApiInfo{"Stripe", "1", ""}};
  std::unique_ptr<http::Server> server_;
  ManualClock clock_{test::kNow};
  kv::DyingStore kv_{kv::make_memory_store("quick_mart", clock_)};
  PaymentReferenceStore references_{kv_};
  std::unique_ptr<HttpStripeClient> stripe_;
  std::unique_ptr<StripeGateway> gateway_;
  const OrderId order_{"ord_1"};
  std::mutex mutex_;  // guards what follows
  std::deque<StripeExchange> script_;
};

TEST_F(StripeGatewayTest, AuthorisesCapturesAndRefunds) {
  capture_well();
  EXPECT_EQ(run(references_.find("pi_1")).value(), order_);
  expect({{kRefunds, 200, refunds("")}, {kRefund, 200, refund("r1", "pending")}});
  EXPECT_EQ(refund_it(), "done");
}

TEST_F(StripeGatewayTest, RefundTwiceIsMadeOnce) {
  capture_well();
  expect({{kRefunds, 200, refunds(refund("other"), true)},
          {"GET /v1/refunds?payment_intent=pi_1&limit=100&starting_after=re_other key= ", 200, refunds(refund("r1"))}});
  EXPECT_EQ(refund_it(), "done");
  // One that failed was none; and Stripe refuses what goes beyond the payment.
  expect({{kRefunds, 200, refunds(refund("r1", "failed"))},
          {kRefund, 400, failure("invalid_request_error", "charge_already_refunded")}});
  EXPECT_EQ(refund_it(), "conflict");
}

TEST_F(StripeGatewayTest, ADeclinedCardIsRejected) {
  expect({{kCreate, 200, intent("requires_payment_method")}, {kConfirm, 402, failure("card_error", "card_declined")}});
  EXPECT_EQ(authorise(), "rejected");
  expect({{kCancel, 200, intent("canceled")}});
  EXPECT_EQ(cancel(), "done");
  EXPECT_EQ(authorise(), "conflict");  // without asking Stripe
}

TEST_F(StripeGatewayTest, AnAnswerThatGotLostIsAskedForAgainUnderTheSameKey) {
  expect({{kCreate, 200, "", true},
          {kCreate, 200, intent("requires_payment_method")},
          {kConfirm, 200, "", true},
          {kConfirm, 200, intent("requires_capture")}});
  EXPECT_EQ(authorise(), "done");
}

TEST_F(StripeGatewayTest, TroubleIsToldApart) {
  authorise_well();
  const auto requires_capture = intent("requires_capture");
  struct Case {
    int status;
    std::string answer;
    std::string status_then;  // of the intent, where it is looked at
    const char* told;
  };
  const Case cases[] = {
      {429, failure("rate_limit_error", ""), "", "unavailable"},
      {401, failure("invalid_request_error", ""), "", "unavailable"},
      {403, failure("invalid_request_error", ""), "", "unavailable"},
      {409, failure("idempotency_error", "idempotency_key_in_use"), "requires_capture", "in doubt"},
      {500, failure("api_error", ""), "requires_capture", "in doubt"},
      {500, failure("api_error", ""), "succeeded", "done"},
      {503, "<html>", "processing", "in doubt"},
      {400, failure("invalid_request_error", "payment_intent_unexpected_state"), "succeeded", "done"},
      {400, failure("invalid_request_error", "payment_intent_unexpected_state"), "canceled", "conflict"},
      {200, "{}", "succeeded", "done"},
      {200, "nonsense", "requires_capture", "in doubt"},
  };
  for (const Case& c : cases) {
    std::vector<StripeExchange> exchanges{{kCapture, c.status, c.answer}};
    if (!c.status_then.empty()) exchanges.push_back({kLook, 200, intent(c.status_then)});
    expect(std::move(exchanges));
    EXPECT_EQ(capture(), c.told) << c.status << ' ' << c.answer << ' ' << c.status_then;
    // So that no breaker opens for the next one.
    expect({{kCapture, 200, intent("succeeded")}});
    EXPECT_EQ(capture(), "done");
  }
}

TEST_F(StripeGatewayTest, AFailureThatStripeKeptUnderTheKeyIsNotTheLastWord) {
  authorise_well();
  expect({{kCapture, 500, failure("api_error", ""), false, true},
          {"POST /v1/payment_intents/pi_1/capture key=ord_1:capture:req_1 ", 200, intent("succeeded")}});
  EXPECT_EQ(capture(), "done");
}

TEST_F(StripeGatewayTest, CancellingSaysWhetherItWasCaptured) {
  capture_well();
  expect({{kCancel, 400, failure("invalid_request_error", "payment_intent_unexpected_state")},
          {kLook, 200, intent("succeeded")}});
  EXPECT_EQ(cancel(), "conflict");
}

TEST_F(StripeGatewayTest, WhatWasNeverBegunIsCancelledForGood) {
  EXPECT_EQ(cancel(), "done");
  EXPECT_EQ(authorise(), "conflict");
  EXPECT_EQ(capture(), "conflict");
  EXPECT_EQ(refund_it(), "conflict");
}

TEST_F(StripeGatewayTest, NothingToPayIsPaid) {
  EXPECT_EQ(authorise(Money{0}), "done");
  EXPECT_EQ(capture(), "done");
  EXPECT_EQ(told(run(gateway_->refund(order_, "r1", Money{0}))), "done");
}

// The shop dies between Stripe's answer and its own note of it, and after the note: no money is set aside before it.
TEST_F(StripeGatewayTest, ACrashLeavesNoMoneyUnderANameThatNobodyKnows) {
  kv_.die_after(0, kv::DyingStore::Last::Lost);
  expect({{kCreate, 200, intent("requires_payment_method")}});
  EXPECT_EQ(authorise(), "unavailable");
  kv_.revive();
  EXPECT_EQ(cancel(), "done");  // the intent of the crash holds no money, and is never confirmed
  EXPECT_EQ(authorise(), "conflict");
}

TEST_F(StripeGatewayTest, ACrashAfterTheIntentWasWrittenDownFindsItAgain) {
  kv_.die_after(0, kv::DyingStore::Last::Done);
  expect({{kCreate, 200, intent("requires_payment_method")}});
  EXPECT_EQ(authorise(), "in doubt");
  kv_.revive();
  expect({{kCancel, 200, intent("canceled")}});
  EXPECT_EQ(cancel(), "done");
}

// A checkout that stalls between its note and its confirmation, while its order is undone.
TEST_F(StripeGatewayTest, AConfirmationAfterTheCancellationIsRefused) {
  ASSERT_TRUE(run(references_.write_down(order_, "pi_1")));
  expect({{kCancel, 200, intent("canceled")}});
  EXPECT_EQ(cancel(), "done");
  expect({{kConfirm, 400, failure("invalid_request_error", "payment_intent_unexpected_state")},
          {kLook, 200, intent("canceled")}});
  std::string name = "pi_1", method = "pm_card_visa";
  const auto late = run(stripe_->confirm(order_, std::move(name), std::move(method)));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::Conflict);
  name = "pi_1";
  EXPECT_EQ(run(stripe_->get(std::move(name)))->status, StripeStatus::cancelled);
}

}  // namespace
}  // namespace qm::shop
