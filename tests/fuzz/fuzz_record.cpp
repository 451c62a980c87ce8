// Any bytes in the place of a record: read or refused, and what was read is written and read again as the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "platform/kv/record_codec.hpp"

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto record = qm::kv::decode_record(bytes);
  if (!record) return 0;
  const std::string written = qm::kv::encode_record(*record);
  const auto again = qm::kv::decode_record(written);
  must(again.has_value());
  must(qm::kv::encode_record(*again) == written);
  must(again->generation == record->generation && again->expires_at == record->expires_at &&
       again->bins.size() == record->bins.size());
  // No part of a record is one.
  must(!qm::kv::decode_record(std::string_view{written}.substr(0, data[size / 2] % written.size())));
  must(!qm::kv::decode_record(written + '\0'));
  return 0;
}
