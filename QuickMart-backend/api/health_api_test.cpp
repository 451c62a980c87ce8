#include "QuickMart-backend/api/health_api.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/http/request_fixture.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::shop {
namespace {

class AliveReco final : public RecoClient {
 public:
  Task<Result<contracts::Prediction>> predict(UserId, Deadline) override { co_return not_found(""); }
  Task<Result<contracts::IngestAnswer>> ingest(UserId, std::string, FeatureGroup, Deadline) override {
    co_return not_found("");
  }
  Task<Result<contracts::EventsAnswer>> send_events(std::vector<contracts::Event>, Deadline) override {
    co_return unavailable("Nobody is there.");
  }
  Task<bool> is_alive() override { co_return true; }
};

TEST(HealthRoute, WarnsOfWhatTheStoreCannotGive) {
  ManualClock clock{test::kNow};
  const auto store = kv::make_memory_store("quick_mart", clock);
  AliveReco reco;
  ShopHealth health{*store, reco, clock};
  const auto ask = [&](std::vector<std::string> warnings) {
    http::Api api{http::ApiInfo{"QuickMart", "test", ""}};
    add_health_route(api, health, "1.2.3", std::move(warnings));
    http::Request request = http::test_request(http::Method::Get, "/health");
    return boost::json::parse(await(api.serve(request)).payload()).as_object();
  };
  const auto without = ask({});
  EXPECT_EQ(without.at("status").as_string(), "healthy");
  EXPECT_EQ(without.at("version").as_string(), "1.2.3");
  EXPECT_FALSE(without.contains("warnings"));
  const auto with = ask({"one", "two"});
  EXPECT_EQ(with.at("status").as_string(), "healthy");
  EXPECT_EQ(with.at("warnings"), (boost::json::array{"one", "two"}));
}

}  // namespace
}  // namespace qm::shop
