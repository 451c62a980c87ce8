#include "PaymentSandbox/domain/fault.hpp"

#include <array>
#include <utility>

#include "PaymentSandbox/domain/payment.hpp"
#include "platform/core/fnv1a.hpp"

namespace qm::sandbox {
namespace {

constexpr std::array<std::pair<FaultKind, std::string_view>, 5> kFaultNames{
    {{FaultKind::decline, "decline"},
     {FaultKind::unavailable, "unavailable"},
     {FaultKind::delay, "delay"},
     {FaultKind::slow_answer, "slow_answer"},
     {FaultKind::lost_answer, "lost_answer"}}};

// FNV-1a over the parts, each ended by a zero byte, then the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
std::uint64_t mix(std::uint64_t seed, std::initializer_list<std::string_view> parts) {
  constexpr std::string_view kEnd{"", 1};
  std::uint64_t hash = kFnv1aStart ^ seed;
  for (const std::string_view part : parts) hash = fnv1a(kEnd, fnv1a(part, hash));
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

// In [0, 1).
double draw(std::uint64_t seed, std::initializer_list<std::string_view> parts) {
  return static_cast<double>(mix(seed, parts) >> 11) * 0x1p-53;
}

std::chrono::milliseconds share_of(std::chrono::milliseconds whole, double share) {
  return std::chrono::milliseconds{static_cast<std::int64_t>(static_cast<double>(whole.count()) * share)};
}

}  // namespace

std::optional<FaultKind> parse_fault_kind(std::string_view text) noexcept {
  for (const auto& [kind, name] : kFaultNames)
    if (name == text) return kind;
  return std::nullopt;
}

CallFaults faults_of(const FaultPlan& plan, const CallName& call, std::optional<FaultKind> asked,
                     std::string_view method) {
  const std::string attempt = std::to_string(call.attempt);
  const auto befalls = [&](FaultKind kind, std::string_view name, double rate) {
    return asked == kind || draw(plan.seed, {name, call.payment, call.step, attempt}) < rate;
  };
  const bool is_first = call.attempt == 1;
  CallFaults faults;
  // The same for every attempt: a card that is declined stays so.
  faults.is_declined = method == kDeclinedMethod || asked == FaultKind::decline ||
                       draw(plan.seed, {"decline", call.payment}) < plan.decline;
  faults.is_unavailable = befalls(FaultKind::unavailable, "unavailable", plan.unavailable);
  faults.is_lost = befalls(FaultKind::lost_answer, "lost_answer", plan.lost_answer) ||
                   (is_first && method == "lost_answer");
  if (befalls(FaultKind::delay, "delay", plan.delay) || (is_first && method == "timeout"))
    faults.wait_before = plan.delay_ms;
  if (befalls(FaultKind::slow_answer, "slow_answer", plan.slow_answer) || (is_first && method == "slow_answer"))
    faults.wait_after = plan.delay_ms;
  return faults;
}

WebhookFaults webhook_faults_of(const FaultPlan& plan, std::string_view event) {
  WebhookFaults faults;
  faults.is_dropped = draw(plan.seed, {"webhook_drop", event}) < plan.webhook_drop;
  faults.is_repeated = draw(plan.seed, {"webhook_repeat", event}) < plan.webhook_repeat;
  faults.delay = share_of(plan.webhook_delay_ms, draw(plan.seed, {"webhook_delay", event}));
  faults.repeat_delay = share_of(plan.webhook_delay_ms, draw(plan.seed, {"webhook_repeat_delay", event}));
  return faults;
}

}  // namespace qm::sandbox
