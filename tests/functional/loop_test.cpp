// login → predict → nudge → coupon, through both real programs, and what happens to it when one of them fails.
#include <gtest/gtest.h>

#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

std::size_t coupons_of(const Peer& shop, const SignedIn& who) {
  const auto json = shop.get("/api/coupons/user", who.headers()).json();
  return json.is_array() ? json.get_array().size() : 0;
}

TEST(Loop, ACustomerAtRiskFindsAPersonalCouponAfterLogin) {
  TwoServices services;
  ASSERT_TRUE(services.wait_until_scoring());
  const SignedIn demo = sign_in(services.shop(), "demo@quickmart.com", "demo");
  ASSERT_TRUE(eventually([&] { return coupons_of(services.shop(), demo) > 0; }));
  const auto list = services.shop().get("/api/coupons/user", demo.headers()).json();
  EXPECT_EQ(text_at(list, "0/user_coupon/user_id"), "user_005");
  EXPECT_EQ(text_at(list, "0/user_coupon/source"), "nudge");
  EXPECT_EQ(text_at(list, "0/user_coupon/status"), "available");
  EXPECT_GE(number_at(list, "0/user_coupon/churn_score"), 0.6);
  EXPECT_FALSE(text_at(list, "0/coupon/code").empty());
  const auto nudges = services.reco().get("/nudges/user_005").json();
  EXPECT_EQ(text_at(nudges, "nudges/0/user_id"), "user_005") << boost::json::serialize(nudges);
  EXPECT_TRUE(eventually([&] {
    return number_at(services.shop().get("/api/users/messages", demo.headers()).json(), "total_messages") >= 1;
  }));
  EXPECT_GT(number_at(services.reco().get("/monitoring").json(), "nudge_responses/nudges_sent"), 0);
  const auto monitoring = services.reco().get("/monitoring").json();
  EXPECT_GE(number_at(monitoring, "drift/customers"), 1) << "who was scored is watched for drift";
  EXPECT_GT(number_at(monitoring, "drift/features/0/reference_rows"), 0);

  // Logging in again brings no second coupon.
  const std::size_t before = coupons_of(services.shop(), demo);
  const double messages =
      number_at(services.shop().get("/api/users/messages", demo.headers()).json(), "total_messages");
  sign_in(services.shop(), "demo@quickmart.com", "demo");
  ASSERT_TRUE(eventually([&] {
    return number_at(services.shop().get("/api/users/messages", demo.headers()).json(), "total_messages") > messages;
  }));
  EXPECT_EQ(coupons_of(services.shop(), demo), before);
}

TEST(Loop, APredictionOwedSurvivesTheDeathOfEitherService) {
  TwoServices services;
  ASSERT_TRUE(services.wait_until_scoring());
  for (const auto mode : {FaultyProxy::Mode::Refuse, FaultyProxy::Mode::Stall, FaultyProxy::Mode::Nonsense}) {
    services.between().set_mode(mode);
    const int before = services.between().connections();
    const SignedIn somebody = new_customer(services.shop());  // the login is answered all the same
    EXPECT_FALSE(somebody.access_token.empty());
    EXPECT_TRUE(eventually([&] { return services.between().connections() > before; })) << "nobody asked RecoEngine";
  }
  services.between().set_mode(FaultyProxy::Mode::Refuse);
  const SignedIn demo = sign_in(services.shop(), "demo@quickmart.com", "demo");
  EXPECT_EQ(coupons_of(services.shop(), demo), 0u);
  services.restart_shop();
  services.restart_reco();
  services.between().set_mode(FaultyProxy::Mode::Forward);
  EXPECT_TRUE(eventually([&] { return coupons_of(services.shop(), demo) > 0; }, std::chrono::milliseconds{60'000}));
}

TEST(Loop, TheFivePeopleOfTheDemoShowEveryRisk) {
  TwoServices services;  // where nobody logged in yet, which would tell of them
  ASSERT_TRUE(services.wait_until_scoring());
  std::map<std::string, int> segments;
  std::map<std::string, int> leading_reasons;
  for (int i = 1; i <= 5; ++i) {
    const std::string user = "user_00" + std::to_string(i);
    ASSERT_TRUE(eventually([&] { return services.reco().post("/predict/" + user).status == 200; })) << user;
    const auto json = services.reco().post("/predict/" + user).json();
    ++segments[text_at(json, "risk_segment")];
    ++leading_reasons[text_at(json, "churn_reasons/0")];
  }
  for (const char* segment : {"low", "medium", "high", "critical"}) EXPECT_GE(segments[segment], 1) << segment;
  EXPECT_GE(leading_reasons.size(), 3u);
}

}  // namespace
}  // namespace qm::functional
