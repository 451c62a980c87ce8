// What an evaluation found, for people (one HTML page that needs nothing else) and for programs (JSON). The same report
// gives the same bytes: it holds no time of its own, and no duration.
#pragma once
#include <string>
#include <vector>

#include "RecoEngine-featurestore/training/out_of_time.hpp"
#include "platform/json/describe.hpp"

namespace qm::reco {

struct EvaluationReport {
  // What makes another run the same.
  std::string dataset;
  std::string data_hash;
  std::string feature_hash;
  std::string library_version;
  std::string revision;  // of the repository
  std::int64_t seed = 0;
  std::int64_t horizon_days = 0;
  std::int64_t active_within_days = 0;
  std::int64_t lines = 0, lines_without_customer = 0, lines_without_price = 0, customers = 0;

  std::vector<CutoffJudgement> cutoffs;
};

// Of `contender` over the cutoffs. NaN when it is missing somewhere.
double mean_roc_auc(const EvaluationReport& report, std::string_view contender);

// Why the model's calibration error is what it is at a cutoff: how much of it is the level, and what the level of the
// window that calibrated was. A sentence or two.
std::string explain_calibration(const CutoffJudgement& judgement);

std::string print_json(const EvaluationReport& report);
std::string print_html(const EvaluationReport& report);
// For a terminal: a line per cutoff and contender, and the means.
std::string print_table(const EvaluationReport& report);

}  // namespace qm::reco
