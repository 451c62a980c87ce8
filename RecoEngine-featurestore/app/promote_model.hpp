// The versions of the model, and which of them answers: by gates, not by hope.
#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/app/champion.hpp"
#include "RecoEngine-featurestore/app/shadow_scores.hpp"
#include "RecoEngine-featurestore/domain/model_stage.hpp"
#include "RecoEngine-featurestore/store/shadow_score_store.hpp"
#include "RecoEngine-featurestore/training/model_metadata.hpp"

namespace qm::reco {

struct ModelVersion {
  ModelStage stage = ModelStage::candidate;
  ModelMetadata metadata;
  std::optional<std::int64_t> shadow_scores;  // customers it scored beside the champion, while it is in shadow
};

struct Promotion {
  std::string version;
  bool promoted = false;
  ModelStage stage = ModelStage::candidate;  // what it is now
  std::vector<GateResult> gates;             // none for one that was the champion already
};

// What is known of a model by itself, as the gates want it.
ModelTrial trial_of(const ModelMetadata& metadata);
// What is known of a candidate beside a champion: from the customers that both were asked about when the later of them
// was trained, else from customers of each one's own.
Comparison comparison_of(const ModelMetadata& candidate, const ModelMetadata& champion);

// Thread-safe.
class PromoteModel {
 public:
  // All references outlive it. `needed`: customers whom a candidate scores in shadow before it may be champion; 0: it
  // need not wait.
  PromoteModel(ModelRegistry& registry, Champion& champion, ShadowScores& shadow, ShadowScoreStore& counts,
               std::int64_t needed = kMinShadowScores)
      : registry_(registry), champion_(champion), shadow_(shadow), counts_(counts), needed_(needed) {}

  // Oldest first. What cannot be read is left out.
  Task<Result<std::vector<ModelVersion>>> list();
  // Makes the version champion of all instances when it passes every gate against the one that is. One that only has
  // to show what it says of live customers is put in shadow, in the place of whoever is there; any other stays what it
  // is. `accept_shift`: another distribution of scores is wanted, or nobody waits for one. NotFound; Rejected for a
  // model of other features; Conflict when the champion changes meanwhile.
  Task<Result<Promotion>> promote(std::string version, bool accept_shift = false);
  // Makes the version in shadow champion once all gates let it: for a worker, in every instance. Only one that was
  // judged beside this champion on the same customers; any other waits for somebody to look.
  Task<Result<void>> promote_shadow();
  // Tells the store whom the version in shadow scored here, so that all instances know: call every second. On an error
  // they are forgotten; there will be others.
  Task<Result<void>> tell_shadow();
  // Makes the champion before `version`, which must be the champion, answer again; no gate is asked. → its version.
  // Going back again leads to the one before that, never to one that was rolled back. Conflict when `version` is not
  // the champion or none is known that was there before it.
  Task<Result<std::string>> roll_back(std::string version);

 private:
  Task<Result<ModelMetadata>> read(std::string version);
  // All four. Without a champion that this build can serve nobody could be worse. Both outlive the task.
  Task<Result<std::vector<GateResult>>> judge(const ModelMetadata* candidate, const ModelRoles* roles,
                                              bool accept_shift);
  Task<Result<ShadowTrial>> scores_of(std::string champion, std::string shadow);
  void warn_once(const std::string& version, const std::vector<GateResult>& gates);

  ModelRegistry& registry_;
  Champion& champion_;
  ShadowScores& shadow_;
  ShadowScoreStore& counts_;
  const std::int64_t needed_;
  std::mutex mutex_;    // guards what follows
  std::string warned_;  // the version in shadow that was said to be refused
};

}  // namespace qm::reco
