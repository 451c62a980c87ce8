// The model that answers customers: an immutable snapshot, exchanged at once. Thread-safe.
#pragma once
#include <memory>
#include <string>

#include "RecoEngine-featurestore/app/drift_watch.hpp"
#include "RecoEngine-featurestore/model/churn_model.hpp"
#include "RecoEngine-featurestore/store/model_registry.hpp"
#include "RecoEngine-featurestore/training/label_rule.hpp"
#include "RecoEngine-featurestore/training/trainer.hpp"
#include "platform/core/clock.hpp"
#include "platform/core/runtime.hpp"
#include "platform/core/snapshot.hpp"

namespace qm::reco {

struct ServedModel {
  std::string version;
  std::shared_ptr<const ChurnModel> model;
  TrainingMetrics metrics;
  Timestamp trained_at{};
  // Over those it is asked about since it is served here; nullptr for a model that knows nothing of its training data.
  std::shared_ptr<DriftWatch> drift;
  std::chrono::days horizon = LabelRule{}.horizon;  // what its scores speak of: no purchase for so long
};

// What is stored, ready to answer. Rejected when it is no model of this build's features. Takes the calling thread some
// milliseconds.
Result<std::shared_ptr<const ServedModel>> to_served(const StoredModel& stored);

class Champion {
 public:
  // `registry` outlives it. `first` serves until follow() finds another.
  explicit Champion(ModelRegistry& registry, std::shared_ptr<const ServedModel> first = nullptr)
      : registry_(registry), served_(std::move(first)) {}

  // nullptr before the first model. What was read stays as it is for as long as it is held.
  std::shared_ptr<const ServedModel> current() const { return served_.load(); }

  // What scores beside it, unseen; nullptr: nothing does.
  std::shared_ptr<const ServedModel> shadow() const { return shadow_.load(); }

  // Serves what the store names as champion and as shadow, when that is another version than the one served; call at
  // start and every second, so that every instance follows. NotFound before the first; Rejected as promote(). On a
  // failure the old one goes on serving.
  Task<Result<void>> follow();
  // Makes `version` the champion of all instances in place of `expected` (empty: nobody), and serves it here at once.
  // NotFound; Rejected when it is no model of this build's features; Conflict when another is champion.
  Task<Result<void>> promote(std::string version, std::string expected);
  // Lets `former`, the champion before `version`, answer again. Errors as promote().
  Task<Result<void>> go_back(std::string version, std::string former);
  // Lets `version` score in shadow in all instances. Errors as promote().
  Task<Result<void>> put_in_shadow(std::string version);

 private:
  Task<Result<void>> follow_shadow(const std::string& version);
  void serve(const std::shared_ptr<const ServedModel>& chosen);
  // Builds the model off the worker threads.
  Task<Result<std::shared_ptr<const ServedModel>>> load(std::string version);

  ModelRegistry& registry_;
  CpuPool loading_{1, 8};
  Snapshot<ServedModel> served_;
  Snapshot<ServedModel> shadow_;
};

}  // namespace qm::reco
