// The shop's adapter for the payment sandbox, against the real payment-sandbox.
#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "QuickMart-backend/clients/http_payment_gateway.hpp"
#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

using shop::OrderId;

class PaymentGatewayTest : public testing::Test {
 protected:
  PaymentGatewayTest() {
    process_ = start();
    proxy_.forward_to(process_.port());
    workers_.start();
    shop::HttpPaymentGateway::Options options;
    options.base_url = "http://127.0.0.1:" + std::to_string(proxy_.port());
    options.service_token = kServiceToken;
    options.timeout_ms = std::chrono::milliseconds{1'500};
    gateway_ = std::make_unique<shop::HttpPaymentGateway>(std::move(options));
  }
  ~PaymentGatewayTest() override {
    workers_.stop();
    workers_.join();
    gateway_.reset();
  }

  ServiceProcess start() {
    return {"payment-sandbox", dir_.path(), {"--threads", "2", "--service-token", kServiceToken}};
  }
  Result<void> run(Task<Result<void>> task) { return await_on(workers_.context(0), std::move(task)); }
  static ErrorKind kind(const Result<void>& result) { return result ? ErrorKind::Internal : result.error().kind; }

  Result<void> authorise(const OrderId& order, std::string method = "card") {
    return run(gateway_->authorise(order, Money{1'000}, std::move(method)));
  }
  boost::json::value payment(const OrderId& order) {
    return process_.peer().get("/payments/" + order.str(), bearer(kServiceToken)).json();
  }
  // How many calls of an endpoint have ended, answered or not.
  int calls_answered(const std::string& endpoint) {
    const std::string metrics = process_.peer().get("/metrics").body;
    const std::string series = "qm_http_request_seconds_count{endpoint=\"" + endpoint + "\"} ";
    const auto at = metrics.find(series);
    return at == std::string::npos ? 0 : std::stoi(metrics.substr(at + series.size()));
  }
  void order_faults(const std::string& plan) {
    ASSERT_EQ(process_.peer().post("/faults", plan, bearer(kServiceToken)).status, 200) << plan;
  }

  TempDir dir_;
  ServiceProcess process_;
  FaultyProxy proxy_;
  WorkerThreads workers_{1};
  std::unique_ptr<shop::HttpPaymentGateway> gateway_;
};

TEST_F(PaymentGatewayTest, EachStepIsMadeOnceHoweverOftenItIsAsked) {
  const OrderId order{"ord_1"};
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(authorise(order));
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(run(gateway_->capture(order)));
  EXPECT_EQ(kind(run(gateway_->cancel(order))), ErrorKind::Conflict);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(run(gateway_->refund(order, "cancellation", Money{600})));
  EXPECT_EQ(kind(run(gateway_->refund(order, "more", Money{401}))), ErrorKind::Conflict);
  const auto kept = payment(order);
  EXPECT_EQ(number_at(kept, "captures"), 1);
  EXPECT_EQ(number_at(kept, "refunded_minor"), 600);
  EXPECT_EQ(text_at(kept, "refunds/0/refund_id"), "shop.cancellation");
}

TEST_F(PaymentGatewayTest, ADeclinedCardIsRejectedAndACancelledPaymentStaysSo) {
  const auto declined = authorise(OrderId{"ord_1"}, "declined");
  ASSERT_FALSE(declined);
  EXPECT_EQ(declined.error().kind, ErrorKind::Rejected);
  EXPECT_EQ(declined.error().detail, "The payment was declined.");
  EXPECT_EQ(kind(run(gateway_->capture(OrderId{"ord_1"}))), ErrorKind::Conflict);
  EXPECT_TRUE(run(gateway_->cancel(OrderId{"ord_2"})));
  EXPECT_EQ(kind(authorise(OrderId{"ord_2"})), ErrorKind::Conflict);
}

TEST_F(PaymentGatewayTest, ALostAnswerIsAskedForAgain) {
  const OrderId order{"ord_1"};
  EXPECT_TRUE(authorise(order, "lost_answer"));
  EXPECT_TRUE(run(gateway_->capture(order)));
  EXPECT_TRUE(run(gateway_->refund(order, "cancellation", Money{1'000})));
  EXPECT_EQ(number_at(payment(order), "captures"), 1);
  order_faults(R"({"lost_answer":1})");
  EXPECT_EQ(kind(authorise(OrderId{"ord_2"})), ErrorKind::InDoubt);
  EXPECT_EQ(text_at(payment(OrderId{"ord_2"}), "state"), "authorised");  // and it did happen
}

TEST_F(PaymentGatewayTest, ATimeoutIsInDoubtAndItsLateEffectIsRefusedAfterACancellation) {
  order_faults(R"({"delay_ms":2500})");
  const OrderId order{"ord_1"};
  EXPECT_EQ(kind(authorise(order, "timeout")), ErrorKind::InDoubt);
  EXPECT_TRUE(run(gateway_->cancel(order)));  // the authorisation is still under way
  EXPECT_TRUE(eventually([&] { return calls_answered("authorise_payment") == 1; }));
  EXPECT_EQ(text_at(payment(order), "state"), "cancelled");
  EXPECT_EQ(kind(authorise(order)), ErrorKind::Conflict);
}

TEST_F(PaymentGatewayTest, WhatWasNeverSentDidNotHappen) {
  proxy_.set_mode(FaultyProxy::Mode::Stall);
  EXPECT_EQ(kind(authorise(OrderId{"ord_1"})), ErrorKind::InDoubt);
  proxy_.set_mode(FaultyProxy::Mode::Nonsense);
  EXPECT_EQ(kind(authorise(OrderId{"ord_1"})), ErrorKind::InDoubt);
  proxy_.set_mode(FaultyProxy::Mode::Forward);
  order_faults(R"({"unavailable":1})");
  EXPECT_EQ(kind(authorise(OrderId{"ord_1"})), ErrorKind::InDoubt);  // it may be the sandbox's store that is in doubt
  EXPECT_EQ(process_.peer().get("/payments/ord_1", bearer(kServiceToken)).status, 404);

  shop::HttpPaymentGateway::Options nobody;
  nobody.base_url = "http://127.0.0.1:1";
  shop::HttpPaymentGateway unreachable{std::move(nobody)};
  OrderId order{"ord_1"};
  EXPECT_EQ(kind(run(unreachable.capture(order))), ErrorKind::Unavailable);
}

TEST_F(PaymentGatewayTest, TheBooksSurviveAKill) {
  const OrderId order{"ord_1"};
  ASSERT_TRUE(authorise(order));
  ASSERT_TRUE(run(gateway_->capture(order)));
  process_.kill();
  EXPECT_NE(kind(run(gateway_->refund(order, "r", Money{1}))), ErrorKind::Internal);
  process_ = start();
  proxy_.forward_to(process_.port());
  EXPECT_TRUE(eventually([&] { return run(gateway_->refund(order, "r", Money{1})).has_value(); }));
  EXPECT_TRUE(run(gateway_->capture(order)));
  EXPECT_EQ(number_at(payment(order), "captures"), 1);
  EXPECT_EQ(number_at(payment(order), "refunded_minor"), 1);
}

}  // namespace
}  // namespace qm::functional
