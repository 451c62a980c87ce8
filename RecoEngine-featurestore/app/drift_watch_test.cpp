#include "RecoEngine-featurestore/app/drift_watch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "RecoEngine-featurestore/app/reco_metrics.hpp"
#include "RecoEngine-featurestore/app/serving_fixture.hpp"
#include "RecoEngine-featurestore/training/model_metadata.hpp"
#include "RecoEngine-featurestore/training/synthetic_customers.hpp"

namespace qm::reco {
namespace {

constexpr Timestamp kThen{std::chrono::days{20'000}};

std::vector<std::vector<float>> rows_of(std::size_t customers, std::uint64_t seed) {
  std::vector<std::vector<float>> rows;
  for (const auto& customer : simulate_customers(customers, seed, kThen))
    rows.push_back(to_model_row(customer.features));
  return rows;
}

double score_of(std::size_t i) { return static_cast<double>(i % 100) / 100; }

DriftReference reference_of(const std::vector<std::vector<float>>& rows) {
  DriftReference reference;
  for (const auto& feature : model_features()) {
    std::vector<double> values;
    for (const auto& row : rows) values.push_back(value_in_row(feature, row));
    reference.features.push_back(reference_histogram(std::string{feature_table()[feature.feature].name}, values));
  }
  std::vector<double> scores;
  for (std::size_t i = 0; i < rows.size(); ++i) scores.push_back(score_of(i));
  reference.scores = reference_histogram("score", scores);
  return reference;
}

const DriftFigure& figure_of(const DriftReport& report, std::string_view name) {
  const auto found = std::ranges::find(report.features, name, &DriftFigure::name);
  EXPECT_NE(found, report.features.end()) << name;
  return *found;
}

void add_all(DriftWatch& watch, const std::vector<std::vector<float>>& rows, const std::string& prefix = "c") {
  for (std::size_t i = 0; i < rows.size(); ++i) watch.add(prefix + std::to_string(i), rows[i], score_of(i));
}

TEST(DriftWatch, FindsTheFeatureThatChanged) {
  const auto watch = DriftWatch::over(reference_of(rows_of(1'500, 3)));
  ASSERT_TRUE(watch);
  EXPECT_FALSE(watch->report().scores.enough);
  auto rows = rows_of(1'200, 4);
  std::size_t column = 0;
  while (model_columns()[column].name != "days_last_login") ++column;
  for (auto& row : rows) row[column] = row[column] * 2 + 5;
  add_all(*watch, rows);
  const DriftReport report = watch->report();
  EXPECT_EQ(report.customers, 1'200);
  EXPECT_EQ(report.features.size(), model_features().size());
  EXPECT_TRUE(figure_of(report, "days_last_login").drifted());
  EXPECT_EQ(report.drifted(), 1) << "and no other";
  EXPECT_TRUE(report.scores.enough);
}

TEST(DriftWatch, CountsACustomerOnce) {
  const auto rows = rows_of(300, 3);
  const auto watch = DriftWatch::over(reference_of(rows));
  ASSERT_TRUE(watch);
  add_all(*watch, rows);
  for (int i = 0; i < 500; ++i) watch->add("c0", rows[0], 0.99);
  EXPECT_EQ(watch->report().customers, 300);
  EXPECT_FALSE(watch->report().scores.drifted());
}

TEST(DriftWatch, ForgetsWhoCameLongAgo) {
  const auto rows = rows_of(200, 3);
  const auto watch = DriftWatch::over(reference_of(rows));
  ASSERT_TRUE(watch);
  for (int i = 0; i < 200; ++i) add_all(*watch, rows, "of time " + std::to_string(i) + ": ");
  const auto held = watch->report().customers;
  EXPECT_LE(held, static_cast<std::int64_t>(DriftWatch::kCustomers));
  EXPECT_GE(held, static_cast<std::int64_t>(DriftWatch::kCustomers / 2));
  for (const auto& figure : watch->report().features) EXPECT_EQ(figure.rows, held) << figure.name;
}

TEST(DriftWatch, LosesNobodyWhenManyAsk) {
  const auto rows = rows_of(250, 3);
  const auto watch = DriftWatch::over(reference_of(rows));
  ASSERT_TRUE(watch);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] { add_all(*watch, rows, "of thread " + std::to_string(t) + ": "); });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(watch->report().customers, 1'000);
}

TEST(DriftWatch, WantsAReferenceOfThisBuild) {
  const auto good = reference_of(rows_of(200, 3));
  EXPECT_TRUE(DriftWatch::over(good));
  EXPECT_FALSE(DriftWatch::over({}));
  auto other = good;
  other.features[0].name = "of another build";
  EXPECT_FALSE(DriftWatch::over(other));
  other = good;
  other.scores.counts.pop_back();
  EXPECT_FALSE(DriftWatch::over(other));
  ModelMetadata metadata;
  metadata.drift = good;
  const std::string text = print_metadata(metadata);
  const auto read = parse_metadata(text);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->drift && DriftWatch::over(*read->drift));
  EXPECT_EQ(print_metadata(*read), text);
}

class WatchedServing : public ServingTest {
 protected:
  WatchedServing() {
    auto watched = served(model_);
    watched.drift = DriftWatch::over(reference_of(rows_of(300, 3)));
    watched_ = std::make_shared<const ServedModel>(std::move(watched));
  }
  std::shared_ptr<const ServedModel> watched_;
};

TEST_F(WatchedServing, TellsOfThoseItWasAskedAbout) {
  Champion champion{registry_, watched_};
  PredictChurn predict{features_, champion, trigger_, observe_, clock_};
  for (int i = 0; i < 120; ++i) {
    const std::string user = "user_" + std::to_string(i);
    know(user);
    if (i == 100) {
      EXPECT_EQ(drift_families(champion.current()).at(2).samples.size(), model_features().size() + 1);
    }
    if (i == 99) {
      EXPECT_TRUE(drift_families(champion.current()).at(2).samples.empty());
    }
    ASSERT_TRUE(run(predict.predict(UserId{user})));
  }
  const DriftReport report = champion.current()->drift->report();
  EXPECT_EQ(report.customers, 120);
  EXPECT_TRUE(figure_of(report, "sess_7d").drifted()) << "nobody tells it";
  EXPECT_TRUE(report.scores.drifted()) << "all have the same";
}

}  // namespace
}  // namespace qm::reco
