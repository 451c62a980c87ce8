#include "QuickMart-backend/api/payment_webhook_api.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/http/request_fixture.hpp"
#include "platform/kv/memory_store.hpp"
#include "platform/security/webhook_signature.hpp"
#include "QuickMart-backend/api/stripe_event.hpp"
#include "QuickMart-backend/clients/local_payment_gateway.hpp"

namespace qm::shop {
namespace {

using namespace std::chrono_literals;

const std::string kWebhookSecret = "whsec_0123456789abcdef0123456789abcdef";

std::string sandbox_event(const std::string& id, const std::string& type) {
  return R"({"id":")" + id + R"(","type":")" + type + R"(","created_at":"2026-11-22T09:49:08.614Z",
    "refund":{"refund_id":"elsewhere","amount_minor":400},
    "payment":{"payment_id":"ord_1","state":"captured","amount_minor":1000,"captured_minor":1000,"refunded_minor":400,
    "currency":"USD","method":"card","captures":1,"refunds":[{"refund_id":"elsewhere","amount_minor":400}],
    "disputed":false,"created_at":"2026-11-22T09:49:08.614Z","updated_at":"2026-11-22T09:49:08.614Z"}})";
}

std::string stripe_event(const std::string& type, const std::string& object) {
  return R"({"id":"evt_1","object":"event","api_version":"2024-06-20","created":1700000000,"type":")" + type +
         R"(","livemode":false,"pending_webhooks":1,"request":{"id":null,"idempotency_key":null},"data":{"object":)" +
         object + "}}";
}

class PaymentWebhookApiTest : public testing::Test {
 protected:
  explicit PaymentWebhookApiTest(std::string provider = "sandbox") {
    PaymentWebhooks webhooks;
    webhooks.provider = std::move(provider);
    webhooks.secret = kWebhookSecret;
    add_payment_webhook_routes(api_, receive_, std::move(webhooks), clock_);
    Order order;
    order.id = OrderId{"ord_1"};
    order.user_id = UserId{"ann"};
    order.status = OrderStatus::confirmed;
    order.created_at = test::kNow;
    EXPECT_TRUE(await(orders_.replace(std::move(order))));
    EXPECT_TRUE(await(references_.open()));
  }

  http::Response post(const std::string& body, const std::string& signature, const std::string& provider = "sandbox") {
    http::Request request = http::test_request(http::Method::Post, "/api/payments/webhooks/" + provider, body);
    if (!signature.empty())
      request.headers.emplace_back(provider == "stripe" ? "Stripe-Signature" : "Payment-Signature", signature);
    return await(api_.serve(request));
  }
  std::string sign(const std::string& body, std::chrono::seconds ago = 0s) {
    return security::sign_webhook(kWebhookSecret, body, clock_.now() - ago);
  }
  std::size_t noted() { return await(orders_.get(OrderId{"ord_1"}))->order.history.size(); }

  ManualClock clock_{test::kNow};
  std::unique_ptr<kv::Store> kv_{kv::make_memory_store("quick_mart", clock_)};
  OrderStore orders_{*kv_};
  PaymentEventStore events_{*kv_};
  PaymentReferenceStore references_{*kv_};
  sandbox::PaymentLedger ledger_{*kv_};
  LocalPaymentGateway payments_{ledger_, clock_};
  ReceivePaymentEvent receive_{{orders_, events_, references_, payments_, clock_}};
  http::Api api_{http::ApiInfo{"Shop", "1", ""}};
};

class StripeWebhookApiTest : public PaymentWebhookApiTest {
 protected:
  StripeWebhookApiTest() : PaymentWebhookApiTest("stripe") {}
};

TEST_F(PaymentWebhookApiTest, TakesASignedEventOnce) {
  const std::string body = sandbox_event("evt_1", "payment.refunded");
  EXPECT_EQ(post(body, sign(body)).body, R"({"received":true,"duplicate":false})");
  EXPECT_EQ(post(body, sign(body)).body, R"({"received":true,"duplicate":true})");
  EXPECT_EQ(noted(), 1u);
}

TEST_F(PaymentWebhookApiTest, RefusesWhatIsNotSignedWithoutSayingWhy) {
  const std::string body = sandbox_event("evt_1", "payment.refunded");
  const std::string other = sandbox_event("evt_2", "payment.refunded");
  struct Case {
    const char* what;
    std::string body, signature;
  };
  const Case cases[] = {{"no signature", body, ""},
                        {"nonsense", body, "nonsense"},
                        {"another body", other, sign(body)},
                        {"another secret", body, security::sign_webhook("other", body, clock_.now())},
                        {"a replay after the tolerance", body, sign(body, 301s)},
                        {"from the future", body, sign(body, -301s)}};
  std::string told;
  for (const Case& c : cases) {
    const auto answer = post(c.body, c.signature);
    EXPECT_EQ(answer.status, 400) << c.what;
    if (told.empty()) told = answer.body;
    EXPECT_EQ(answer.body, told) << c.what;
  }
  EXPECT_EQ(noted(), 0u);
  EXPECT_EQ(post(body, sign(body, 300s)).status, 200);
}

TEST_F(PaymentWebhookApiTest, KnowsOnlyTheGatewayInUse) {
  const std::string body = sandbox_event("evt_1", "payment.refunded");
  EXPECT_EQ(post(body, sign(body), "stripe").status, 404);
  EXPECT_EQ(post(body, sign(body), "nobody").status, 404);
}

TEST_F(PaymentWebhookApiTest, SaysWhatDoesNotFitInASignedBody) {
  const std::string body = R"({"id":"evt_1"})";
  EXPECT_EQ(post(body, sign(body)).status, 422);
}

TEST_F(StripeWebhookApiTest, TakesStripesSignatureWithSeveralSecrets) {
  const std::string body =
      stripe_event("charge.dispute.created", R"({"id":"dp_1","object":"dispute","amount":1000,"currency":"usd",
        "payment_intent":"pi_1","metadata":{},"status":"needs_response"})");
  EXPECT_TRUE(await(references_.write_down(OrderId{"ord_1"}, "pi_1")));
  const std::string good = sign(body);
  const std::string old = security::sign_webhook("the old secret", body, clock_.now());
  EXPECT_EQ(post(body, old, "stripe").status, 400);
  EXPECT_EQ(post(body, old + "," + good.substr(good.find("v1=")), "stripe").status, 200);
  EXPECT_EQ(noted(), 1u);
}

// Bodies as Stripe's documentation shows them, cut to what differs.
TEST(StripeEvent, IsReadInTheShopsWords) {
  using Kind = PaymentEventKind;
  const std::string intent = R"({"id":"pi_1","object":"payment_intent","amount":2079,"currency":"usd",
      "metadata":{"order_id":"ord_1"},"status":"requires_capture","latest_charge":"ch_1"})";
  struct Case {
    const char* type;
    std::string object;
    Kind kind;
    const char* order;
    const char* reference;
    bool is_ours;
  };
  const Case cases[] = {
      {"payment_intent.amount_capturable_updated", intent, Kind::authorised, "ord_1", "pi_1", false},
      {"payment_intent.succeeded", intent, Kind::captured, "ord_1", "pi_1", false},
      {"payment_intent.canceled", intent, Kind::cancelled, "ord_1", "pi_1", false},
      {"payment_intent.payment_failed", intent, Kind::declined, "ord_1", "pi_1", false},
      {"refund.created", R"({"id":"re_1","object":"refund","amount":500,"currency":"usd","payment_intent":"pi_1",
        "metadata":{"order_id":"ord_1","refund_id":"cancellation"}})", Kind::refunded, "ord_1", "pi_1", true},
      {"refund.created", R"({"id":"re_2","object":"refund","amount":500,"currency":"usd","payment_intent":"pi_1",
        "metadata":{}})", Kind::refunded, "", "pi_1", false},
      {"customer.created", R"({"id":"cus_1","object":"customer"})", Kind::other, "", "", false},
      {"balance.available", R"({"object":"balance"})", Kind::other, "", "", false},
  };
  for (const Case& c : cases) {
    const auto event = parse_stripe_event(stripe_event(c.type, c.object));
    ASSERT_TRUE(event) << c.type << ' ' << event.error().detail;
    EXPECT_EQ(event->id, "evt_1");
    EXPECT_EQ(event->kind, c.kind) << c.type;
    EXPECT_EQ(event->order.str(), c.order) << c.type;
    EXPECT_EQ(event->reference, c.reference) << c.type;
    EXPECT_EQ(event->is_ours, c.is_ours) << c.type;
  }
  EXPECT_FALSE(parse_stripe_event("[]"));
}

}  // namespace
}  // namespace qm::shop
