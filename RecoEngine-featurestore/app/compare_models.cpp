#include "RecoEngine-featurestore/app/compare_models.hpp"

#include <algorithm>
#include <chrono>

#include "RecoEngine-featurestore/evaluation/paired_auc.hpp"
#include "RecoEngine-featurestore/evaluation/scores.hpp"

namespace qm::reco {

namespace {

using Steady = std::chrono::steady_clock;

// One model's scores, each with the time that it took.
struct Asked {
  std::vector<double> scores, took_us;

  void ask(const ChurnModel& model, const std::vector<float>& row) {
    const auto begun = Steady::now();
    scores.push_back(model.predict(row).probability);
    took_us.push_back(std::chrono::duration<double, std::micro>(Steady::now() - begun).count());
  }
  double median_us() {
    if (took_us.empty()) return 0;
    const auto middle = took_us.begin() + static_cast<std::ptrdiff_t>(took_us.size() / 2);
    std::ranges::nth_element(took_us, middle);
    return *middle;
  }
};

}  // namespace

Comparison compare_models(const ChurnModel& candidate, const ChurnModel& champion,
                          const LabelledRows& customers, const std::vector<std::size_t>& which) {
  Asked ours, theirs;
  std::vector<bool> labels;
  for (const std::size_t place : which) {
    const std::vector<float> row{customers[place].begin(), customers[place].end()};
    ours.ask(candidate, row);  // in turns, so that both are timed on the same machine under the same load
    theirs.ask(champion, row);
    labels.push_back(customers.left(place));
  }
  Comparison both;
  both.candidate.left = std::ranges::count(labels, true);
  both.candidate.stayed = std::ranges::count(labels, false);
  both.champion = both.candidate;
  both.candidate.predict_us = ours.median_us();
  both.champion.predict_us = theirs.median_us();
  if (std::min(both.candidate.left, both.candidate.stayed) < 2) return both;
  const PairedAreas areas = compare_areas(ours.scores, theirs.scores, labels);
  both.candidate.roc_auc = areas.a;
  both.champion.roc_auc = areas.b;
  both.roc_auc_error = areas.error;
  const auto error_of = [&](const Asked& asked) {
    return calibration_error(groups_of_equal_width(asked.scores, labels, kCalibrationGroups));
  };
  both.candidate.calibration_error = error_of(ours);
  both.champion.calibration_error = error_of(theirs);
  return both;
}

}  // namespace qm::reco
