// For tests: the serving side of RecoEngine on a store in memory, with a model and a QuickMart that say what they are
// told.
#pragma once
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "RecoEngine-featurestore/app/ingest_features.hpp"
#include "RecoEngine-featurestore/app/list_nudges.hpp"
#include "RecoEngine-featurestore/app/predict_churn.hpp"
#include "RecoEngine-featurestore/app/report_outcome.hpp"
#include "RecoEngine-featurestore/app/test_nudge.hpp"
#include "RecoEngine-featurestore/domain/model_input.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::reco {

class ScriptedModel final : public ChurnModel {
 public:
  double probability = 0.5;
  std::map<std::string, double> shap;  // by column; others contribute nothing
  mutable std::vector<float> last_row;

  ModelOutput predict(const std::vector<float>& row) const override {
    last_row = row;
    ModelOutput output{probability, -1.25, std::vector<double>(columns(), 0.0)};
    for (std::size_t i = 0; i < columns(); ++i) {
      if (const auto found = shap.find(model_columns()[i].name); found != shap.end()) output.shap[i] = found->second;
    }
    return output;
  }
  std::size_t columns() const override { return model_columns().size(); }
};

class ScriptedQuickmart final : public QuickmartClient {
 public:
  std::optional<Error> failure;
  std::promise<void> asked_first;

  Task<Result<contracts::AssignCouponAnswer>> assign_coupon(contracts::AssignCouponRequest request,
                                                            Deadline deadline) override {
    EXPECT_GT(deadline, std::chrono::steady_clock::now());
    std::lock_guard lock{mutex_};
    asked_.push_back(std::move(request));
    if (asked_.size() == 1) asked_first.set_value();
    if (failure) co_return *failure;
    co_return contracts::AssignCouponAnswer{"Assigned.", "uc_1", asked_.size() > 1};
  }
  std::vector<contracts::AssignCouponRequest> asked() const {
    std::lock_guard lock{mutex_};
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<contracts::AssignCouponRequest> asked_;
};

class ServingTest : public testing::Test {
 protected:
  ServingTest() { EXPECT_TRUE(rules_.load()); }

  template <class T>
  static T run(Task<T> task) {
    boost::asio::io_context context;
    std::promise<T> promise;
    boost::asio::co_spawn(context, std::move(task), [&promise](std::exception_ptr failure, T result) {
      if (failure) {
        promise.set_exception(failure);
      } else {
        promise.set_value(std::move(result));
      }
    });
    context.run();
    return promise.get_future().get();
  }

  static ServedModel served(std::shared_ptr<const ChurnModel> model) {
    ServedModel made;
    made.version = "model_1";
    made.model = std::move(model);
    return made;
  }

  void know(const std::string& user, FeatureGroup group, std::vector<GivenFeature> given) {
    auto intake = IngestFeatures::examine(group, given);
    ASSERT_TRUE(run(ingest_.store(UserId{user}, std::move(intake))));
  }
  // A customer of whom one thing is known, so that the model can be asked.
  void know(const std::string& user) { know(user, FeatureGroup::behavior, {{"cart_abandon", FeatureValue{0.8}}}); }

  Result<ChurnPrediction> predict(const std::string& user) { return run(predict_.predict(UserId{user})); }
  std::vector<Nudge> nudges_of(const std::string& user) { return run(list_.run(UserId{user}, 100, ""))->nudges; }
  std::optional<kv::Record> job_of(const NudgeId& nudge) {
    auto record = run(kv_->get(kv::Key{"job", std::string{TriggerNudges::kJobKind} + "." + nudge.str()}));
    if (!record) return std::nullopt;
    return *record;
  }
  jobs::Job assignment_of(const NudgeId& nudge) {
    jobs::Job job;
    job.kind = TriggerNudges::kJobKind;
    job.payload = *job_of(nudge).value().get<std::string>("payload");
    return job;
  }

  ManualClock clock_{Timestamp{std::chrono::days{20'000}}};
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("churn_features", clock_);
  std::shared_ptr<ScriptedModel> model_ = std::make_shared<ScriptedModel>();
  ScriptedQuickmart quickmart_;
  jobs::Queue queue_{*kv_, clock_};
  ModelRegistry registry_{*kv_};
  Champion champion_{registry_, std::make_shared<const ServedModel>(served(model_))};
  NudgeRules rules_{NudgeRuleFile{std::string{QM_SOURCE_DIR} + "/RecoEngine-featurestore/data/nudge_rules.json"},
                    clock_};
  FeatureStore features_{*kv_, std::chrono::hours{24 * 730}};
  NudgeStore nudges_{*kv_};
  IngestFeatures ingest_{features_, clock_};
  TriggerNudges trigger_{nudges_, quickmart_, queue_, rules_, clock_, std::chrono::hours{24}};
  ObservedScoreStore observed_scores_{*kv_};
  ObserveScores observe_{observed_scores_, std::chrono::hours{24 * 7}};
  PredictChurn predict_{features_, champion_, trigger_, observe_, clock_};
  TestNudge test_{predict_, rules_};
  ListNudges list_{nudges_};
  ReportOutcome report_{nudges_, clock_};
};

}  // namespace qm::reco
