#include "RecoEngine-featurestore/app/predict_churn.hpp"

#include <cmath>

#include "RecoEngine-featurestore/app/serving_fixture.hpp"
#include "platform/kv/forwarding_store_fixture.hpp"

namespace qm::reco {
namespace {

using std::chrono::hours;

class PredictChurnTest : public ServingTest {};

// Notes how many records each call asks for; every call is a round trip where the store is a cluster.
class CountingStore final : public kv::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Task<Result<kv::Record>> get(kv::Key key, std::vector<std::string> bins, kv::ReadOptions options) override {
    asked.push_back(1);
    return ForwardingStore::get(std::move(key), std::move(bins), options);
  }
  Task<Result<std::vector<std::optional<kv::Record>>>> get_many(std::vector<kv::Key> keys,
                                                                kv::ReadOptions options) override {
    asked.push_back(keys.size());
    return ForwardingStore::get_many(std::move(keys), options);
  }
  Task<Result<bool>> exists(kv::Key key, kv::ReadOptions options) override {
    asked.push_back(1);
    return ForwardingStore::exists(std::move(key), options);
  }
  Task<Result<kv::Operated>> operate(kv::Key key, std::vector<kv::Op> ops, kv::OperateOptions options) override {
    asked.push_back(1);
    return ForwardingStore::operate(std::move(key), std::move(ops), std::move(options));
  }

  std::vector<std::size_t> asked;
};

float column_of(const std::vector<float>& row, std::string_view name) { return row.at(find_model_column(name)); }

TEST_F(PredictChurnTest, SaysWhatTheModelSaysAndWhy) {
  know("ann", FeatureGroup::behavior,
       {{"cart_abandon", FeatureValue{0.8}}, {"days_last_login", FeatureValue{std::int64_t{40}}}});
  model_->probability = 0.55;
  model_->shap = {{"cart_abandon", 0.4}, {"days_last_login", 0.9}, {"sess_7d", 0.3}, {"csat_score", -0.2}};
  const auto prediction = predict("ann");
  ASSERT_TRUE(prediction) << prediction.error().detail;
  const ChurnScore& score = prediction->score;
  EXPECT_EQ(score.user_id, UserId{"ann"});
  EXPECT_EQ(score.churn_probability, 0.55);
  EXPECT_EQ(score.base_value, -1.25);
  EXPECT_EQ(score.model_version, "model_1");
  EXPECT_EQ(score.scored_at, clock_.now());
  EXPECT_EQ(score.feature_freshness, clock_.now());
  EXPECT_EQ(score.segment(), RiskSegment::medium);
  EXPECT_EQ(score.families(), (std::vector{ReasonFamily::INACTIVITY, ReasonFamily::CART_ABANDONMENT}));
  EXPECT_EQ(score.reasons[0].contribution, 0.9 + 0.3);
  EXPECT_EQ(score.reasons[0].text, "no login for 40 days");
  EXPECT_FALSE(prediction->nudges.has_value());
  EXPECT_TRUE(nudges_of("ann").empty());
}

TEST_F(PredictChurnTest, AsksTheStoreOnceForAllGroups) {
  auto counting = std::make_unique<CountingStore>(kv::make_memory_store("churn_features", clock_));
  CountingStore& store = *counting;
  FeatureStore features{store, hours{24 * 730}};
  IngestFeatures ingest{features, clock_};
  PredictChurn predict{features, champion_, trigger_, observe_, clock_};
  struct Known { FeatureGroup group; const char* feature; FeatureValue value; };
  const Known known[] = {{FeatureGroup::profile, "acc_age_days", FeatureValue{std::int64_t{300}}},
                         {FeatureGroup::behavior, "days_last_login", FeatureValue{std::int64_t{3}}},
                         {FeatureGroup::transactional, "orders_6m", FeatureValue{std::int64_t{2}}},
                         {FeatureGroup::engagement, "push_open_rate", FeatureValue{0.5}},
                         {FeatureGroup::support, "csat_score", FeatureValue{4.0}},
                         {FeatureGroup::realtime, "curr_sess_clk", FeatureValue{std::int64_t{7}}}};
  for (const auto& each : known) {
    auto intake = IngestFeatures::examine(each.group, {{each.feature, each.value}});
    ASSERT_TRUE(run(ingest.store(UserId{"ann"}, std::move(intake)))) << each.feature;
  }
  store.asked.clear();
  const auto prediction = run(predict.predict(UserId{"ann"}));
  ASSERT_TRUE(prediction) << prediction.error().detail;
  for (const auto& each : known)
    EXPECT_TRUE(prediction->score.features[find_feature(each.feature)].has_value()) << each.feature;
  EXPECT_EQ(store.asked, std::vector<std::size_t>{1}) << "what was told and the state that events come to";
}

TEST_F(PredictChurnTest, ShowsTheModelNoStaleValues) {
  know("ann", FeatureGroup::profile, {{"acc_age_days", FeatureValue{std::int64_t{300}}}});
  know("ann", FeatureGroup::behavior,
       {{"sess_7d", FeatureValue{std::int64_t{5}}}, {"cart_abandon", FeatureValue{0.5}}});
  clock_.advance(hours{24 * 8});  // longer than a week's sessions are true, shorter than the others
  know("ann", FeatureGroup::support, {{"csat_score", FeatureValue{4.0}}});
  const auto prediction = predict("ann");
  ASSERT_TRUE(prediction);
  EXPECT_FALSE(prediction->score.features[find_feature("sess_7d")].has_value());
  EXPECT_TRUE(prediction->score.features[find_feature("cart_abandon")].has_value());
  EXPECT_TRUE(std::isnan(column_of(model_->last_row, "sess_7d")));
  EXPECT_EQ(column_of(model_->last_row, "cart_abandon"), 0.5F);
  EXPECT_EQ(prediction->score.feature_freshness, clock_.now());

  const FreshnessStats stats = predict_.freshness();
  EXPECT_EQ(stats.predictions, 1);
  EXPECT_EQ(stats.stale_features_count, 1);
  EXPECT_DOUBLE_EQ(stats.avg_feature_age_hours, 3 * 8 * 24 / 4.0);
}

TEST_F(PredictChurnTest, KnowsNothingOfStrangersNorOfThoseLongGone) {
  EXPECT_EQ(predict("nobody").error().kind, ErrorKind::NotFound);
  know("ann", FeatureGroup::behavior, {{"sess_7d", FeatureValue{std::int64_t{5}}}});
  clock_.advance(hours{24 * 8});
  EXPECT_EQ(predict("ann").error().kind, ErrorKind::NotFound);
  know("bob");
  know("bob", FeatureGroup::behavior, {{"cart_abandon", std::nullopt}});
  EXPECT_EQ(predict("bob").error().kind, ErrorKind::NotFound);
}

TEST_F(PredictChurnTest, AsksToWaitForAModel) {
  know("ann");
  Champion none{registry_};
  PredictChurn without{features_, none, trigger_, observe_, clock_};
  const auto prediction = run(without.predict(UserId{"ann"}));
  ASSERT_FALSE(prediction);
  EXPECT_EQ(prediction.error().kind, ErrorKind::Unavailable);
  EXPECT_GT(prediction.error().retry_after.count(), 0);
}

TEST(FreshnessWindow, CountsTheLatestPredictionsOnly) {
  const Timestamp now{std::chrono::days{20'000}};
  FreshnessWindow window;
  EXPECT_EQ(window.stats().predictions, 0);
  EXPECT_EQ(window.stats().avg_feature_age_hours, 0);
  FeatureVector old, recent;
  old.set(find_feature("sess_7d"), std::int64_t{1}, now - hours{24 * 30});
  recent.set(find_feature("sess_7d"), std::int64_t{1}, now - hours{2});
  for (std::size_t i = 0; i < 10; ++i) window.add(old, now);
  EXPECT_EQ(window.stats().stale_features_count, 10);
  for (std::size_t i = 0; i < FreshnessWindow::kPredictions; ++i) window.add(recent, now);
  EXPECT_EQ(window.stats().predictions, static_cast<std::int64_t>(FreshnessWindow::kPredictions));
  EXPECT_EQ(window.stats().stale_features_count, 0);
  EXPECT_DOUBLE_EQ(window.stats().avg_feature_age_hours, 2);
}

}  // namespace
}  // namespace qm::reco
