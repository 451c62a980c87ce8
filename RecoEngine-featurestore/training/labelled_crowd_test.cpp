#include "RecoEngine-featurestore/training/labelled_crowd.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using test::kNow;

constexpr std::chrono::hours kTellLate{24 * 7};
constexpr int kLogBeganDaysAgo = 500;

// Each row bears its customer's number, which nothing else does.
const std::size_t& number_feature() {
  static const std::size_t feature = find_feature("acc_age_days");
  return feature;
}

// In an order that puts others between any two as the crowd grows.
std::string id_of(int number) { return std::to_string(static_cast<std::uint32_t>(number) * 2'654'435'761U); }

struct CrowdOf {
  int customers = 0;
  int one_left_of = 2;  // so many: they stop before the newest cutoff
  std::size_t most = kMaxCollectedSamples;
  bool backwards = false;

  Result<CollectedSamples> at(Timestamp now) const {
    LabelledCrowd crowd{now, kNow - days{kLogBeganDaysAgo + 1}, kTellLate, most};
    for (int i = 0; i < customers; ++i) {
      const int number = backwards ? customers - 1 - i : i;
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
  static const auto column =
      static_cast<std::size_t>(std::ranges::find(model_columns(), number_feature(), &ModelColumn::feature) -
                               model_columns().begin());
  for (const std::size_t place : part) customers.insert(static_cast<std::int64_t>(set.rows[place][column]));
  return customers;
}

// Of all rows, in their order.
std::vector<std::int64_t> numbers_of(const CollectedSamples& set) {
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < set.rows.size(); ++i) numbers.push_back(*customers_in(set, {i}).begin());
  return numbers;
}

std::int64_t left_in(const CollectedSamples& set, const std::vector<std::size_t>& part) {
  return std::ranges::count_if(part, [&set](std::size_t place) { return set.rows.left(place); });
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

// However customers come, and with as little memory as the rows themselves.
TEST(LabelledCrowd, OfManyKeepsWholeCustomersInTheSameOrder) {
  const auto all = CrowdOf{300}.at(kNow).value();
  const auto fewer = CrowdOf{300, 2, 2'000}.at(kNow).value(), backwards = CrowdOf{300, 2, 2'000, true}.at(kNow).value();
  EXPECT_LE(fewer.rows.size(), 2'000U);
  EXPECT_GT(fewer.rows.size(), 700U);
  ASSERT_EQ(fewer.rows.size(), backwards.rows.size());
  std::map<std::int64_t, int> seen_of_all, seen_of_fewer;
  for (const std::int64_t number : numbers_of(all)) ++seen_of_all[number];
  for (const std::int64_t number : numbers_of(fewer)) ++seen_of_fewer[number];
  for (const auto& [number, times] : seen_of_fewer) EXPECT_EQ(times, seen_of_all[number]) << "whole or not at all";
  EXPECT_EQ(numbers_of(fewer), numbers_of(backwards));
  for (std::size_t i = 0; i < fewer.rows.size(); ++i) EXPECT_EQ(fewer.rows.left(i), backwards.rows.left(i)) << i;
  EXPECT_EQ(fewer.split.customers.size(), fewer.rows.size());
  const auto numbers = numbers_of(fewer);
  for (std::size_t i = 0; i < fewer.split.cutoff_begins[1]; ++i)
    EXPECT_EQ(fewer.rows.left(i), numbers[i] % 2 == 0) << "the label goes with its row";
}

TEST(LabelledRows, KeepAndReorderInPlace) {
  LabelledRows rows;
  for (int i = 0; i < 9; ++i) rows.add(std::vector<float>(model_columns().size(), static_cast<float>(i)), i % 2 == 1);
  rows.keep({1, 2, 4, 5, 7, 8});
  rows.reorder({2, 0, 1, 3, 5, 4});
  const int expected[] = {4, 1, 2, 5, 8, 7};
  ASSERT_EQ(rows.size(), std::size(expected));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].front(), static_cast<float>(expected[i])) << i;
    EXPECT_EQ(rows[i].back(), static_cast<float>(expected[i])) << i;
    EXPECT_EQ(rows.left(i), expected[i] % 2 == 1) << i;
  }
}

}  // namespace
}  // namespace qm::reco
