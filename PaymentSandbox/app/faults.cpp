#include "PaymentSandbox/app/faults.hpp"

namespace qm::sandbox {
namespace {

constexpr std::size_t kMaxCounted = 1'000'000;

}  // namespace

FaultPlan Faults::plan() const {
  std::lock_guard lock{mutex_};
  return plan_;
}

void Faults::order(FaultPlan plan) {
  std::lock_guard lock{mutex_};
  plan_ = plan;
  attempts_.clear();
}

CallFaults Faults::next(std::string payment, std::string step, std::optional<FaultKind> asked,
                        std::string_view method) {
  std::lock_guard lock{mutex_};
  if (attempts_.size() >= kMaxCounted) attempts_.clear();
  CallName call;
  call.attempt = ++attempts_[payment + "/" + step];
  call.payment = std::move(payment);
  call.step = std::move(step);
  return faults_of(plan_, call, asked, method);
}

}  // namespace qm::sandbox
