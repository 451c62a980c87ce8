#include "RecoEngine-featurestore/app/drift_watch.hpp"

#include <algorithm>
#include <functional>

#include "RecoEngine-featurestore/domain/model_input.hpp"

namespace qm::reco {

namespace {

constexpr std::size_t kMostHistograms = 128;

bool fits_this_build(const DriftReference& reference) {
  const auto& features = model_features();
  if (reference.features.size() != features.size() || reference.tests() > kMostHistograms) return false;
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (reference.features[i].name != feature_table()[features[i].feature].name) return false;
  }
  return std::ranges::all_of(reference.features, is_sound) && is_sound(reference.scores);
}

// The standard library's hash of a text is the same for a process's life, which is the window's.
std::uint64_t hash_of_customer(std::string_view customer) noexcept {
  return std::hash<std::string_view>{}(customer) | 1;
}

}  // namespace

std::int64_t DriftReport::drifted() const noexcept {
  return std::ranges::count_if(features, &DriftFigure::drifted) + (scores.drifted() ? 1 : 0);
}

bool DriftWatch::Half::knows(std::uint64_t hash) const noexcept {
  for (std::size_t slot = (hash >> 8) % kSlots; hashes[slot] != 0; slot = (slot + 1) % kSlots) {
    if (hashes[slot] == hash) return true;
  }
  return false;
}

void DriftWatch::Half::insert(std::uint64_t hash) noexcept {
  std::size_t slot = (hash >> 8) % kSlots;
  while (hashes[slot] != 0) slot = (slot + 1) % kSlots;
  hashes[slot] = hash;
  ++customers;
}

void DriftWatch::Half::clear() noexcept {
  hashes.fill(0);
  std::ranges::fill(counts, Bins{});
  customers = 0;
}

DriftWatch::DriftWatch(DriftReference reference) : reference_(std::move(reference)) {
  for (auto& shard : shards_)
    for (auto& half : shard.halves) half.counts.resize(reference_.tests());
}

std::shared_ptr<DriftWatch> DriftWatch::over(DriftReference reference) {
  if (!fits_this_build(reference)) return nullptr;
  return std::shared_ptr<DriftWatch>{new DriftWatch{std::move(reference)}};
}

void DriftWatch::add(std::string_view customer, const std::vector<float>& row, double score) noexcept {
  if (row.size() != model_columns().size()) return;
  const auto& features = model_features();
  std::array<std::uint8_t, kMostHistograms> bins;  // found before anything is locked
  for (std::size_t i = 0; i < features.size(); ++i)
    bins[i] = static_cast<std::uint8_t>(drift_bin(reference_.features[i], value_in_row(features[i], row)));
  bins[features.size()] = static_cast<std::uint8_t>(drift_bin(reference_.scores, score));

  const std::uint64_t hash = hash_of_customer(customer);
  Shard& shard = shards_[(hash >> 1) % kShards];
  std::lock_guard lock{shard.mutex};
  if (shard.halves[0].knows(hash) || shard.halves[1].knows(hash)) return;
  if (shard.halves[shard.newer].customers == kHalf) {
    shard.newer = 1 - shard.newer;
    shard.halves[shard.newer].clear();
  }
  Half& half = shard.halves[shard.newer];
  half.insert(hash);
  for (std::size_t i = 0; i < half.counts.size(); ++i) ++half.counts[i][bins[i]];
}

DriftReport DriftWatch::report() const {
  DriftReport report;
  std::vector<std::array<std::int64_t, kMaxDriftBins>> counts(reference_.tests());
  for (const auto& shard : shards_) {
    std::lock_guard lock{shard.mutex};
    for (const auto& half : shard.halves) {
      report.customers += half.customers;
      for (std::size_t i = 0; i < counts.size(); ++i)
        for (std::size_t bin = 0; bin < kMaxDriftBins; ++bin) counts[i][bin] += half.counts[i][bin];
    }
  }
  const auto judge = [&](const ReferenceHistogram& reference, std::size_t i) {
    return judge_drift(reference, {counts[i].data(), reference.counts.size()}, reference_.tests());
  };
  for (std::size_t i = 0; i < reference_.features.size(); ++i)
    report.features.push_back(judge(reference_.features[i], i));
  report.scores = judge(reference_.scores, reference_.features.size());
  return report;
}

}  // namespace qm::reco
