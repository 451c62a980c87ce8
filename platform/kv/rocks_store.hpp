// The embedded engine: RocksDB, one directory per namespace.
//
// Reads run on the calling thread against committed state. Writes of all requests go through one writer thread, which
// gathers what waits into one batch with one sync (group commit) and answers only then: an acknowledged write survives
// SIGKILL, and with `durable` a power loss. Index entries and counters go into the same batch as their record.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "platform/kv/store.hpp"

namespace qm::kv {

struct RocksOptions {
  std::size_t cache_bytes = 16 * 1024 * 1024;
  std::size_t write_buffer_bytes = 8 * 1024 * 1024;
  std::size_t queue_limit = 10'000;     // waiting writes; one more is Unavailable
  std::size_t batch_limit = 1'000;      // writes per commit
  std::chrono::milliseconds sweep_ms{5'000};  // between two looks for expired records
};

// Opens (and makes, when missing) the directory. Unavailable, with a sentence: held by another process (named), of a
// newer format, damaged, or not writable. `clock` outlives the store; so do the threads that await it.
Result<std::unique_ptr<Store>> open_rocks_store(const std::filesystem::path& directory, std::string name_space,
                                                const Clock& clock, RocksOptions options = {});

}  // namespace qm::kv
