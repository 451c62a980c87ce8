// Trouble on demand: what goes wrong with a call, or with a webhook. Everything is drawn from a seed and the name of
// what it befalls, never from a clock or a running generator, so that the same calls meet the same trouble again.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/result.hpp"

namespace qm::sandbox {

//   decline      an authorisation is declined
//   unavailable  the call is refused, and nothing happens
//   delay        the call is worked on late: a caller that gives up early does not know what will become of it
//   slow_answer  it is worked on at once and answered late: webhooks come first
//   lost_answer  it is worked on, and the connection is closed without an answer
enum class FaultKind { decline, unavailable, delay, slow_answer, lost_answer };
std::optional<FaultKind> parse_fault_kind(std::string_view text) noexcept;

// Rates are shares of calls (or of webhooks), 0…1.
struct FaultPlan {
  double decline = 0;
  double unavailable = 0;
  double delay = 0;
  double slow_answer = 0;
  double lost_answer = 0;
  std::chrono::milliseconds delay_ms{5'000};  // how late, for delay and slow_answer
  std::chrono::milliseconds webhook_delay_ms{0};  // each comes after a time drawn from 0 to this: in any order
  double webhook_repeat = 0;                      // delivered once more
  double webhook_drop = 0;                        // never delivered
  std::uint64_t seed = 1;
};

// A step of one payment, for the n-th time: a call that is made again may fare better.
struct CallName {
  std::string payment;
  std::string step;  // "authorise", …
  std::int64_t attempt = 1;
};

struct CallFaults {
  bool is_declined = false;
  bool is_unavailable = false;
  bool is_lost = false;
  std::chrono::milliseconds wait_before{0};
  std::chrono::milliseconds wait_after{0};
};

// `asked`: a fault for this call alone. `method`: the payment's, which may name trouble of its own: "declined";
// "timeout" (delay), "slow_answer" and "lost_answer" befall the first attempt at each step.
CallFaults faults_of(const FaultPlan& plan, const CallName& call, std::optional<FaultKind> asked,
                     std::string_view method);

struct WebhookFaults {
  bool is_dropped = false;
  bool is_repeated = false;
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds repeat_delay{0};
};
WebhookFaults webhook_faults_of(const FaultPlan& plan, std::string_view event);

}  // namespace qm::sandbox
