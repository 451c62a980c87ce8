// For tests: waits on a condition instead of sleeping for a guessed time.
#pragma once
#include <chrono>
#include <thread>

namespace qm {

// Asks until `done` says yes or the time is up; → whether it did.
template <class Done>
bool eventually(Done done, std::chrono::milliseconds limit_ms = std::chrono::milliseconds{20'000}) {
  const auto end = std::chrono::steady_clock::now() + limit_ms;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

}  // namespace qm
