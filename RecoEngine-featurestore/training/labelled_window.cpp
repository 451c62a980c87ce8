#include "RecoEngine-featurestore/training/labelled_window.hpp"

#include <algorithm>

#include "RecoEngine-featurestore/training/purchase_features.hpp"

namespace qm::reco {

namespace {

// Whether something was bought in [from, to).
bool bought_within(const PurchaseHistory& history, Timestamp from, Timestamp to) {
  const auto next = std::lower_bound(history.purchases.begin(), history.purchases.end(), from,
                                     [](const Purchase& p, Timestamp t) { return p.at < t; });
  return next != history.purchases.end() && next->at < to;
}

}  // namespace

double LabelledWindow::churn_rate() const {
  if (churned.empty()) return 0;
  return static_cast<double>(std::count(churned.begin(), churned.end(), true)) / static_cast<double>(churned.size());
}

Result<LabelledWindow> label_window(const PurchaseData& data, Timestamp cutoff, const LabelRule& rule) {
  const std::string day = to_rfc3339(cutoff).substr(0, 10);
  if (cutoff + rule.horizon > data.last)
    return rejected("The data ends before the horizon after " + day + " does: nobody knows who stayed.");
  std::vector<RepeatPurchases> known;
  for (const auto& history : data.customers) {
    if (bought_within(history, Timestamp::min(), cutoff)) known.push_back(repeat_purchases(history, cutoff));
  }
  auto habits = fit_bg_nbd(known);
  if (!habits) return rejected("At " + day + ": " + habits.error().detail);

  LabelledWindow window;
  window.cutoff = cutoff;
  window.habits = *habits;
  for (std::size_t i = 0; i < data.customers.size(); ++i) {
    const auto& history = data.customers[i];
    if (!bought_within(history, cutoff - rule.active_within, cutoff)) continue;
    const auto row = purchase_features_at(history, cutoff, window.habits, rule.horizon);
    window.customers.push_back(i);
    window.values.insert(window.values.end(), row.begin(), row.end());
    window.churned.push_back(!bought_within(history, cutoff, cutoff + rule.horizon));
  }
  if (window.customers.empty()) return rejected("Nobody bought within the time before " + day + ".");
  return window;
}

}  // namespace qm::reco
