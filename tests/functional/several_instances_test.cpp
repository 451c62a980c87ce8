// Two instances of each service on one cluster: whichever of them a customer meets, it is the same shop.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

// What the product promises: a change made through one instance is seen by all within two seconds.
constexpr std::chrono::milliseconds kSeenByAllWithin{2'000};

class SeveralInstances : public testing::Test {
 protected:
  void SetUp() override {
    if (!on_cluster()) GTEST_SKIP() << "an embedded store has one instance of each service";
    world_ = std::make_shared<const World>();
  }

  ServiceProcess start_shop(const std::string& name, const std::string& demo_data = kDemoData) const {
    return world_->start("quickmart-backend",
                         {"--threads", "2", "--jwt-secret", kJwtSecret, "--demo-data-dir", demo_data}, name);
  }

  // Both at once from `threads` threads, which share them evenly.
  template <class F>
  static void from_both(const Peer& first, const Peer& second, int threads, F call) {
    std::vector<std::thread> callers;
    for (int i = 0; i < threads; ++i) callers.emplace_back([&, i] { call(i % 2 == 0 ? first : second); });
    for (auto& caller : callers) caller.join();
  }

  std::shared_ptr<const World> world_;
};

// A copy of the demo shop whose goods can be changed.
class OtherGoods {
 public:
  OtherGoods() {
    for (const auto& file : std::filesystem::directory_iterator{kDemoData})
      std::filesystem::copy(file.path(), dir_.path() / file.path().filename());
  }
  std::string dir() const { return dir_.path().string(); }
  void replace(const std::string& old_words, const std::string& new_words) const {
    std::stringstream text;
    text << std::ifstream{dir_.path() / "products.json"}.rdbuf();
    std::string goods = text.str();
    const auto at = goods.find(old_words);
    ASSERT_NE(at, std::string::npos);
    goods.replace(at, old_words.size(), new_words);
    std::ofstream{dir_.path() / "products.json"} << goods;
  }

 private:
  TempDir dir_;
};

std::string name_of(const Peer& shop, const std::string& product) {
  return text_at(shop.get("/api/products/" + product).json(), "name");
}

double count_of(const Peer& peer, const std::string& metric) {
  const std::string text = peer.get("/metrics").body;
  const auto at = text.find("\n" + metric + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + metric.size() + 2));
}

TEST_F(SeveralInstances, ACatalogChangeThroughOneIsSeenByTheOtherWithinTwoSeconds) {
  const OtherGoods goods;
  const ServiceProcess first = start_shop("first", goods.dir()), second = start_shop("second");
  const SignedIn admin = sign_in(first.peer(), "admin@quickmart.com", "admin");
  std::string shown = "Halden Air 14 Laptop";
  for (int change = 0; change < 5; ++change) {
    const std::string wanted = "Halden Air 1" + std::to_string(5 + change) + " Laptop";
    goods.replace(shown, wanted);
    ASSERT_EQ(name_of(second.peer(), "prod_003"), shown);
    ASSERT_EQ(first.peer().post("/api/admin/load-products", {}, admin.headers()).status, 200);
    EXPECT_EQ(name_of(first.peer(), "prod_003"), wanted) << "who made the change sees it at once";
    EXPECT_TRUE(eventually([&] { return name_of(second.peer(), "prod_003") == wanted; }, kSeenByAllWithin));
    shown = wanted;
  }
}

TEST_F(SeveralInstances, AChampionTrainedByOneServesAtTheOtherWithinTwoSeconds) {
  const auto start_reco = [&](const std::string& name) {
    return world_->start("reco-engine", {"--first-training-samples", "0", "--model-shadow-min-scores", "0"}, name);
  };
  const auto serves = [](const Peer& reco) {
    const auto health = reco.get("/health").json();
    return at(health, "model/model_loaded").as_bool() ? text_at(health, "model/model_version") : std::string{};
  };
  const ServiceProcess first = start_reco("first"), second = start_reco("second");
  ASSERT_EQ(first.peer().post("/train/generate-data?samples=200").status, 200);
  for (int training = 0; training < 2; ++training) {
    const Peer& trains = training == 0 ? first.peer() : second.peer();
    const Peer& follows = training == 0 ? second.peer() : first.peer();
    const Reply trained = trains.post("/train/start");  // the same model again, so that it passes the gates
    ASSERT_EQ(trained.status, 200) << trained.body;
    const std::string version = text_at(trained.json(), "model_version");
    EXPECT_EQ(serves(trains), version);
    EXPECT_TRUE(eventually([&] { return serves(follows) == version; }, kSeenByAllWithin));
  }
  const ServiceProcess third = start_reco("third");
  EXPECT_EQ(serves(third.peer()), serves(second.peer())) << "from its start, with nothing of its own";
}

TEST_F(SeveralInstances, AnAddressIsTakenOnce) {
  const ServiceProcess first = start_shop("first"), second = start_shop("second");
  for (int round = 0; round < 3; ++round) {
    const std::string body =
        R"({"email":")" + unique_email() + R"(","password":"long enough","profile":{"name":"One Of Many"}})";
    std::atomic<int> registered{0}, refused{0};
    from_both(first.peer(), second.peer(), 6, [&](const Peer& shop) {
      const int status = shop.post("/api/auth/register", body).status;
      if (status == 200) ++registered;
      if (status == 400) ++refused;
    });
    EXPECT_EQ(registered, 1);
    EXPECT_EQ(refused, 5);
  }
}

TEST_F(SeveralInstances, ASessionIsGoodAtBothUntilItEndsAtOne) {
  const ServiceProcess first = start_shop("first"), second = start_shop("second");
  const SignedIn who = new_customer(first.peer());
  EXPECT_EQ(second.peer().get("/api/auth/profile", who.headers()).status, 200);
  EXPECT_EQ(second.peer().post("/api/auth/logout", {}, who.headers()).status, 200);
  const std::string refresh = R"({"refresh_token":")" + who.refresh_token + R"("})";
  EXPECT_EQ(first.peer().post("/api/auth/refresh", refresh).status, 401);
}

TEST_F(SeveralInstances, ACouponIsSpentOnce) {
  const ServiceProcess first = start_shop("first"), second = start_shop("second");
  const SignedIn who = new_customer(first.peer());
  std::atomic<int> spent{0}, refused{0};
  from_both(first.peer(), second.peer(), 8, [&](const Peer& shop) {
    const int status = shop.post("/api/coupons/apply?coupon_code=SAVE20&order_total=120", {}, who.headers()).status;
    if (status == 200) ++spent;
    if (status == 400) ++refused;
  });
  EXPECT_EQ(spent, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(second.peer().get("/api/coupons/history", who.headers()).json().as_array().size(), 1u);
}

TEST_F(SeveralInstances, ManyLoginsAtBothBringOneCouponAndOneDecision) {
  constexpr int kLogins = 16;
  TwoServices first{world_, "first"}, second{world_, "second"};
  ASSERT_TRUE(first.wait_until_scoring());
  ASSERT_TRUE(second.wait_until_scoring());
  std::atomic<int> signed_in{0};
  from_both(first.shop(), second.shop(), kLogins, [&](const Peer& shop) {
    if (!sign_in(shop, "demo@quickmart.com", "demo").access_token.empty()) ++signed_in;
  });
  ASSERT_EQ(signed_in, kLogins);
  const SignedIn demo = sign_in(second.shop(), "demo@quickmart.com", "demo");
  // Each login owes a prediction, and each prediction of a customer at risk leaves a message.
  ASSERT_TRUE(eventually([&] {
    const auto list = first.shop().get("/api/users/messages", demo.headers()).json();
    return number_at(list, "total_messages") >= kLogins + 1;
  }, std::chrono::milliseconds{60'000}));
  const auto coupons = [&](const TwoServices& at) {
    return at.shop().get("/api/coupons/user", demo.headers()).json().as_array().size();
  };
  ASSERT_TRUE(eventually([&] { return coupons(first) > 0; }));
  EXPECT_EQ(coupons(first), 1u);
  EXPECT_EQ(coupons(second), 1u);
  for (const TwoServices* pair : {&first, &second}) {
    const auto rule = pair->reco().get("/nudge/test/user_005").json();
    const auto nudges = list_at(pair->reco().get("/nudges/user_005?limit=100").json(), "nudges");
    EXPECT_EQ(static_cast<double>(nudges.size()), number_at(rule, "would_trigger"));
    for (const auto& nudge : nudges) EXPECT_EQ(text_at(nudge, "rule_id"), text_at(rule, "matching_rule"));
  }
  EXPECT_EQ(count_of(first.shop(), "quickmart_coupons_assigned_total") +
                count_of(second.shop(), "quickmart_coupons_assigned_total"),
            1);
}

TEST_F(SeveralInstances, WhatAKilledInstanceOwedTheOtherDoes) {
  TwoServices first{world_, "first"}, second{world_, "second"};
  ASSERT_TRUE(second.wait_until_scoring());
  first.between().set_mode(FaultyProxy::Mode::Refuse);
  second.between().set_mode(FaultyProxy::Mode::Refuse);
  const SignedIn demo = sign_in(first.shop(), "demo@quickmart.com", "demo");
  first.shop_process().kill();
  first.reco_process().kill();
  const auto coupons = [&] {
    return second.shop().get("/api/coupons/user", demo.headers()).json().as_array().size();
  };
  EXPECT_EQ(coupons(), 0u);
  second.between().set_mode(FaultyProxy::Mode::Forward);
  EXPECT_TRUE(eventually([&] { return coupons() == 1; }, std::chrono::milliseconds{60'000}));
}

}  // namespace
}  // namespace qm::functional
