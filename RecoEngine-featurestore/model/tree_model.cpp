#include "RecoEngine-featurestore/model/tree_model.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "RecoEngine-featurestore/model/shapley.hpp"

namespace qm::reco {

namespace {

struct ModelScratch {
  std::vector<float> wide;
  ShapScratch shap;
};

// A worker's own, so that rows of the same thread allocate nothing.
ModelScratch& scratch_for(const WideRows& rows) {
  thread_local ModelScratch scratch;
  if (scratch.wide.size() < rows.width()) scratch.wide.resize(rows.width());
  return scratch;
}

}  // namespace

TreeModel::TreeModel(const TreeEnsemble& ensemble, std::size_t table_limit_bytes)
    : rows_(ensemble),
      scorer_(ensemble, rows_),
      tables_(ensemble, rows_, table_limit_bytes),
      base_value_(static_cast<double>(ensemble.base_margin)) {
  for (std::size_t t = 0; t < ensemble.trees.size(); ++t) {
    base_value_ += mean_of(ensemble.trees[t]);
    if (!tables_.holds(t)) others_.emplace_back(ensemble.trees[t], rows_.splits(t));
  }
}

float TreeModel::margin(std::span<const float> row) const {
  auto& scratch = scratch_for(rows_);
  rows_.widen(row, scratch.wide.data());
  return scorer_.margin(scratch.wide.data());
}

float TreeModel::explain(std::span<const float> row, std::span<double> contributions) const {
  auto& scratch = scratch_for(rows_);
  const float* wide = scratch.wide.data();
  rows_.widen(row, scratch.wide.data());
  std::fill(contributions.begin(), contributions.end(), 0.0);
  tables_.add(wide, scratch.shap, contributions.data());
  for (const auto& tree : others_) tree.add(wide, contributions.data());
  return scorer_.margin(wide);
}

ModelOutput TreeModel::predict(const std::vector<float>& row) const {
  if (row.size() != columns()) throw std::runtime_error("a row has another width than the model");
  ModelOutput out;
  out.shap.resize(columns());
  out.margin = static_cast<double>(explain(row, out.shap));
  out.base_value = base_value_;
  out.probability = 1.0 / (1.0 + std::exp(-out.margin));
  return out;
}

ModelFootprint TreeModel::footprint() const {
  ModelFootprint footprint;
  footprint.trees_by_tables = tables_.trees();
  footprint.trees_by_path = others_.size();
  footprint.table_bytes = tables_.memory_bytes();
  return footprint;
}

}  // namespace qm::reco
