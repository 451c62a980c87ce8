#include "QuickMart-backend/app/deliver_webhooks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"
#include "platform/security/standard_webhook.hpp"
#include "QuickMart-backend/app/dying_store_fixture.hpp"
#include "QuickMart-backend/app/merchant_events.hpp"
#include "QuickMart-backend/app/staff_webhooks.hpp"

namespace qm::shop {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using test::kNow;

struct SentMessage {
  std::string url;
  std::map<std::string, std::string> headers;
  std::string body;
};

// Endpoints that answer as they are told.
class ToldSender final : public WebhookSender {
 public:
  Result<void> check(const std::string& url) const override {
    if (url.starts_with("https://")) return {};
    return rejected("The url must begin with https://.");
  }
  Task<Result<int>> send(std::string url, std::vector<std::pair<std::string, std::string>> headers, std::string body,
                         Deadline) override {
    SentMessage message{url, {}, std::move(body)};
    for (auto& [name, value] : headers) message.headers[name] = value;
    sent.push_back(std::move(message));
    const int status = answers.contains(url) ? answers[url] : 200;
    if (status == 0) co_return unavailable("Nobody is there.");
    co_return status;
  }
  std::vector<SentMessage> sent;
  std::map<std::string, int> answers;  // 0: none
};

class DeliverWebhooksTest : public testing::Test {
 protected:
  DeliverWebhooksTest() {
    EXPECT_TRUE(await(deliveries_.open()));
    EXPECT_TRUE(await(audits_.open()));
    EXPECT_TRUE(await(attempts_.open()));
  }

  Webhook add(const std::string& url, std::vector<MerchantEventType> events = {}) {
    return await(staff_.create({url, std::move(events), "", true})).value();
  }
  static MerchantEvent paid(const std::string& order) {
    MerchantEvent event;
    event.id = "order.paid." + order;
    event.type = MerchantEventType::order_paid;
    event.at = kNow;
    event.user_id = UserId{"ann"};
    event.order_id = OrderId{order};
    event.status = "confirmed";
    event.payment_status = "paid";
    event.total = Money{1999};
    event.lines.push_back({SkuId{"pen-red"}, ProductId{"pen"}, 1, Money{1999}});
    return event;
  }
  Result<void> tell(DeliverWebhooks& by, const MerchantEvent& event) {
    jobs::Job job;
    job.payload = print_merchant_event(event);
    return await(by.fan_out(std::move(job)));
  }
  Result<void> tell(const MerchantEvent& event) { return tell(deliver_, event); }

  // What a worker would: claims what is due in the records of the queue and runs it. → how many.
  int run_due(DeliverWebhooks& by) {
    int ran = 0;
    std::vector<kv::Entry> entries;
    std::string cursor;
    do {
      auto page = await(kv_.scan("webhook_job", cursor, 1'000, {})).value();
      for (kv::Entry& entry : page.entries) entries.push_back(std::move(entry));
      cursor = page.cursor;
    } while (!cursor.empty());
    for (const kv::Entry& entry : entries) {
      const auto* due = entry.record.get<std::int64_t>("due_at");
      if (due == nullptr || *due > clock_.now().time_since_epoch().count()) continue;
      jobs::Job job;
      job.id = entry.key.id;
      job.payload = *entry.record.get<std::string>("payload");
      if (!await(by.attempt(job))) continue;
      kv::Bins done;
      done["due_at"] = kv::Value{};
      ran += await(kv_.put(entry.key, done, {})) ? 1 : 0;
    }
    return ran;
  }
  int run_due() { return run_due(deliver_); }
  // Until nothing is due within `time`.
  void let_pass(milliseconds time) {
    const Timestamp end = clock_.now() + time;
    while (clock_.now() < end) {
      while (run_due() > 0) {
      }
      clock_.advance(std::chrono::minutes{10});
    }
  }
  std::vector<Delivery> deliveries(const Webhook& webhook) {
    return await(staff_.deliveries(webhook.id, "", 200)).value().deliveries;
  }
  Webhook now(const Webhook& webhook) { return await(staff_.get(webhook.id)).value(); }

  ManualClock clock_{kNow};
  DyingStore kv_{kv::make_memory_store("quick_mart", clock_)};
  AuditStore audits_{kv_};
  Audit audit_{audits_, clock_};
  WebhookStore webhooks_{kv_};
  DeliveryStore deliveries_{kv_};
  jobs::Queue attempts_{kv_, clock_, DeliverWebhooks::queue_options()};
  ToldSender sender_;
  StaffWebhooks staff_{{webhooks_, deliveries_, sender_, clock_}};
  DeliverWebhooks deliver_{{attempts_, webhooks_, deliveries_, sender_, audit_, clock_}, {}};
};

TEST_F(DeliverWebhooksTest, SignsWithTheSecretThatWasToldOnce) {
  const Webhook webhook = add("https://a.example/hook");
  ASSERT_TRUE(tell(paid("ord_1")));
  EXPECT_EQ(run_due(), 1);
  ASSERT_EQ(sender_.sent.size(), 1u);
  SentMessage& message = sender_.sent.front();
  EXPECT_EQ(message.body, R"({"type":"order.paid","timestamp":"2024-10-04T00:00:00.000Z","data":{"order_id":"ord_1",)"
                          R"("user_id":"ann","status":"confirmed","payment_status":"paid","total_amount":19.99,)"
                          R"("currency":"USD","items":[{"sku":"pen-red","product_id":"pen","quantity":1,)"
                          R"("unit_price":19.99}]}})");
  EXPECT_EQ(message.headers["webhook-timestamp"],
            std::to_string(std::chrono::floor<std::chrono::seconds>(kNow).time_since_epoch().count()));
  EXPECT_EQ(message.headers["webhook-id"].find('.'), std::string::npos);
  EXPECT_EQ(message.headers["webhook-signature"],
            security::sign_standard_webhook(webhook.secrets.front().value, message.headers["webhook-id"], kNow,
                                            message.body)
                .value());
  EXPECT_EQ(deliveries(webhook).front().state, DeliveryState::delivered);
}

TEST_F(DeliverWebhooksTest, WhileASecretIsRotatedBothSign) {
  const Webhook old = add("https://a.example/hook");
  const Webhook rotated = await(staff_.rotate_secret(old.id)).value();
  EXPECT_NE(rotated.secrets.front().value, old.secrets.front().value);
  const auto signatures_of = [&](const std::string& order) {
    EXPECT_TRUE(tell(paid(order)));
    run_due();
    const std::string signatures = sender_.sent.back().headers["webhook-signature"];
    return 1 + std::count(signatures.begin(), signatures.end(), ' ');
  };
  EXPECT_EQ(signatures_of("ord_1"), 2);
  clock_.advance(kOldSecretLives);
  EXPECT_EQ(signatures_of("ord_2"), 1);
}

TEST_F(DeliverWebhooksTest, OnlyWhoWantsAnEventGetsItAndOnce) {
  const Webhook all = add("https://a.example/hook");
  const Webhook stock = add("https://b.example/hook", {MerchantEventType::stock_low});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(tell(paid("ord_1")));
  while (run_due() > 0) {
  }
  ASSERT_TRUE(tell(paid("ord_1")));
  while (run_due() > 0) {
  }
  EXPECT_EQ(sender_.sent.size(), 1u);
  EXPECT_EQ(deliveries(all).size(), 1u);
  EXPECT_TRUE(deliveries(stock).empty());
}

TEST_F(DeliverWebhooksTest, TriesTenTimesOverAboutThreeDaysWithTheSameMessage) {
  const Webhook webhook = add("https://a.example/hook");
  sender_.answers[webhook.url] = 500;
  ASSERT_TRUE(tell(paid("ord_1")));
  let_pass(hours{90});
  ASSERT_EQ(sender_.sent.size(), static_cast<std::size_t>(kMaxTries));
  std::set<std::string> ids;
  std::set<std::string> bodies;
  for (SentMessage& message : sender_.sent) {
    ids.insert(message.headers["webhook-id"]);
    bodies.insert(message.body);
  }
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_EQ(bodies.size(), 1u);
  const Delivery delivery = deliveries(webhook).front();
  EXPECT_EQ(delivery.state, DeliveryState::failed);
  const auto span = delivery.attempts.back().at - delivery.attempts.front().at;
  EXPECT_GT(span, hours{48});
  EXPECT_LT(span, hours{84});
}

TEST_F(DeliverWebhooksTest, RedeliveryBeginsAnew) {
  const Webhook webhook = add("https://a.example/hook");
  sender_.answers[webhook.url] = 0;
  ASSERT_TRUE(tell(paid("ord_1")));
  run_due();
  Delivery delivery = deliveries(webhook).front();
  EXPECT_EQ(delivery.attempts.front().error, "There was no answer.");
  EXPECT_EQ(delivery.state, DeliveryState::pending);
  ASSERT_TRUE(delivery.next_attempt_at);
  sender_.answers[webhook.url] = 204;
  ASSERT_TRUE(await(deliver_.redeliver(webhook.id, delivery.id)));
  run_due();
  delivery = deliveries(webhook).front();
  EXPECT_EQ(delivery.state, DeliveryState::delivered);
  EXPECT_EQ(delivery.attempts.size(), 2u);
  let_pass(hours{24});
  EXPECT_EQ(sender_.sent.size(), 2u);  // the attempt that was due before is none any more
  const Webhook other = add("https://b.example/hook");
  EXPECT_EQ(await(deliver_.redeliver(other.id, delivery.id)).error().kind, ErrorKind::NotFound);
}

TEST_F(DeliverWebhooksTest, AnEndpointThatIsGoneIsDisabledAtOnce) {
  const Webhook webhook = add("https://a.example/hook");
  sender_.answers[webhook.url] = 410;
  ASSERT_TRUE(tell(paid("ord_1")));
  ASSERT_TRUE(tell(paid("ord_2")));
  while (run_due() > 0) {
  }
  EXPECT_FALSE(now(webhook).is_enabled);
  EXPECT_FALSE(now(webhook).disabled_why.empty());
  EXPECT_EQ(sender_.sent.size(), 1u);
  std::multiset<DeliveryState> states;
  for (const Delivery& each : deliveries(webhook)) states.insert(each.state);
  EXPECT_EQ(states, (std::multiset{DeliveryState::failed, DeliveryState::dropped}));
  const AuditPage audited = await(audit_.page({}, "", 10)).value();
  ASSERT_EQ(audited.records.size(), 1u);
  EXPECT_EQ(audited.records.front().entry.action, "webhook.disable");
  EXPECT_EQ(audited.records.front().entry.actor, "shop");
  EXPECT_EQ(await(deliver_.test(webhook.id)).error().kind, ErrorKind::Conflict);
}

TEST_F(DeliverWebhooksTest, AnEndpointThatFailsForThreeDaysIsDisabledAndOneThatRecoversIsNot) {
  const Webhook bad = add("https://bad.example/hook");
  const Webhook shaky = add("https://shaky.example/hook");
  sender_.answers[bad.url] = 500;
  for (int hour = 0; hour < 80; ++hour) {
    sender_.answers[shaky.url] = hour % 24 == 20 ? 200 : 503;
    ASSERT_TRUE(tell(paid("ord_" + std::to_string(hour))));
    let_pass(hours{1});
  }
  EXPECT_FALSE(now(bad).is_enabled);
  EXPECT_TRUE(now(shaky).is_enabled);
  ASSERT_TRUE(await(staff_.update(bad.id, {bad.url, {}, "", true})));
  EXPECT_FALSE(now(bad).failing_since);
}

TEST_F(DeliverWebhooksTest, ARemovedEndpointIsGone) {
  const Webhook webhook = add("https://a.example/hook");
  ASSERT_TRUE(tell(paid("ord_1")));
  ASSERT_TRUE(await(staff_.remove(webhook.id)));
  run_due();
  EXPECT_TRUE(sender_.sent.empty());
  EXPECT_EQ(await(staff_.get(webhook.id)).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(await(staff_.remove(webhook.id)).error().kind, ErrorKind::NotFound);
  EXPECT_TRUE(await(staff_.list()).value().empty());
  EXPECT_EQ(await(staff_.create({"http://a.example/", {}, "", true})).error().kind, ErrorKind::Rejected);
}

// At every write the process dies: the message comes, in the end, with one id.
TEST_F(DeliverWebhooksTest, NothingIsLostWhereverTheProcessDies) {
  const Webhook webhook = add("https://a.example/hook");
  int order = 0;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    for (int writes = 0; writes < 12; ++writes) {
      const std::string where = "dead at write " + std::to_string(writes);
      const MerchantEvent event = paid("ord_" + std::to_string(order++));
      DeliverWebhooks mortal{{attempts_, webhooks_, deliveries_, sender_, audit_, clock_}, {}};
      sender_.answers[webhook.url] = 503;
      sender_.sent.clear();
      kv_.die_after(writes, last);
      const bool told = static_cast<bool>(tell(mortal, event));
      if (told) run_due(mortal);
      kv_.revive();
      if (!told) ASSERT_TRUE(tell(event)) << where;
      run_due();
      sender_.answers[webhook.url] = 200;
      let_pass(hours{1});
      const Delivery delivery = deliveries(webhook).front();
      EXPECT_EQ(delivery.state, DeliveryState::delivered) << where;
      std::set<std::string> ids;
      for (SentMessage& message : sender_.sent) ids.insert(message.headers["webhook-id"]);
      EXPECT_EQ(ids.size(), 1u) << where;
    }
  }
}

TEST(DeliveryLanesTest, OneEndpointHasSoManyPlacesAndTheOthersTheirs) {
  DeliveryLanes lanes;
  const WebhookId slow{"slow"};
  for (int i = 0; i < DeliveryLanes::kPlaces; ++i) EXPECT_FALSE(lanes.enter(slow, kNow));
  const auto first = lanes.enter(slow, kNow);
  const auto second = lanes.enter(slow, kNow);
  ASSERT_TRUE(first && second);
  EXPECT_LT(kNow, *first);
  EXPECT_LT(*first, *second);
  EXPECT_FALSE(lanes.enter(WebhookId{"quick"}, kNow));
  lanes.leave(slow, milliseconds{10'000});
  EXPECT_FALSE(lanes.enter(slow, kNow));
  EXPECT_GE(*lanes.enter(slow, kNow) - *second, milliseconds{2'500});
}

TEST(DeliveryPauses, GrowFourfoldUpToADay) {
  const milliseconds first{10'000};
  EXPECT_EQ(pause_after(1, first, 0.5), first);
  EXPECT_EQ(pause_after(3, first, 0.5), first * 16);
  EXPECT_EQ(pause_after(9, first, 0.5), hours{24});
  EXPECT_EQ(pause_after(1, first, 0), milliseconds{8'000});
  EXPECT_EQ(pause_after(1, first, 1), milliseconds{12'000});
}

}  // namespace
}  // namespace qm::shop
