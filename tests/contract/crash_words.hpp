// What the crashing writer and its test agree on.
#pragma once
#include "platform/kv/rocks_store.hpp"

namespace qm::contract {

inline constexpr const char* kRecords = "record";
inline constexpr const char* kCounters = "counter";
inline constexpr int kWriters = 4;
inline constexpr int kGroups = 5;

// Small buffers, so that flushes and new log files happen within a test.
inline kv::RocksOptions small_files() {
  kv::RocksOptions options;
  options.write_buffer_bytes = 256 * 1024;
  return options;
}

}  // namespace qm::contract
