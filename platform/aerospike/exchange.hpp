// One command on a connection: how its bytes are made, what becomes of its reply, and how far it came.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/aerospike/reply.hpp"

namespace qm::aerospike {

// How far a command came. All but Answered, TimedOut and Broken say that no byte of it reached the node.
enum class Outcome : std::uint8_t {
  Answered,     // its reply was taken
  Full,         // every queue to the node is full
  TooLarge,     // the request exceeds max_frame_bytes
  Unreachable,  // no connection came about, or it ended before the first byte was written
  Expired,      // the deadline passed before the first byte was written
  TimedOut,     // written, at least in part, and not answered in time
  Broken,       // written, at least in part; then the connection ended, or the reply made no sense
};

constexpr bool was_sent(Outcome outcome) {
  return outcome == Outcome::Answered || outcome == Outcome::TimedOut || outcome == Outcome::Broken;
}

enum class Taken : std::uint8_t {
  Done,    // the reply is complete
  More,    // further frames belong to it
  Broken,  // it makes no sense: the connection is out of step
};

// Lives in the frame of the coroutine that waits for it, on that coroutine's thread.
class Command {
 public:
  // `streams`: the reply comes in several frames.
  explicit Command(bool streams) : streams_(streams) {}

  bool streams() const { return streams_; }
  // A write that is given up must not be left lying with the node, which may carry it out whenever it wakes.
  bool is_write() const { return is_write_; }
  void mark_as_write() { is_write_ = true; }
  // Appends one frame. May be called again, for another attempt.
  virtual void encode(std::string& out, std::chrono::milliseconds timeout) const = 0;
  // Called for each frame of the reply, before the coroutine is resumed. The body is gone afterwards.
  virtual Taken take(FrameType type, std::string_view body) = 0;

 protected:
  ~Command() = default;

 private:
  bool streams_;
  bool is_write_ = false;
};

}  // namespace qm::aerospike
