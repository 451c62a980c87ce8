// The trouble that is ordered at the moment, and how often each step of each payment was asked for. In memory: after a
// restart there is none.
#pragma once
#include <map>
#include <mutex>
#include <string>

#include "PaymentSandbox/domain/fault.hpp"

namespace qm::sandbox {

// Thread-safe.
class Faults {
 public:
  FaultPlan plan() const;
  // Counting of attempts begins anew: the same calls after it meet the same trouble.
  void order(FaultPlan plan);

  CallFaults next(std::string payment, std::string step, std::optional<FaultKind> asked, std::string_view method);

 private:
  mutable std::mutex mutex_;  // guards what follows
  FaultPlan plan_;
  std::map<std::string, std::int64_t> attempts_;  // at most kMaxCounted; then it begins anew
};

}  // namespace qm::sandbox
