// The shop and the payment sandbox as two processes, with proxies between them that can fail: answers that get lost,
// webhooks that come early, twice or never, and a shop that is killed while it is being paid.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "platform/security/webhook_signature.hpp"
#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

const std::string kWebhookSecret = "functional-test-webhook-secret-0123456789";

class PaymentsTest : public testing::Test {
 protected:
  PaymentsTest() {
    start_sandbox();
    start_shop();
  }

  void start_sandbox() {
    // Its books are its own, also in a run on the cluster.
    const std::string hooks = "http://127.0.0.1:" + std::to_string(to_shop_.port()) + "/api/payments/webhooks/sandbox";
    sandbox_ = ServiceProcess{"payment-sandbox", world_.dir(),
                              {"--threads", "2", "--service-token", kServiceToken, "--webhook-secret", kWebhookSecret,
                               "--webhook-url", hooks}};
    to_sandbox_.forward_to(sandbox_.port());
  }
  void start_shop() {
    shop_ = world_.start("quickmart-backend",
                         {"--threads", "2", "--service-token", kServiceToken, "--jwt-secret", kJwtSecret,
                          "--demo-data-dir", kDemoData, "--payment-webhook-secret", kWebhookSecret,
                          "--payment-timeout", "6000", "--order-lease", "12000", "--payment-gateway-url",
                          "http://127.0.0.1:" + std::to_string(to_sandbox_.port())});
    to_shop_.forward_to(shop_.port());
  }

  void order_faults(const std::string& plan) {
    ASSERT_EQ(sandbox_.peer().post("/faults", plan, bearer(kServiceToken)).status, 200) << plan;
  }
  void fill(const SignedIn& who) {
    ASSERT_EQ(shop_.peer().post("/api/cart/add", R"({"product_id":"prod_001","quantity":1})", who.headers()).status,
              200);
  }
  static Reply check_out(Peer shop, const SignedIn& who, const std::string& key, const std::string& method) {
    HeaderList headers = who.headers();
    headers.emplace_back("Idempotency-Key", key);
    return shop.post("/api/cart/checkout", R"({"payment":{"method":")" + method + R"("}})", headers);
  }
  Reply buy(const SignedIn& who, const std::string& method = "card", const std::string& key = "key") {
    fill(who);
    return check_out(shop_.peer(), who, key, method);
  }
  boost::json::value payment(const std::string& order) {
    return sandbox_.peer().get("/payments/" + order, bearer(kServiceToken)).json();
  }
  boost::json::array payments() {
    return list_at(sandbox_.peer().get("/payments?limit=1000", bearer(kServiceToken)).json(), "payments");
  }
  bool any_payment_is(const std::string& state, const std::string& method) {
    for (const auto& each : payments())
      if (text_at(each, "state") == state && text_at(each, "method") == method) return true;
    return false;
  }
  // Webhooks that the shop answered with a status of this class.
  int webhooks(const std::string& status_class = "2xx") {
    const std::string metrics = shop_.peer().get("/metrics").body;
    for (const std::string& labels : {"class=\"" + status_class + "\",endpoint=\"payment_webhook\"",
                                      "endpoint=\"payment_webhook\",class=\"" + status_class + "\""}) {
      const std::string series = "qm_http_requests_total{" + labels + "} ";
      if (const auto at = metrics.find(series); at != std::string::npos)
        return std::stoi(metrics.substr(at + series.size()));
    }
    return 0;
  }

  World world_;
  FaultyProxy to_sandbox_, to_shop_;
  ServiceProcess sandbox_, shop_;
};

TEST_F(PaymentsTest, LostAnswersAndDeclinedCards) {
  const SignedIn who = new_customer(shop_.peer());
  const Reply paid = buy(who, "lost_answer");
  ASSERT_EQ(paid.status, 201) << paid.body;
  EXPECT_EQ(text_at(paid.json(), "payment_status"), "paid");
  const auto kept = payment(text_at(paid.json(), "order_id"));
  EXPECT_EQ(number_at(kept, "captures"), 1);
  EXPECT_DOUBLE_EQ(number_at(kept, "captured_minor"), std::round(100 * number_at(paid.json(), "total_amount")));

  const Reply declined = buy(who, "declined", "another");
  EXPECT_EQ(declined.status, 400) << declined.body;
  EXPECT_EQ(text_at(declined.json(), "detail"), "The payment was declined.");
  EXPECT_TRUE(any_payment_is("cancelled", "declined"));  // nothing can come of it any more
  EXPECT_EQ(check_out(shop_.peer(), who, "a third", "card").status, 201);
}

TEST_F(PaymentsTest, RefundTwiceGivesTheMoneyBackOnce) {
  const SignedIn who = new_customer(shop_.peer());
  const Reply paid = buy(who, "lost_answer");
  ASSERT_EQ(paid.status, 201) << paid.body;
  const std::string order = text_at(paid.json(), "order_id");
  // The answer to the refund gets lost, so it is asked for twice; and so does the customer.
  for (int i = 0; i < 2; ++i) {
    const Reply cancelled = shop_.peer().post("/api/orders/" + order + "/cancel", "", who.headers());
    ASSERT_EQ(cancelled.status, 200) << cancelled.body;
    EXPECT_EQ(text_at(cancelled.json(), "payment_status"), "refunded");
  }
  const auto kept = payment(order);
  EXPECT_EQ(list_at(kept, "refunds").size(), 1u);
  EXPECT_EQ(number_at(kept, "refunded_minor"), number_at(kept, "captured_minor"));
}

TEST_F(PaymentsTest, AWebhookBeforeCheckoutsAnswerChangesNothing) {
  order_faults(R"({"delay_ms":4000})");
  const SignedIn who = new_customer(shop_.peer());
  fill(who);
  Reply paid;
  std::atomic<bool> is_answered{false};
  std::thread customer{[&, peer = shop_.peer()] {
    paid = check_out(peer, who, "key", "slow_answer");
    is_answered = true;
  }};
  EXPECT_TRUE(eventually([&] { return webhooks() >= 1; }));
  EXPECT_FALSE(is_answered);
  customer.join();
  ASSERT_EQ(paid.status, 201) << paid.body;
  EXPECT_EQ(number_at(payment(text_at(paid.json(), "order_id")), "captures"), 1);
  EXPECT_EQ(webhooks("4xx"), 0);
}

TEST_F(PaymentsTest, WebhooksMayComeTwiceLateOrNever) {
  order_faults(R"({"webhook_repeat":1,"webhook_delay_ms":300})");
  const SignedIn who = new_customer(shop_.peer());
  std::vector<std::string> orders;
  for (const char* key : {"a", "b", "c"}) {
    const Reply paid = buy(who, "card", key);
    ASSERT_EQ(paid.status, 201) << paid.body;
    orders.push_back(text_at(paid.json(), "order_id"));
  }
  EXPECT_TRUE(eventually([&] { return webhooks() >= 12; }));  // authorised and captured, each twice, of three
  order_faults(R"({"webhook_drop":1})");
  const Reply unseen = buy(who, "card", "d");
  ASSERT_EQ(unseen.status, 201) << unseen.body;
  orders.push_back(text_at(unseen.json(), "order_id"));
  const auto listed = list_at(shop_.peer().get("/api/orders", who.headers()).json(), "orders");
  EXPECT_EQ(listed.size(), 4u);
  for (const auto& order : listed) EXPECT_EQ(text_at(order, "payment_status"), "paid");
  for (const std::string& order : orders) EXPECT_EQ(number_at(payment(order), "captures"), 1);

  // The shop is away when they are told: they are told again.
  order_faults("{}");
  to_shop_.set_mode(FaultyProxy::Mode::Refuse);
  const Reply paid = buy(who, "card", "e");
  ASSERT_EQ(paid.status, 201) << paid.body;
  const int before = webhooks();
  to_shop_.set_mode(FaultyProxy::Mode::Forward);
  EXPECT_TRUE(eventually([&] { return webhooks() >= before + 2; }));
  EXPECT_EQ(webhooks("4xx"), 0);
}

TEST_F(PaymentsTest, MoneyThatSomebodyElseGivesBackIsNotGivenBackAgain) {
  const SignedIn who = new_customer(shop_.peer());
  const Reply paid = buy(who);
  ASSERT_EQ(paid.status, 201) << paid.body;
  const std::string order = text_at(paid.json(), "order_id");
  EXPECT_TRUE(eventually([&] { return webhooks() >= 2; }));
  const std::string target = "/payments/" + order + "/refund";
  ASSERT_EQ(sandbox_.peer().post(target, R"({"refund_id":"by_hand","amount_minor":100})", bearer(kServiceToken)).status,
            200);
  EXPECT_TRUE(eventually([&] { return webhooks() >= 3; }));
  const auto noted = shop_.peer().get("/api/orders/" + order, who.headers()).json();
  EXPECT_EQ(text_at(noted, "payment_status"), "partially_refunded");
  EXPECT_DOUBLE_EQ(number_at(noted, "refunds/0/amount"), 1);
  const Reply cancelled = shop_.peer().post("/api/orders/" + order + "/cancel", "", who.headers());
  EXPECT_EQ(text_at(cancelled.json(), "payment_status"), "refunded") << cancelled.body;
  EXPECT_EQ(number_at(payment(order), "refunded_minor"), number_at(payment(order), "captured_minor"));
  // Only who has the secret can tell the shop anything.
  const std::string body = R"({"id":"evt_forged","type":"payment.refunded"})";
  const auto signature = security::sign_webhook("a guess", body, SystemClock{}.now());
  EXPECT_EQ(shop_.peer().post("/api/payments/webhooks/sandbox", body, {{"Payment-Signature", signature}}).status, 400);
  EXPECT_EQ(shop_.peer().post("/api/payments/webhooks/stripe", body, {{"Stripe-Signature", signature}}).status, 404);
}

// Three customers pay. One's payment is authorised, and one's is captured, when the shop is killed before it heard of
// it; a third one asked while the sandbox was away. Everything is settled when the leases are over.
TEST_F(PaymentsTest, PaidButCrashedBeforeConfirmation) {
  const SignedIn refused = new_customer(shop_.peer());
  to_sandbox_.set_mode(FaultyProxy::Mode::Refuse);
  EXPECT_EQ(buy(refused, "refused").status, 503);
  to_sandbox_.set_mode(FaultyProxy::Mode::Forward);
  ASSERT_TRUE(eventually([&] { return check_out(shop_.peer(), refused, "key", "refused").status == 201; }));

  order_faults(R"({"delay_ms":3000})");
  const SignedIn capturing = new_customer(shop_.peer());
  fill(capturing);
  std::thread first{[&, peer = shop_.peer()] { check_out(peer, capturing, "key", "slow_answer"); }};
  EXPECT_TRUE(eventually([&] { return any_payment_is("captured", "slow_answer"); }));
  order_faults(R"({"slow_answer":1,"delay_ms":60000})");
  const SignedIn authorising = new_customer(shop_.peer());
  fill(authorising);
  std::thread second{[&, peer = shop_.peer()] { check_out(peer, authorising, "key", "card"); }};
  EXPECT_TRUE(eventually([&] { return any_payment_is("authorised", "card"); }));
  shop_.kill();
  first.join();
  second.join();
  order_faults("{}");
  start_shop();

  const auto is_settled = [&](const SignedIn& who, const std::string& method) {
    const Reply again = check_out(shop_.peer(), who, "key", method);
    return again.status == 201 && text_at(again.json(), "payment_status") == "paid";
  };
  const std::chrono::seconds leases{60};
  EXPECT_TRUE(eventually([&] { return is_settled(capturing, "slow_answer"); }, leases));
  EXPECT_TRUE(eventually([&] { return is_settled(authorising, "card"); }, leases));
  const auto nothing_is_left = [&] {
    for (const auto& each : payments())
      if (text_at(each, "state") == "authorised") return false;
    return true;
  };
  EXPECT_TRUE(eventually(nothing_is_left, leases));
  // Each bought once, and paid once.
  std::map<std::string, int> captured;
  for (const auto& each : payments())
    if (text_at(each, "state") == "captured") ++captured[text_at(each, "method")];
  EXPECT_EQ(captured, (std::map<std::string, int>{{"card", 1}, {"refused", 1}, {"slow_answer", 1}}));
  for (const SignedIn& who : {refused, capturing, authorising}) {
    int confirmed = 0;
    const auto orders = list_at(shop_.peer().get("/api/orders", who.headers()).json(), "orders");
    for (const auto& order : orders) confirmed += text_at(order, "status") == "confirmed" ? 1 : 0;
    EXPECT_EQ(confirmed, 1);
  }
}

}  // namespace
}  // namespace qm::functional
