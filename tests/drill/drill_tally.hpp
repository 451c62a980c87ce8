// What happened to the calls of the failover drill. One thread notes, any reads.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "platform/core/error.hpp"

namespace qm::drill {

using Moment = std::chrono::steady_clock::time_point;
using Span = std::chrono::steady_clock::duration;

// Since the last take().
struct Outcomes {
  std::uint64_t unavailable = 0;
  std::uint64_t timeout = 0;
  std::uint64_t in_doubt = 0;
  std::uint64_t strange = 0;      // any other error
  std::string strange_example{};
  Span longest_window{};  // of failing calls less than kGap apart: from the first one's begin to the last one's end
  Span longest_call{};
};

class Tally {
 public:
  static constexpr std::chrono::seconds kGap{1};

  void note_success(Moment begun, Moment ended) {
    std::lock_guard lock{mutex_};
    ++done_;
    outcomes_.longest_call = std::max(outcomes_.longest_call, ended - begun);
  }

  void note_error(const Error& error, const std::string& what, Moment begun, Moment ended) {
    std::lock_guard lock{mutex_};
    switch (error.kind) {
      case ErrorKind::Unavailable: ++outcomes_.unavailable; break;
      case ErrorKind::Timeout: ++outcomes_.timeout; break;
      case ErrorKind::InDoubt: ++outcomes_.in_doubt; break;
      default:
        ++outcomes_.strange;
        outcomes_.strange_example = what + ": " + error.detail;
    }
    if (begun - last_error_ > kGap) window_begun_ = begun;
    window_begun_ = std::min(window_begun_, begun);
    last_error_ = ended;
    outcomes_.longest_window = std::max(outcomes_.longest_window, ended - window_begun_);
    outcomes_.longest_call = std::max(outcomes_.longest_call, ended - begun);
  }

  std::uint64_t done() const {
    std::lock_guard lock{mutex_};
    return done_;
  }
  Outcomes take() {
    std::lock_guard lock{mutex_};
    return std::exchange(outcomes_, {});
  }

 private:
  mutable std::mutex mutex_;
  std::uint64_t done_ = 0;
  Moment window_begun_{};
  Moment last_error_{};
  Outcomes outcomes_;
};

}  // namespace qm::drill
