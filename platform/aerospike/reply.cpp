#include "platform/aerospike/reply.hpp"

#include <algorithm>

#include "platform/aerospike/pack.hpp"
#include "platform/aerospike/wire.hpp"

namespace qm::aerospike {

namespace {

constexpr std::uint8_t kLast = 1 << 0;              // bits of info3
constexpr std::uint8_t kPartitionRefused = 1 << 2;  // its id stands where the generation does
constexpr std::size_t kMessageHeaderBytes = 22;
constexpr std::int64_t kEpoch2010 = 1'262'304'000;  // expiry counts from 2010-01-01
constexpr std::size_t kOperationHeaderBytes = 8;

enum class ReplyField : std::uint8_t { Set = 1, Key = 2, Digest = 4, IndexValue = 15 };

Error bad_reply(std::string_view why) {
  return unavailable("A reply from the server could not be read (" + std::string(why) + ").");
}

struct MessageHeader {
  std::uint8_t info3 = 0;
  ResultCode code = ResultCode::Ok;
  std::uint32_t generation = 0;
  std::uint32_t void_time = 0;
  std::uint32_t batch_index = 0;
  std::uint16_t fields = 0;
  std::uint16_t operations = 0;

  std::optional<std::int64_t> expires_at_s() const {
    return void_time == 0 ? std::nullopt : std::optional<std::int64_t>{kEpoch2010 + void_time};
  }
};

MessageHeader read_header(Reader& in) {
  MessageHeader header;
  if (in.number<std::uint8_t>() != kMessageHeaderBytes) in.fail();
  in.bytes(2);
  header.info3 = in.number<std::uint8_t>();
  in.bytes(1);
  header.code = static_cast<ResultCode>(in.number<std::uint8_t>());
  header.generation = in.number<std::uint32_t>();
  header.void_time = in.number<std::uint32_t>();
  header.batch_index = in.number<std::uint32_t>();
  header.fields = in.number<std::uint16_t>();
  header.operations = in.number<std::uint16_t>();
  return header;
}

void read_fields(Reader& in, std::uint16_t count, StreamEntry* entry) {
  for (std::uint16_t i = 0; i < count && !in.failed(); ++i) {
    const auto size = in.length(in.number<std::uint32_t>(), 1);
    const auto type = static_cast<ReplyField>(in.number<std::uint8_t>());
    const auto value = in.bytes(size);
    if (!entry || in.failed()) continue;
    switch (type) {
      case ReplyField::Set: entry->set = value; break;
      case ReplyField::Key:  // its type, then itself; others than strings are not of this client
        if (!value.empty() && value[0] == static_cast<char>(Particle::String)) entry->id = value.substr(1);
        break;
      case ReplyField::Digest:
        if (value.size() != entry->digest.size()) return in.fail();
        std::ranges::copy(value, entry->digest.begin());
        break;
      case ReplyField::IndexValue: {  // little endian, as it goes back
        if (value.size() != 8) return in.fail();
        entry->index_value = 0;
        for (int byte = 7; byte >= 0; --byte) {
          entry->index_value = entry->index_value << 8 | static_cast<std::uint8_t>(value[static_cast<unsigned>(byte)]);
        }
        break;
      }
      default: break;
    }
  }
}

Result<void> read_bins(Reader& in, std::uint16_t count, std::vector<Bin>& bins) {
  bins.reserve(std::min<std::size_t>(count, in.remaining() / kOperationHeaderBytes));
  for (std::uint16_t i = 0; i < count; ++i) {
    const auto size = in.number<std::uint32_t>();
    in.bytes(1);
    const auto particle = in.number<std::uint8_t>();
    const auto flags = in.number<std::uint8_t>();
    const auto name_size = in.number<std::uint8_t>();
    const auto name = in.bytes(name_size);
    if (flags != 0) in.fail();  // would announce metadata, which is not asked for
    const auto bytes = in.bytes(in.length(size, 4 + std::uint32_t{name_size}));
    if (in.failed()) return bad_reply("a bin is cut off");
    auto value = parse_particle(particle, bytes);
    if (!value) return value.error();
    Bin& bin = bins.emplace_back();
    bin.name = name;
    bin.value = std::move(*value);
  }
  return {};
}

}  // namespace

Result<FrameHeader> parse_frame_header(std::string_view bytes, std::size_t limit) {
  Reader in(bytes.substr(0, kFrameHeaderBytes));
  const auto version = in.number<std::uint8_t>();
  const auto type = in.number<std::uint8_t>();
  const auto high = in.number<std::uint16_t>();
  const auto size = std::uint64_t{high} << 32 | in.number<std::uint32_t>();
  if (in.failed() || version != 2) return bad_reply("another protocol");
  if (type < 1 || type > 3) return bad_reply("an unexpected type of frame");
  if (size > limit) return bad_reply("a frame over the limit");
  return FrameHeader{static_cast<FrameType>(type), static_cast<std::size_t>(size)};
}

Result<Reply> parse_reply(std::string_view body) {
  Reader in(body);
  const auto header = read_header(in);
  Reply reply{header.code, header.generation, header.expires_at_s()};
  read_fields(in, header.fields, nullptr);
  if (in.failed()) return bad_reply("it is cut off");
  if (auto read = read_bins(in, header.operations, reply.bins); !read) return read.error();
  if (!in.at_end()) return bad_reply("bytes are left");
  return reply;
}

Result<StreamEnd> parse_stream(std::string_view body, std::vector<StreamEntry>& out) {
  Reader in(body);
  while (!in.at_end()) {
    const auto header = read_header(in);
    StreamEntry entry{.code = header.code};
    const bool refused = (header.info3 & kPartitionRefused) != 0;
    if (!refused) {
      entry.batch_index = header.batch_index;
      entry.generation = header.generation;
      entry.expires_at_s = header.expires_at_s();
    } else if (header.generation < kPartitions) {
      entry.partition_refused = true;
      entry.partition = static_cast<std::uint16_t>(header.generation);
    } else {
      in.fail();
    }
    read_fields(in, header.fields, &entry);
    if (in.failed()) return bad_reply("an entry is cut off");
    if (auto read = read_bins(in, header.operations, entry.bins); !read) return read.error();
    if ((header.info3 & kLast) != 0) {
      if (!in.at_end()) return bad_reply("bytes follow its end");
      return StreamEnd{true, header.code};
    }
    if (refused && header.code == ResultCode::Ok) continue;  // merely finished
    out.push_back(std::move(entry));
  }
  return StreamEnd{};
}

}  // namespace qm::aerospike
