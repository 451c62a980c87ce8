#include "QuickMart-backend/domain/customer_history.hpp"

#include <gtest/gtest.h>

#include "platform/core/test_time.hpp"

namespace qm::shop {
namespace {

using test::kNow;
Timestamp ago(double n_days) {
  return kNow - std::chrono::milliseconds{static_cast<std::int64_t>(n_days * 86'400'000)};
}

CustomerHistory example() {
  CustomerHistory history;
  history.user_id = UserId{"user_1"};
  history.joined_at = ago(400.5);
  history.loyalty_tier = LoyaltyTier::gold;
  history.region = "US-CA";
  history.device = "mobile";
  history.payment = "credit_card";
  history.language = "en-US";
  history.subscription = "active";
  history.logins = {ago(20), ago(3.7), ago(90)};
  history.visits = {{ago(3.7), 10, 6, 40, true},
                    {ago(6.9), 5, 4, 40, false},
                    {ago(29), 3, 0, 20, false},
                    {ago(31), 60, 20, 100, true}};
  history.carts = {{ago(2), 3, false}, {ago(5), 1, false}, {ago(9), 1, false}, {ago(12), 2, true}, {ago(40), 2, false}};
  history.tickets = {{ago(10), 20.0, 2, true}, {ago(100), 40.0, 5, false}, {ago(1), std::nullopt, std::nullopt, false}};
  history.wishlist_adds = 4;
  history.pushes = {20, 3};
  history.emails = {0, 0};
  history.offers = {10, 0};
  history.promotion_response_hours = {10, 21};
  history.retention_offer = "negative";
  history.last_session = LastSession{ago(3.7), 7, 130, 2, false, false};
  return history;
}

std::vector<Purchase> purchases() {
  return {{ago(12), Money{150'00}, true, false, {{"electronics", Money{120'00}}, {"clothing", Money{30'00}}}},
          {ago(80), Money{250'00}, false, true, {{"electronics", Money{250'00}}}},
          {ago(300), Money{50'00}, false, false, {}}};
}

struct FeatureCase {
  const char* group;
  const char* name;
  FeatureValue value;
};

TEST(CustomerHistory, GivesTheFeatures) {
  using Int = std::int64_t;
  const FeatureCase cases[] = {
      {"profile", "acc_age_days", Int{400}},
      {"profile", "member_dur", Int{13}},
      {"profile", "loyalty_tier", std::string{"gold"}},
      {"profile", "geo_location", std::string{"US-CA"}},
      {"behavior", "days_last_login", Int{3}},
      {"behavior", "days_last_purch", Int{12}},
      {"behavior", "sess_7d", Int{2}},
      {"behavior", "sess_30d", Int{3}},
      {"behavior", "avg_sess_dur", 6.0},
      {"behavior", "ctr_10_sess", 0.15},
      {"behavior", "cart_abandon", 0.8},
      {"behavior", "wishlist_ratio", 1.33},
      {"behavior", "content_engage", 0.5},
      {"transactional", "avg_order_val", 150.0},
      {"transactional", "orders_6m", Int{2}},
      {"transactional", "purch_freq_90d", 0.67},
      {"transactional", "last_hv_purch", Int{80}},
      {"transactional", "refund_rate", 0.33},
      {"transactional", "discount_dep", 0.33},
      {"transactional", "sub_pay_status", std::string{"active"}},
      {"transactional", "cat_spend_dist", std::map<std::string, double>{{"clothing", 0.08}, {"electronics", 0.93}}},
      {"engagement", "push_open_rate", 0.15},
      {"engagement", "inapp_ctr", 0.0},
      {"engagement", "promo_resp_time", 15.5},
      {"engagement", "retention_resp", std::string{"negative"}},
      {"support", "tickets_90d", Int{2}},
      {"support", "avg_ticket_res", 30.0},
      {"support", "csat_score", Int{2}},
      {"support", "refund_req", Int{1}},
      {"realtime", "curr_sess_clk", Int{7}},
      {"realtime", "checkout_time", 130.0},
      {"realtime", "cart_no_buy", true},
      {"realtime", "bounce_flag", false},
  };
  const FeatureGroups groups = derive_features(example(), purchases(), kNow);
  for (const auto& each : cases) {
    ASSERT_TRUE(groups.contains(each.group)) << each.group;
    const auto& group = groups.at(each.group);
    ASSERT_TRUE(group.contains(each.name)) << each.name;
    EXPECT_TRUE(group.at(each.name) == each.value) << each.name;
  }
}

TEST(CustomerHistory, LeavesOutWhatItDoesNotTell) {
  CustomerHistory history;
  history.user_id = UserId{"user_1"};
  history.joined_at = ago(1);
  const FeatureGroups groups = derive_features(history, {}, kNow);
  EXPECT_FALSE(groups.contains("behavior"));
  EXPECT_FALSE(groups.contains("engagement"));
  EXPECT_FALSE(groups.contains("realtime"));
  EXPECT_EQ(groups.at("profile").size(), 2U);
  for (const char* name :
       {"avg_order_val", "last_hv_purch", "refund_rate", "discount_dep", "cat_spend_dist", "sub_pay_status"})
    EXPECT_FALSE(groups.at("transactional").contains(name)) << name;
  EXPECT_FALSE(groups.at("support").contains("csat_score"));
  EXPECT_FALSE(derive_features(example(), purchases(), kNow).at("engagement").contains("email_ctr"));
}

TEST(CustomerHistory, TimesInTheFutureCountAsNow) {
  CustomerHistory history = example();
  history.logins = {kNow + std::chrono::hours{5}};
  const auto groups = derive_features(history, {}, kNow);
  EXPECT_TRUE(groups.at("behavior").at("days_last_login") == FeatureValue{std::int64_t{0}});
}

TEST(CustomerHistory, NamesFitTheStore) {
  for (const auto& [group, features] : derive_features(example(), purchases(), kNow))
    for (const auto& [name, value] : features) EXPECT_LE(name.size(), 15U) << name;
}

}  // namespace
}  // namespace qm::shop
