#include "tests/drill/drill_model.hpp"

#include <algorithm>

namespace qm::drill {

std::string CounterModel::fault(std::int64_t value) const {
  if (value >= acked && value <= acked + doubted) return {};
  return std::to_string(value) + " after " + std::to_string(acked) + " acknowledged and " + std::to_string(doubted) +
         " doubtful additions";
}

std::string ListModel::fault(const std::vector<std::int64_t>& values) const {
  std::vector<int> seen(attempts.size(), 0);
  for (const auto value : values) {
    if (value < 0 || static_cast<std::size_t>(value) >= seen.size()) return std::to_string(value) + " came of nowhere";
    ++seen[static_cast<std::size_t>(value)];
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i] > 1) return std::to_string(i) + " was appended " + std::to_string(seen[i]) + " times";
    if (seen[i] == 0 && attempts[i] == Attempt::Acked) return std::to_string(i) + ", acknowledged, was lost";
    if (seen[i] == 1 && attempts[i] == Attempt::Refused) return std::to_string(i) + ", refused, was appended";
  }
  return {};
}

std::string CreatedModel::fault(std::optional<std::int64_t> value) const {
  const auto acked = std::count(attempts.begin(), attempts.end(), Attempt::Acked);
  if (acked > 1) return "created " + std::to_string(acked) + " times";
  if (!value) return acked == 0 ? std::string{} : "created, acknowledged, and lost";
  const bool known = *value >= 0 && static_cast<std::size_t>(*value) < attempts.size();
  if (!known) return std::to_string(*value) + " came of nowhere";
  const Attempt creator = attempts[static_cast<std::size_t>(*value)];
  if (creator == Attempt::Refused) return "created by an attempt that was refused";
  if (creator == Attempt::Doubt && acked == 1) return "created by a doubtful attempt and by an acknowledged one";
  return {};
}

}  // namespace qm::drill
