// Where a model's trees begin: halfway, in log-odds, between what BG/NBD says by three columns and a straight line
// through all of them. Trees learn what neither knows. Both are of few numbers, which stand in the model's metadata.
// docs/adr/0034.
//
// BG/NBD (evaluation/bg_nbd.hpp) sees the orders of the last twelve months: how many there were (orders_12m), when the
// first was (first_order_d) and when the last (days_last_purch). A customer of whom one of them is missing, be it
// unknown or stale, begins where the average customer does; of the line, a missing column counts as its mean.
//
// Parts per column are exact: with `base` they add up to where the trees begin.
//   BG/NBD  orders_12m has what BG/NBD would have said right after the last order, so how often there is one;
//           days_last_purch has what the days since then have added, which is never less than nothing. Each counts
//           from its mean over the rows that were learned from.
//   line    weight × (flattened value − its mean)
// Neither risk falls with recency, and no part of the line breaks a sign of the feature table.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/evaluation/bg_nbd.hpp"
#include "RecoEngine-featurestore/model/churn_model.hpp"
#include "RecoEngine-featurestore/training/labelled_rows.hpp"

namespace qm::reco {

struct OrderHabits {
  BgNbd model;              // times in weeks
  double horizon_weeks = 0;
  double weight = 1;        // of its log-odds in the sum
  double mean_rhythm = 0, mean_silence = 0;  // of the two parts
};

struct LinePart {
  std::string column;  // of model_columns()
  double weight = 0;   // log-odds per unit of the flattened value
  double mean = 0;
};

struct TreeStart {
  double base = 0;  // log-odds: of the average customer
  std::optional<OrderHabits> habits;
  std::vector<LinePart> line;

  // Whether it is one for this program's columns: of one that was read from somewhere.
  bool sound() const;
};

// Of a customer's orders by the model's columns; nothing where one of the three is missing.
std::optional<RepeatPurchases> repeat_purchases(std::span<const float> row);

// Learns the line from the rows of `learned`, and BG/NBD from those of `customers`, one each, whose labels it does not
// look at; of very many rows, from evenly chosen ones. What cannot be fitted is left out; nothing when nothing can.
// Deterministic.
std::optional<TreeStart> fit_start(const LabelledRows& rows, const std::vector<std::size_t>& learned,
                                   const std::vector<std::size_t>& customers, std::chrono::days horizon);

// A start that is ready to be asked. Immutable; any number of threads; allocates nothing per row.
class StartScorer {
 public:
  explicit StartScorer(const TreeStart& start);  // sound()

  double base() const { return base_; }
  // Log-odds.
  double margin(std::span<const float> row) const;
  // The same; each column's part of it is added to `contributions`, one per column.
  double explain(std::span<const float> row, std::span<double> contributions) const;

 private:
  struct Part {
    std::size_t column;
    double weight, mean;
  };
  double base_;
  std::optional<OrderHabits> habits_;
  std::vector<Part> line_;
};

// `trees` on top of a start: their margins, contributions and base values add up. `trees` themselves without one.
std::shared_ptr<const ChurnModel> started(std::shared_ptr<const ChurnModel> trees,
                                          const std::optional<TreeStart>& start);

}  // namespace qm::reco
