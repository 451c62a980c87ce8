// Where a walk over all partitions stands between two pages: which it has not begun, and how far it came in those that
// it has. Nothing of it names a node, so it stays good when nodes come and go.
#pragma once
#include <string>
#include <vector>

#include "platform/aerospike/command.hpp"

namespace qm::aerospike {

struct Cursor {
  std::uint32_t next = 0;                 // this partition and those above it have not been begun
  std::vector<PartitionPosition> open{};  // begun, and perhaps not at their end

  bool at_end() const { return open.empty() && next >= kPartitions; }
  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// URL-safe text; empty at the end.
std::string to_text(const Cursor& cursor);
// Of to_text(); the beginning for an empty text. Invalid otherwise.
Result<Cursor> parse_cursor(std::string_view text);

}  // namespace qm::aerospike
