// A training set of many customers, each seen at several moments of the past, with what it became of: gathered one
// customer after another. Pure. What reads the log (app/collect_samples) and what judges the way of training on public
// datasets (training/served_judgement) make their sets by it, so that both mean the same.
//
//   training    the earlier cutoffs
//   validation  the newest cutoff, one half of the customers: says when boosting stops, and calibrates
//   test        the newest cutoff, the other half: judges
//
// In which half a customer is follows from a hash of the id: in every set it is the same, so that nobody who
// calibrated one model judges the next. Only where that leaves fewer than kMinOfEachKind of a kind in a half, those of
// the kind are halved by the order of their hashes instead, so that few change sides: a small shop needs no luck.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/training/trainer.hpp"
#include "RecoEngine-featurestore/training/training_cutoffs.hpp"

namespace qm::reco {

inline constexpr std::size_t kMaxCollectedSamples = 1'000'000;
inline constexpr std::size_t kMaxCollectedBytes = 256U << 20;  // of rows: fewer samples, should columns become many
inline constexpr std::size_t kMinLearners = 20;    // customers to learn from
inline constexpr std::size_t kMinOfEachKind = 10;  // samples of those who left and of those who stayed, in each part

struct CollectedSamples {
  LabelledRows rows;  // by cutoff, then by customer
  SampleSplit split;
  std::vector<Timestamp> cutoffs;  // newest first
};

class LabelledCrowd {
 public:
  // As of `now`, by a log that reaches back to `reach` at most, in which events may come `late`. `most` samples, or as
  // many as kMaxCollectedBytes hold, of at least one customer: of more, customers are left out, by a hash of their id.
  LabelledCrowd(Timestamp now, Timestamp reach, std::chrono::hours late, std::size_t most = kMaxCollectedSamples,
                const LabelRule& rule = {});

  // The log forgets what happened before: cutoffs that would need it are not used (kept_whole()).
  void forgets_before(Timestamp kept_since) { kept_since_ = kept_since; }

  // Such a share of the newest cutoff's customers judges instead of half of them, exactly and of each kind, by the
  // order of their hashes; and each part needs so many of each kind. For customers who are in no other set.
  void judged_by(double share, std::size_t min_of_each_kind) {
    judging_ = share;
    exactly_ = true;
    min_of_each_kind_ = min_of_each_kind;
  }

  // The moments at which customers may be asked for, newest first.
  const std::vector<Timestamp>& candidates() const { return candidates_; }

  // Each customer once, in any order: the set is the same. `features_at`: what a prediction would have seen then, stale
  // values included; asked for cutoffs at which the customer counts, only within this call.
  void add(const std::string& customer, const std::vector<KnownEvent>& events,
           const std::function<FeatureVector(Timestamp)>& features_at);

  // Leaves nothing behind. Rejected, with what to do, when too little is known.
  Result<CollectedSamples> finish() &&;

 private:
  struct Seen {
    std::uint32_t place = 0;  // in rows_
    std::uint8_t cutoff = 0;  // place in the candidates
  };

  bool is_left_out(const std::string& id) const;
  void thin_out();
  std::uint64_t border_of(bool churned) const;  // of the ranks of those who left, or stayed, after the newest cutoff
  Result<CollectedSamples> to_samples(std::vector<Timestamp> cutoffs);

  const Timestamp now_, reach_;
  const std::chrono::hours late_;
  std::optional<Timestamp> kept_since_;
  const std::size_t most_;
  double judging_ = 0.5;
  bool exactly_ = false;
  std::size_t min_of_each_kind_ = kMinOfEachKind;
  const LabelRule rule_;
  // How far the log reaches is known at the end: until then, as far as it may.
  const std::vector<Timestamp> candidates_;
  Timestamp oldest_ = Timestamp::max();
  std::uint64_t kept_share_ = ~std::uint64_t{0};  // customers of a hash up to it are kept
  LabelledRows rows_;                                   // a customer's one after another, as customers came
  std::map<std::string, std::vector<Seen>> customers_;  // in order of their ids
};

}  // namespace qm::reco
