// Reads a record, makes of it what it shall be, and writes that if nobody was faster; else anew. One step on one
// record, for what conditions and operations of the store cannot say.
#pragma once
#include <chrono>
#include <functional>
#include <optional>

#include "platform/kv/store.hpp"

namespace qm::kv {

// What the record shall be; nothing: it stays as it is. Null: there is none. Called anew for each attempt.
using RecordChange = std::function<Result<std::optional<Bins>>(const Record* record)>;

// The change's own errors; Unavailable with `contended` when others were faster again and again.
// With a time to live the record is given it anew.
Task<Result<void>> change_record(Store& store, Key key, RecordChange change, const char* contended,
                                 std::optional<std::chrono::seconds> ttl = {});

}  // namespace qm::kv
