// Any bytes in the place of what a node sends: frame after frame is read or refused, as is each of its parts, and a
// value that was read is written and read again as the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "platform/aerospike/cursor.hpp"
#include "platform/aerospike/info.hpp"
#include "platform/aerospike/login.hpp"
#include "platform/aerospike/pack.hpp"
#include "platform/aerospike/reply.hpp"

namespace {

using namespace qm::aerospike;

void must(bool holds) {
  if (!holds) std::abort();
}

// By its bytes, as NaN is not equal to itself.
void comes_back(const Value& value) {
  std::string written, again;
  pack(written, value);
  const auto read = unpack(written);
  must(read.has_value());
  pack(again, *read);
  must(written == again);
}

void read_bins_again(const std::vector<Bin>& bins) {
  for (const auto& bin : bins) {
    std::string particle, again;
    append_particle(particle, bin.value);
    const auto read = parse_particle(static_cast<std::uint8_t>(particle_of(bin.value)), particle);
    must(read.has_value());
    append_particle(again, *read);
    must(particle == again);
    comes_back(bin.value);
  }
}

void read_message(std::string_view body) {
  if (const auto reply = parse_reply(body)) read_bins_again(reply->bins);
  std::vector<StreamEntry> entries(1);
  const auto end = parse_stream(body, entries);
  must(!entries.empty() && entries.front().bins.empty());  // what is there stays
  must(!end || end->last || end->code == ResultCode::Ok);
  for (const auto& entry : entries) {
    must(!entry.partition_refused || entry.partition < kPartitions);
    read_bins_again(entry.bins);
  }
}

void read_answer(std::string_view answer) {
  (void)is_info_error(answer);
  (void)parse_generation(answer);
  (void)parse_settings(answer);
  if (const auto addresses = parse_addresses(answer)) {
    for (const auto& address : *addresses) must(!address.host.empty() && address.port != 0);
  }
  if (const auto peers = parse_peers(answer)) {
    for (const auto& peer : peers->peers) {
      for (const auto& address : peer.addresses) must(!address.host.empty() && address.port != 0);
    }
  }
  if (const auto replicas = parse_replicas(answer)) {
    for (const auto& name_space : *replicas) must(!name_space.name_space.empty() && !name_space.owned.empty());
  }
}

void read_frame(FrameType type, std::string_view body) {
  switch (type) {
    case FrameType::Message:
      return read_message(body);
    case FrameType::Admin:
      return static_cast<void>(parse_login(body));
    case FrameType::Info:
      if (const auto answers = parse_info(body)) {
        for (const auto& [command, answer] : *answers) read_answer(answer);
      }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  std::string_view rest = bytes;
  while (rest.size() >= kFrameHeaderBytes) {
    const auto header = parse_frame_header(rest, 4096);
    if (!header) break;
    rest.remove_prefix(kFrameHeaderBytes);
    read_frame(header->type, rest.substr(0, header->size));
    rest.remove_prefix(std::min(rest.size(), header->size));
  }
  // Each part alone, so that they are reached without the lengths around them.
  read_message(bytes);
  read_answer(bytes);
  (void)parse_login(bytes);
  if (const auto value = unpack(bytes)) comes_back(*value);
  if (const auto cursor = parse_cursor(bytes)) must(parse_cursor(to_text(*cursor)).has_value());
  return 0;
}
