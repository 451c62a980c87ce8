// Judges the way of training as life would: at a moment of the past, with nothing but what was known then, on what came
// after it; beside simple models that get the same chance. docs/adr/0023.
//
// At a test cutoff C, with horizon H:
//   windows      labelled windows every `step` up to the latest whose labels are known at C, which is C − H
//   trees        boosted on top of BG/NBD and a logistic regression: they start between both, in log-odds, and learn
//                what neither knows
//   rounds       boosting on the windows whose labels end before the latest one begins, stopped by the order on that
//                one
//   calibration  customers in five parts; each part of the latest window is scored by a model that never saw its
//                customers; the kind that does best across these scores is fitted to them, and damped
//   model        boosting on all windows, with those rounds; its scores go through that calibration
//   judgement    of the customers at C, by the H after it
// What RecoEngine serves gets the same chance, as it is: served_judgement.hpp.
// Nothing after C is looked at before the judgement.
#pragma once
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/evaluation/calibration.hpp"
#include "RecoEngine-featurestore/evaluation/scores.hpp"
#include "RecoEngine-featurestore/training/labelled_window.hpp"
#include "RecoEngine-featurestore/training/trainer.hpp"

namespace qm::reco {

struct OutOfTimeOptions {
  LabelRule rule;
  std::chrono::days step{14};            // between training windows
  std::chrono::days first_history{150};  // of data before the first training window
  std::chrono::days events_late{7};      // as EVENT_LATE_DAYS, for what is served
  int max_rounds = 1500;
  int patience_rounds = 150;
  std::uint64_t seed = 42;
};

struct Contender {
  std::string name;
  ScoreReport scores;
};

// The window of an earlier year that lies nearest to the same days of the year.
struct SeasonWindow {
  Timestamp cutoff{};
  double churn_rate = 0;
};

struct CutoffJudgement {
  Timestamp cutoff{};
  Timestamp first_window{}, latest_window{};  // of those trained on
  std::int64_t windows = 0;
  std::int64_t training_rows = 0;
  int rounds = 0;
  double latest_churn_rate = 0;  // of the window that calibrated
  double mean_churn_rate = 0;    // of all windows trained on
  std::optional<SeasonWindow> same_season;  // of those trained on; none where the data does not reach back so far
  ChosenCalibration calibration;
  std::vector<Contender> contenders;          // the model first; see names below
  std::vector<FeatureImportance> importance;  // mean |SHAP| on the customers judged, strongest first
  std::int64_t served_training_rows = 0, served_cutoffs = 0;
  int served_rounds = 0;
  CalibrationKind served_calibration = CalibrationKind::none;
  bool served_start = false;  // whether its trees begin where BG/NBD and a line end (tree_start.hpp)
};

inline constexpr std::string_view kModelName = "gradient boosting";
inline constexpr std::string_view kLatestWindowName = "gradient boosting, latest window alone";  // not damped
inline constexpr std::string_view kRawModelName = "gradient boosting, not calibrated";
inline constexpr std::string_view kServedName = "what is served";
inline constexpr std::string_view kRawServedName = "what is served, not calibrated";
inline constexpr std::string_view kLogisticName = "logistic regression";
inline constexpr std::string_view kBgNbdName = "BG/NBD";
inline constexpr std::string_view kRecencyName = "recency alone";

// Deterministic. `progress` gets 0…1. Rejected when there are too few labelled windows before the cutoff, when the data
// ends within its horizon, or when `cancelled` becomes true.
Result<CutoffJudgement> judge_out_of_time(const PurchaseData& data, Timestamp cutoff, const OutOfTimeOptions& options,
                                          const std::function<void(double)>& progress,
                                          const std::atomic<bool>& cancelled);

}  // namespace qm::reco
