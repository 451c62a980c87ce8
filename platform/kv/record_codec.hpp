// Records as bytes: a format byte, then MessagePack [generation, expires_ms or 0, {bin: value}].
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "platform/kv/store.hpp"

namespace qm::kv {

std::string encode_record(const Record& record);
// nullopt: not a record of this format, that is, corruption.
std::optional<Record> decode_record(std::string_view bytes);
// Whether a record, as bytes, has expired at `now`, without reading its bins. False for bytes that are no record.
bool has_expired(std::string_view bytes, Timestamp now);

}  // namespace qm::kv
