// Judges what is served, on the customers of a public dataset: their purchases as events (purchase_events.hpp), folded
// and read by the two functions that serve, learned from as the job behind POST /train/start would have done at that
// moment (labelled_crowd.hpp, trainer.hpp), calibration included. Beside out_of_time.hpp, whose columns and trees are
// others.
#pragma once
#include <atomic>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/training/labelled_window.hpp"
#include "RecoEngine-featurestore/training/trainer.hpp"

namespace qm::reco {

struct ServedScores {
  std::vector<double> scores;         // of the window's customers: what POST /predict would have said
  std::vector<double> before;         // without the calibration
  TrainedModel model;
  std::vector<Timestamp> cutoffs;     // of its training set, newest first
};

// What RecoEngine would have said of the customers of `test` at its cutoff, knowing nothing of later. Deterministic.
// Rejected as LabelledCrowd::finish() and train_on_split() are, or when `cancelled` becomes true.
Result<ServedScores> scores_served(const PurchaseData& data, const LabelledWindow& test, const LabelRule& rule,
                                   std::chrono::hours events_late, std::uint64_t seed,
                                   const std::atomic<bool>& cancelled);

}  // namespace qm::reco
