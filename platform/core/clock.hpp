// Wall-clock time, UTC, in milliseconds. Domain code takes a Timestamp; only the composition root owns a Clock.
#pragma once
#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "platform/core/result.hpp"

namespace qm {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
};

// For tests: stands still until told. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_ms_(start.time_since_epoch().count()) {}
  Timestamp now() const override { return Timestamp{std::chrono::milliseconds{now_ms_.load()}}; }
  void advance(std::chrono::milliseconds by_ms) { now_ms_ += by_ms.count(); }
  void set(Timestamp to) { now_ms_ = to.time_since_epoch().count(); }

 private:
  std::atomic<std::int64_t> now_ms_;
};

// RFC 3339 in UTC with milliseconds, as in "2026-11-22T09:49:08.614Z".
std::string to_rfc3339(Timestamp at);

// Accepts any RFC 3339 offset and 0…9 fractional digits (cut to milliseconds); years 1970…9999. Otherwise Rejected.
Result<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace qm
