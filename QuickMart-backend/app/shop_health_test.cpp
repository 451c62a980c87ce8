#include "QuickMart-backend/app/shop_health.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "platform/kv/memory_store.hpp"

namespace qm::shop {
namespace {

class CountingReco final : public RecoClient {
 public:
  Task<Result<contracts::Prediction>> predict(UserId, Deadline) override { co_return not_found(""); }
  Task<Result<contracts::IngestAnswer>> ingest(UserId, std::string, FeatureGroup, Deadline) override {
    co_return not_found("");
  }
  Task<Result<contracts::EventsAnswer>> send_events(std::vector<contracts::Event>, Deadline) override {
    co_return unavailable("Nobody is there.");
  }
  Task<bool> is_alive() override {
    ++asked;
    co_return alive;
  }
  bool alive = true;
  int asked = 0;
};

TEST(ShopHealth, MeasuresAtMostOnceASecond) {
  ManualClock clock{Timestamp{std::chrono::days{20'000}}};
  const auto store = kv::make_memory_store("quick_mart", clock);
  CountingReco reco;
  ShopHealth health{*store, reco, clock};
  const auto measure = [&] {
    boost::asio::io_context context;
    auto result = boost::asio::co_spawn(context, health.measure(), boost::asio::use_future);
    context.run();
    return result.get();
  };
  EXPECT_TRUE(measure().reco_engine_alive);
  EXPECT_EQ(measure().store.engine, "memory");
  reco.alive = false;
  EXPECT_TRUE(measure().reco_engine_alive);
  EXPECT_EQ(reco.asked, 1);
  clock.advance(std::chrono::seconds{1});
  const auto later = measure();
  EXPECT_FALSE(later.reco_engine_alive);
  EXPECT_EQ(later.at, clock.now());
  EXPECT_EQ(reco.asked, 2);
}

}  // namespace
}  // namespace qm::shop
