// The embedded engine: RocksDB, one directory per namespace.
//
// Reads run on the calling thread and see whatever is written. Writes of all requests go through one writer thread,
// which gathers what waits into one batch of the log; another thread syncs the log, and answers a `durable` write only
// then, many with one sync. So an acknowledged write survives SIGKILL, and with `durable` a power loss, which takes
// away an end of the log only: never a write without all that came after it. A reader may see a write that is not
// synced yet. Index entries and counters go into the same batch as their record.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "platform/kv/store.hpp"

namespace qm::kv {

struct RocksOptions {
  std::size_t cache_bytes = 64 * 1024 * 1024;
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
