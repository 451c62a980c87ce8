#include "platform/aerospike/node.hpp"

#include <algorithm>

namespace qm::aerospike {

namespace {

constexpr std::chrono::milliseconds kFirstBlockMs{50};
constexpr int kMostDoublings = 4;  // 50 ms … 800 ms, and 1 s is the next round of the tend loop
constexpr int kFailuresToStrike = 8;

}  // namespace

void Node::note_unreachable(Deadline now) {
  if (is_blocked(now)) return;  // several connections that fail together are one strike
  const int strikes = strikes_.fetch_add(1, kRelaxed);
  const Deadline until = now + kFirstBlockMs * (1 << std::min(strikes, kMostDoublings));
  blocked_until_.store(until.time_since_epoch().count(), kRelaxed);
}

void Node::note_failure(Deadline now) {
  if (failures_.fetch_add(1, kRelaxed) + 1 < kFailuresToStrike) return;
  failures_.store(0, kRelaxed);
  note_unreachable(now);
}

}  // namespace qm::aerospike
