#include "QuickMart-backend/app/send_events.hpp"

#include <gtest/gtest.h>

#include "platform/core/eventually.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/app/note_views.hpp"
#include "QuickMart-backend/app/owed_events_fixture.hpp"
#include "QuickMart-backend/app/shop_events.hpp"

namespace qm::shop {
namespace {

using contracts::Event;
using contracts::EventType;
using test::kNow;

Event full_event() {
  Event event;
  event.event_id = "e1";
  event.type = EventType::order_placed;
  event.user_id = "ann";
  event.at = kNow;
  event.data = {"ses_1", "prod_1", "red \"pen\"", std::vector<std::string>{"a", "b"}, 3, json::Amount{1'234},
                json::Amount{0}, "ord_1", "SAVE", "tkt_1", 1.5, 4};
  return event;
}
std::vector<Event> many(std::size_t count, std::size_t products, const std::string& named = "e") {
  std::vector<Event> events;
  for (std::size_t i = 0; i < count; ++i) {
    Event& event = events.emplace_back(full_event());
    event.event_id = named + std::to_string(i);
    event.data.product_ids->assign(products, std::string(100, 'p'));
  }
  return events;
}

TEST(EventPayload, ReadsBackWhatItPrinted) {
  Event bare;
  bare.event_id = "e2";
  bare.user_id = "bob";
  const std::vector<Event> events{full_event(), bare};
  const auto again = parse_events(print_events(events));
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(*again, events);
  for (const char* text : {"", "{}", "[1]", R"([{"event_id":7}])", R"([{"type":"nothing"}])"})
    EXPECT_FALSE(parse_events(text)) << text;
}

TEST(ShopEvents, IdsAreTheSameForTheSameThingAndNeverTooLong) {
  const std::string long_name(128, 'x');
  const std::string id = event_id_of(EventType::cart_changed, {long_name, "1"});
  EXPECT_TRUE(is_valid_id(id));
  EXPECT_LE(id.size(), kMaxEventIdBytes);
  EXPECT_EQ(id, event_id_of(EventType::cart_changed, {long_name, "1"}));
  EXPECT_NE(id, event_id_of(EventType::cart_changed, {long_name, "2"}));
}

class SendEventsTest : public testing::Test {
 protected:
  SendEventsTest() {
    workers_.start();
    EXPECT_TRUE(run(queue_.open()));
    queue_.handle(SendEvents::kJobKind, [this](const jobs::Job& job) { return events_.handle(job); });
  }
  ~SendEventsTest() override {
    queue_.stop();
    workers_.stop();
    workers_.join();
  }
  template <class T>
  Result<T> run(Task<Result<T>> task) {
    return await_on(workers_.context(0), std::move(task));
  }
  static jobs::QueueOptions quick() {
    jobs::QueueOptions options;
    options.poll_ms = std::chrono::milliseconds{5};
    options.backoff_base_ms = std::chrono::milliseconds{2};
    options.backoff_cap_ms = std::chrono::milliseconds{10};
    return options;
  }

  WorkerThreads workers_{2};
  SystemClock clock_;
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("quick_mart", clock_);
  jobs::Queue queue_{*kv_, clock_, quick()};
  ListeningReco reco_;
  SendEvents events_{queue_, reco_};
};

TEST_F(SendEventsTest, SplitsWhatOneJobCannotHold) {
  ASSERT_TRUE(run(events_.owe(many(1'200, 0))));
  ASSERT_TRUE(run(events_.owe(many(30, 100, "large"))));
  EXPECT_EQ(owed_events(*kv_).size(), 1'230u);
  const auto jobs = queue_.stats().enqueued;
  ASSERT_TRUE(run(events_.owe(many(30, 100, "large"))));
  EXPECT_EQ(owed_events(*kv_).size(), 1'230u);
  EXPECT_EQ(queue_.stats().enqueued, jobs) << "the same events are the same jobs";
}

TEST_F(SendEventsTest, TellsARecoEngineThatWasAwayOnceItIsBack) {
  reco_.away = true;
  ASSERT_TRUE(run(events_.owe(many(3, 1))));
  queue_.start(workers_);
  EXPECT_TRUE(eventually([this] { return queue_.stats().retried > 2; }));
  EXPECT_EQ(events_.sent(), 0);
  reco_.away = false;
  EXPECT_TRUE(eventually([this] { return events_.sent() == 3; }));
  EXPECT_TRUE(eventually([this] { return queue_.stats().completed == 1; }));
  queue_.stop();
  EXPECT_EQ(reco_.told.size(), 3u);
}

TEST_F(SendEventsTest, ViewsAreGatheredKeptWhileRecoEngineIsAwayAndBounded) {
  NoteViews views{events_, clock_};
  EXPECT_TRUE(run(views.run()));
  EXPECT_EQ(reco_.asked, 0) << "nothing to tell";
  for (int i = 0; i < 700; ++i) views.viewed(UserId{"ann"}, "ses_1", ProductId{"prod_1"});
  views.searched(UserId{"ann"}, "", std::string(199, 'a') + "ü");
  views.found_none(UserId{"ann"}, "ses_1", ProductId{"prod_2"});
  views.searched(UserId{"ann"}, "", "\xff\xfe");  // nothing that JSON could hold
  reco_.away = true;
  EXPECT_FALSE(run(views.run()));
  reco_.away = false;
  EXPECT_TRUE(run(views.run()));
  EXPECT_EQ(reco_.told.size(), 702u);
  EXPECT_EQ(reco_.asked, 3) << "one failed, and two batches";
  EXPECT_EQ(views.dropped(), 0);
  for (const auto& [id, event] : reco_.told) {
    if (event.type == EventType::out_of_stock_seen) EXPECT_EQ(event.data.product_id, "prod_2");
    if (event.type != EventType::search) continue;
    EXPECT_EQ(event.data.words, std::string(199, 'a')) << "cut between characters";
    EXPECT_FALSE(event.data.session_id);
  }
  reco_.away = true;
  for (std::size_t i = 0; i < kMaxNotedViews + 5; ++i) views.viewed(UserId{"ann"}, "", ProductId{"prod_1"});
  EXPECT_EQ(views.dropped(), 5);
}

}  // namespace
}  // namespace qm::shop
