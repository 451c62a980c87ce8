// Customers at a cutoff: their features by what came before it, and whether they bought within the horizon after it.
#pragma once
#include <vector>

#include "RecoEngine-featurestore/evaluation/bg_nbd.hpp"
#include "RecoEngine-featurestore/training/label_rule.hpp"
#include "RecoEngine-featurestore/training/purchase_history.hpp"
#include "platform/core/result.hpp"

namespace qm::reco {

struct LabelledWindow {
  Timestamp cutoff{};
  BgNbd habits;                        // fitted to everybody's purchases before the cutoff
  std::vector<std::size_t> customers;  // rows of the data
  std::vector<float> values;           // purchase_features(), one customer after another
  std::vector<bool> churned;

  std::size_t size() const { return customers.size(); }
  double churn_rate() const;  // 0 for no customers
};

// Rejected when the horizon goes beyond the data, or when BG/NBD cannot be fitted to what lies before the cutoff.
Result<LabelledWindow> label_window(const PurchaseData& data, Timestamp cutoff, const LabelRule& rule = {});

}  // namespace qm::reco
