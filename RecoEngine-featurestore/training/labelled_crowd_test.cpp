#include "RecoEngine-featurestore/training/labelled_crowd.hpp"

#include <gtest/gtest.h>

#include <set>

#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using test::kNow;

constexpr std::chrono::hours kTellLate{24 * 7};
constexpr int kLogBeganDaysAgo = 500;

// Each sample bears its customer's number, which nothing else does.
const std::size_t& number_feature() {
  static const std::size_t feature = find_feature("acc_age_days");
  return feature;
}

// In an order that puts others between any two as the crowd grows.
std::string id_of(int number) { return std::to_string(static_cast<std::uint32_t>(number) * 2'654'435'761U); }

struct CrowdOf {
  int customers = 0;
  int one_left_of = 2;  // so many: they stop before the newest cutoff

  Result<CollectedSamples> at(Timestamp now) const {
    LabelledCrowd crowd{now, kNow - days{kLogBeganDaysAgo + 1}, kTellLate};
    for (int number = 0; number < customers; ++number) {
      // Those who left did so one after another, from the first cutoff on.
      const int last_days_ago = number % one_left_of == 0 ? 130 + number * 7 % 200 : 0;
      std::vector<KnownEvent> events;
      for (int ago = kLogBeganDaysAgo; ago >= last_days_ago; ago -= 20) {
        Event order;
        order.type = EventType::order_placed;
        order.at = kNow - days{ago};
        events.push_back({order, order.at});
      }
      const auto features_at = [number](Timestamp cutoff) {
        FeatureVector features;
        features.set(number_feature(), std::int64_t{number}, cutoff);
        return features;
      };
      crowd.add(id_of(number), events, features_at);
    }
    return std::move(crowd).finish();
  }
};

std::set<std::int64_t> customers_in(const CollectedSamples& set, const std::vector<std::size_t>& part) {
  std::set<std::int64_t> customers;
  for (const std::size_t place : part)
    customers.insert(std::get<std::int64_t>(set.samples[place].features[number_feature()]->value));
  return customers;
}

std::int64_t left_in(const CollectedSamples& set, const std::vector<std::size_t>& part) {
  return std::ranges::count_if(part, [&set](std::size_t place) { return set.samples[place].churned; });
}

TEST(LabelledCrowd, WhoCalibratedOneModelNeverJudgesTheNext) {
  const auto first = CrowdOf{950}.at(kNow - days{40}), later = CrowdOf{1'000}.at(kNow);
  ASSERT_TRUE(first) << first.error().detail;
  ASSERT_TRUE(later) << later.error().detail;
  const auto calibrated = customers_in(*first, first->split.validation);
  const auto judges = customers_in(*later, later->split.test);
  EXPECT_GT(calibrated.size(), 400U);
  EXPECT_GT(judges.size(), 400U);
  for (const std::int64_t customer : calibrated) EXPECT_FALSE(judges.contains(customer)) << customer;
  // Within what drawing lots gives: four standard deviations of a thousand.
  EXPECT_NEAR(static_cast<double>(judges.size()), 500, 64);
  EXPECT_NEAR(static_cast<double>(left_in(*later, later->split.test)), 250, 45);
}

TEST(LabelledCrowd, OthersThatJoinChangeNobodysPart) {
  const auto few = CrowdOf{400}.at(kNow), many = CrowdOf{900}.at(kNow);
  ASSERT_TRUE(few) << few.error().detail;
  ASSERT_TRUE(many) << many.error().detail;
  const auto judges = customers_in(*many, many->split.test);
  for (const std::int64_t customer : customers_in(*few, few->split.test)) EXPECT_TRUE(judges.contains(customer));
}

// Twenty of each kind are enough, however their hashes lie.
TEST(LabelledCrowd, ASmallShopIsHalvedByKind) {
  const CrowdOf crowd{40};
  const auto set = crowd.at(kNow);
  ASSERT_TRUE(set) << set.error().detail;
  EXPECT_EQ(left_in(*set, set->split.test), 10);
  EXPECT_EQ(left_in(*set, set->split.validation), 10);
  EXPECT_EQ(set->split.test.size(), 20U);
  EXPECT_FALSE(CrowdOf{38}.at(kNow));
}

// One kind is plenty and goes by its hashes; of the other there are few.
TEST(LabelledCrowd, OnlyTheKindThatIsFewIsHalvedByOrder) {
  const auto set = CrowdOf{420, 20}.at(kNow), twice = CrowdOf{800, 20}.at(kNow);
  ASSERT_TRUE(set) << set.error().detail;
  ASSERT_TRUE(twice) << twice.error().detail;
  EXPECT_GE(left_in(*set, set->split.test), 10);
  EXPECT_GE(left_in(*set, set->split.validation), 10);
  const auto judges = customers_in(*twice, twice->split.test);
  for (const std::int64_t customer : customers_in(*set, set->split.test))
    if (customer % 20 != 0) EXPECT_TRUE(judges.contains(customer)) << customer;
}

}  // namespace
}  // namespace qm::reco
