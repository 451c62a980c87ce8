// An immutable value that many read while few replace it: readers keep the one they took. Thread-safe.
//
// Not std::atomic<std::shared_ptr>: libstdc++ 12 gives the lock of a load back without an order, so that the next store
// races with it, as the thread sanitizer says.
#pragma once
#include <memory>
#include <mutex>
#include <utility>

namespace qm {

template <class T>
class Snapshot {
 public:
  using Pointer = std::shared_ptr<const T>;

  Snapshot() = default;  // of nothing
  explicit Snapshot(Pointer first) : current_(std::move(first)) {}
  Snapshot(const Snapshot&) = delete;

  Pointer load() const {
    std::lock_guard lock{mutex_};
    return current_;
  }
  void store(Pointer next) {
    std::lock_guard lock{mutex_};
    current_.swap(next);
  }  // the old one ends after the lock, with its last reader

  // Replaces `expected` if it still stands; → whether it did.
  bool replace(const Pointer& expected, Pointer next) {
    std::lock_guard lock{mutex_};
    if (current_ != expected) return false;
    current_.swap(next);
    return true;
  }

 private:
  mutable std::mutex mutex_;
  Pointer current_;
};

}  // namespace qm
