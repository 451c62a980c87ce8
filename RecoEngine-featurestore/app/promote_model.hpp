// The versions of the model, and which of them answers: by gates, not by hope.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/app/champion.hpp"
#include "RecoEngine-featurestore/app/shadow_scores.hpp"
#include "RecoEngine-featurestore/domain/model_stage.hpp"
#include "RecoEngine-featurestore/training/model_metadata.hpp"

namespace qm::reco {

struct ModelVersion {
  ModelStage stage = ModelStage::candidate;
  ModelMetadata metadata;
};

struct Promotion {
  std::string version;
  bool promoted = false;
  std::vector<GateResult> gates;
};

// Thread-safe.
class PromoteModel {
 public:
  // All references outlive it.
  PromoteModel(ModelRegistry& registry, Champion& champion, const ShadowScores& shadow)
      : registry_(registry), champion_(champion), shadow_(shadow) {}

  // Oldest first. What cannot be read is left out.
  Task<Result<std::vector<ModelVersion>>> list();
  // Makes the version champion of all instances when it passes every gate against the one that is. Otherwise nothing
  // changes but that it goes on in shadow. NotFound; Rejected for a model of other features. `accept_shift`: another
  // distribution of scores is wanted.
  Task<Result<Promotion>> promote(std::string version, bool accept_shift = false);
  // Makes the champion before `version`, which must be the champion, answer again; no gate is asked. → its version.
  // Going back again leads to the one before that, never to one that was rolled back. Conflict when `version` is not
  // the champion or none is known that was there before it.
  Task<Result<std::string>> roll_back(std::string version);

  // What is known of a model, as the gates want it.
  static ModelTrial trial_of(const ModelMetadata& metadata);

 private:
  Task<Result<ModelMetadata>> read(std::string version);

  ModelRegistry& registry_;
  Champion& champion_;
  const ShadowScores& shadow_;
};

}  // namespace qm::reco
