// When a customer counts as having left.
#pragma once
#include <chrono>

namespace qm::reco {

struct LabelRule {
  std::chrono::days horizon{90};         // after the cutoff; who buys within it has stayed
  std::chrono::days active_within{365};  // before the cutoff: only who bought then is judged
};

}  // namespace qm::reco
