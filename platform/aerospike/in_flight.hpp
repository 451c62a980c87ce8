// The commands of a connection that wait for their replies, in the order in which these will come. Bounded; allocates
// once. Thread-compatible.
#pragma once
#include <optional>
#include <vector>

#include "platform/aerospike/await.hpp"
#include "platform/aerospike/exchange.hpp"

namespace qm::aerospike {

struct InFlight {
  Command* command = nullptr;  // null: nobody waits any more, and the reply will be dropped
  std::optional<Waiter<Outcome>> waiter{};
  std::uint64_t begin = 0;  // where its bytes lie in all that was ever queued on the connection
  std::size_t bytes = 0;
  Deadline deadline{};
  Deadline since{};  // when it was queued

  InFlight() = default;
  InFlight(InFlight&& other) noexcept { *this = std::move(other); }
  InFlight& operator=(InFlight&& other) noexcept {
    command = other.command;
    waiter.reset();
    if (other.waiter) waiter.emplace(std::move(*other.waiter));
    other.waiter.reset();
    begin = other.begin;
    bytes = other.bytes;
    deadline = other.deadline;
    since = other.since;
    return *this;
  }
};

class InFlightQueue {
 public:
  explicit InFlightQueue(std::size_t capacity) : slots_(capacity) {}

  std::size_t size() const { return size_; }
  bool full() const { return size_ == slots_.size(); }
  // Precondition: index < size(). 0 is the one whose reply comes next.
  InFlight& operator[](std::size_t index) { return slots_[(head_ + index) % slots_.size()]; }

  // Precondition: not full.
  InFlight& push() { return slots_[(head_ + size_++) % slots_.size()]; }
  // Precondition: not empty.
  InFlight pop() {
    InFlight first = std::move(slots_[head_]);
    head_ = (head_ + 1) % slots_.size();
    --size_;
    return first;
  }
  InFlight take_out(std::size_t index) {
    InFlight taken = std::move((*this)[index]);
    for (; index + 1 < size_; ++index) (*this)[index] = std::move((*this)[index + 1]);
    --size_;
    return taken;
  }

 private:
  std::vector<InFlight> slots_;
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace qm::aerospike
