// What the failover drill knows of the records that it wrote, and what may therefore stand in them. Thread-compatible.
//
// An attempt ends in one of three ways: Acked, it happened; Doubt, it may have happened, at most once; Refused, it did
// not happen.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/core/error.hpp"

namespace qm::drill {

enum class Attempt : std::uint8_t { Acked, Doubt, Refused };

// Of a write that failed. InDoubt alone may have happened.
inline Attempt attempt_of(ErrorKind kind) { return kind == ErrorKind::InDoubt ? Attempt::Doubt : Attempt::Refused; }

// A number to which 1 is added.
struct CounterModel {
  std::int64_t acked = 0;
  std::int64_t doubted = 0;

  void note(Attempt attempt) {
    acked += attempt == Attempt::Acked ? 1 : 0;
    doubted += attempt == Attempt::Doubt ? 1 : 0;
  }
  // An empty text when the value may be, else what is wrong with it.
  std::string fault(std::int64_t value) const;
};

// A list to which each number of an unbroken sequence from 0 was appended, or tried to be.
struct ListModel {
  std::vector<Attempt> attempts{};

  std::string fault(const std::vector<std::int64_t>& values) const;
};

// A record that several attempts, numbered from 0, tried to create; it holds the number of the one that did.
struct CreatedModel {
  std::vector<Attempt> attempts{};

  // Nothing: there is no record.
  std::string fault(std::optional<std::int64_t> value) const;
};

}  // namespace qm::drill
