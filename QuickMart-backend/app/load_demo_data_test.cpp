#include "QuickMart-backend/app/load_demo_data.hpp"

#include <filesystem>
#include <fstream>
#include <future>
#include <latch>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/core/runtime.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/app/coupons.hpp"

namespace qm::shop {
namespace {

using std::chrono::days;
using std::chrono::hours;
using test::kNow;
const std::string kShopData = std::string{QM_SOURCE_DIR} + "/QuickMart-backend/data";

// Remembers what it was sent.
class ReceivingReco final : public RecoClient {
 public:
  Task<Result<contracts::Prediction>> predict(UserId, Deadline) override { co_return not_found("nobody"); }
  Task<Result<contracts::IngestAnswer>> ingest(UserId user, std::string group, FeatureGroup features,
                                               Deadline) override {
    if (away) co_return unavailable("RecoEngine is away.");
    received[user.str() + "/" + group] = std::move(features);
    contracts::IngestAnswer answer;
    co_return answer;
  }
  Task<Result<contracts::EventsAnswer>> send_events(std::vector<contracts::Event>, Deadline) override {
    co_return unavailable("Nobody is there.");
  }
  Task<bool> is_alive() override { co_return !away; }

  std::map<std::string, FeatureGroup> received;
  bool away = false;
};

class LoadDemoDataTest : public testing::Test {
 protected:
  LoadDemoDataTest() {
    workers_.start();
    EXPECT_TRUE(run(queue_.open()));
  }
  ~LoadDemoDataTest() override {
    workers_.stop();
    workers_.join();
  }

  template <class T>
  Result<T> run(Task<Result<T>> task) {
    return await_on(workers_.context(0), std::move(task));
  }
  LoadDemoData loader(const std::string& directory = kShopData) {
    return LoadDemoData{LoadDemoData::Uses{directory, catalog_store_, catalog_, coupons_, held_, users_, register_,
                                           histories_, orders_, state_, send_features_, clock_}};
  }
  std::int64_t owed() { return queue_.stats().enqueued; }

  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("quick_mart", clock_);
  CatalogStore catalog_store_{*kv_};
  CatalogApp catalog_{catalog_store_};
  CouponStore coupons_{*kv_};
  UserCouponStore held_{*kv_};
  UserStore users_{*kv_};
  CustomerHistoryStore histories_{*kv_};
  OrderStore orders_{*kv_};
  DemoStateStore state_{*kv_};
  WorkerThreads workers_{2};
  CpuPool pool_{2, 64};
  RegisterUser register_{users_, pool_, clock_};
  jobs::Queue queue_{*kv_, clock_};
  ReceivingReco reco_;
  CustomerFeatures features_{histories_, orders_, catalog_, clock_};
  SendFeatures send_features_{queue_, reco_, features_, clock_};
  CampaignStore campaigns_{*kv_};
  FirstOrderStore first_orders_{*kv_};
  SendEvents events_{queue_, reco_};
  CouponApp coupon_app_{{coupons_, held_, campaigns_, first_orders_, orders_, users_, clock_, events_}};
};

TEST_F(LoadDemoDataTest, FillsTheShopOnceHoweverOftenItRuns) {
  auto demo = loader();
  const auto first = run(demo.bring_up_to_date());
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_TRUE(first->errors.empty()) << first->errors.front();
  EXPECT_EQ(first->loaded.at("categories"), 5);
  EXPECT_EQ(first->loaded.at("users"), 6);
  EXPECT_GT(first->loaded.at("orders"), 10);
  EXPECT_EQ(owed(), 5);
  EXPECT_EQ(run(users_.get(UserId{"user_admin"}))->user.role, Role::admin);
  EXPECT_TRUE(run(users_.find_by_email("DEMO@quickmart.com")));

  EXPECT_TRUE(run(demo.bring_up_to_date())->loaded.empty());
  EXPECT_EQ(owed(), 5);
  const auto orders = run(orders_.of_user(UserId{"user_005"}, 100))->size();
  const auto again = run(demo.all());
  EXPECT_TRUE(again->errors.empty());
  EXPECT_EQ(again->loaded, first->loaded);
  EXPECT_EQ(run(orders_.of_user(UserId{"user_005"}, 100))->size(), orders);
  const auto status = run(demo.status());
  EXPECT_EQ(status->users, 6);
  EXPECT_EQ(status->coupons, 6);
  EXPECT_EQ(status->categories, 5);
  EXPECT_EQ(status->products, first->loaded.at("products"));
  EXPECT_TRUE(status->is_initialized);
}

TEST_F(LoadDemoDataTest, TwoLoadsAtOnceDoNotDisturbEachOther) {
  auto demo = loader();
  std::vector<std::future<Result<LoadReport>>> loads;
  for (std::size_t i = 0; i < 2; ++i)
    loads.push_back(boost::asio::co_spawn(workers_.context(i), demo.all(), boost::asio::use_future));
  for (auto& load : loads) {
    const auto report = load.get();
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->errors.empty()) << report->errors.front();
  }
  EXPECT_EQ(run(demo.status())->users, 6);
}

TEST_F(LoadDemoDataTest, KeepsUseCountsAndBringsProfilesBack) {
  auto demo = loader();
  ASSERT_TRUE(run(demo.all()));
  ASSERT_TRUE(run(coupon_app_.apply.run(UserId{"user_005"}, "SAVE20", Money{200'00})));
  auto stored = run(users_.get(UserId{"user_001"}));
  const Profile of_the_file = stored->user.profile;
  stored->user.profile.name = "Somebody Else";
  ASSERT_TRUE(run(users_.update(stored->user, stored->generation)));
  ASSERT_TRUE(run(demo.all()));
  EXPECT_EQ(run(users_.get(UserId{"user_001"}))->user.profile, of_the_file);
  EXPECT_EQ(run(users_.get(UserId{"user_001"}))->password_hash, stored->password_hash);
  EXPECT_EQ(run(coupons_.find("SAVE20"))->usage_count, 1);
}

TEST_F(LoadDemoDataTest, ResetTakesEverythingBack) {
  auto demo = loader();
  ASSERT_TRUE(run(demo.all()));
  ASSERT_TRUE(run(coupon_app_.apply.run(UserId{"user_005"}, "SAVE20", Money{200'00})));
  Coupon half = *run(coupons_.find("SAVE20"));
  half.code = "HALF";
  half.id = coupon_id_of("HALF");
  ASSERT_TRUE(run(coupons_.create(half)));
  Product extra = *catalog_.snapshot()->at(0);
  const auto products = catalog_.snapshot()->size();
  extra.id = ProductId{"prod_extra"};
  ASSERT_TRUE(run(catalog_store_.put(extra)));
  Registration stranger;
  stranger.email = "stranger@example.com";
  stranger.password = "long enough";
  stranger.profile.name = "Stranger";
  const auto opened = run(register_.run(std::move(stranger)));
  ASSERT_TRUE(opened);

  const auto report = run(demo.reset());
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->errors.empty()) << report->errors.front();
  EXPECT_EQ(run(coupons_.find("SAVE20"))->usage_count, 0);
  EXPECT_TRUE(run(held_.of_user(UserId{"user_005"}))->empty());
  EXPECT_FALSE(run(coupons_.find("HALF"))->is_active);
  EXPECT_EQ(catalog_.snapshot()->size(), products);
  EXPECT_EQ(run(users_.get(opened->id)).error().kind, ErrorKind::NotFound);
  EXPECT_TRUE(run(users_.find_by_email("demo@quickmart.com")));
  EXPECT_EQ(run(demo.status())->users, 6);
}

TEST_F(LoadDemoDataTest, HistoriesMoveWithTheDays) {
  auto demo = loader();
  ASSERT_TRUE(run(demo.all()));
  const auto before = run(features_.of(UserId{"user_005"}));
  clock_.advance(hours{24});
  EXPECT_TRUE(run(demo.bring_up_to_date())->loaded.empty());
  clock_.advance(hours{1});
  EXPECT_FALSE(run(demo.bring_up_to_date())->loaded.empty());
  EXPECT_EQ(owed(), 10);
  EXPECT_EQ(*run(features_.of(UserId{"user_005"})), *before);
}

TEST_F(LoadDemoDataTest, NamesWhatCannotBeUsedAndComesBackToIt) {
  const auto copy = std::filesystem::temp_directory_path() / ("quickmart-demo-data-" + std::to_string(::getpid()));
  std::filesystem::copy(kShopData, copy);
  std::ofstream{copy / "categories.json"} << "{";
  auto demo = loader(copy.string());
  const auto report = run(demo.bring_up_to_date());
  ASSERT_TRUE(report);
  ASSERT_EQ(report->errors.size(), 1u);
  EXPECT_NE(report->errors[0].find("categories.json"), std::string::npos) << report->errors[0];
  EXPECT_EQ(report->loaded.at("users"), 6);
  std::filesystem::copy(kShopData + "/categories.json", copy, std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(run(demo.bring_up_to_date())->loaded.at("categories"), 5);  // since the first load was not whole
  std::filesystem::remove_all(copy);
  EXPECT_FALSE(run(demo.bring_up_to_date()));
}

TEST_F(LoadDemoDataTest, SendsEveryGroupOfFeatures) {
  ASSERT_TRUE(run(loader().all()));
  jobs::Job job;
  job.payload = R"({"user_id":"user_005"})";
  ASSERT_TRUE(run(send_features_.handle(job)));
  for (const char* group : {"profile", "behavior", "transactional", "engagement", "support", "realtime"})
    EXPECT_FALSE(reco_.received["user_005/" + std::string{group}].empty()) << group;
  reco_.away = true;
  EXPECT_EQ(run(send_features_.handle(job)).error().kind, ErrorKind::Unavailable);
  job.payload = R"({"user_id":"user_nobody"})";
  EXPECT_TRUE(run(send_features_.handle(job)));
  for (const char* payload : {"", "{}", R"({"user_id":7})", R"({"user_id":"a/b"})"}) {
    job.payload = payload;
    EXPECT_EQ(run(send_features_.handle(job)).error().kind, ErrorKind::Rejected) << payload;
  }
}

}  // namespace
}  // namespace qm::shop
