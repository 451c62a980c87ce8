// Replies from bytes. Every length is checked: whatever a peer sends gives a value or an Error (Unavailable), never
// undefined behaviour. A connection that gave an Error here is out of step and must be closed. Pure; thread-safe.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/aerospike/digest.hpp"
#include "platform/aerospike/result_code.hpp"
#include "platform/aerospike/value.hpp"
#include "platform/core/result.hpp"

namespace qm::aerospike {

enum class FrameType : std::uint8_t { Info = 1, Admin = 2, Message = 3 };

struct FrameHeader {
  FrameType type = FrameType::Message;
  std::size_t size = 0;  // bytes of the body that follows
};

inline constexpr std::size_t kFrameHeaderBytes = 8;
inline constexpr std::size_t kMaxFrameBytes = std::size_t{128} << 20;  // no peer sends more

// Precondition: 8 bytes at least. An Error for another protocol version or type (compressed frames are never asked
// for), or a body over `limit`.
Result<FrameHeader> parse_frame_header(std::string_view bytes, std::size_t limit = kMaxFrameBytes);

struct Reply {
  ResultCode code = ResultCode::Ok;
  std::uint32_t generation = 0;
  std::optional<std::int64_t> expires_at_s{};  // seconds since 1970; nothing: lives for ever
  std::vector<Bin> bins{};  // operate: one per operation, in order, so names may repeat
};

// The body of one single-record reply. Bins of types this client does not know come as Bytes.
Result<Reply> parse_reply(std::string_view body);

// One entry of a batch or query reply.
struct StreamEntry {
  ResultCode code = ResultCode::Ok;  // batch: of this record
  bool partition_refused = false;    // no record, but the news that the node refuses `partition` because of `code`
  std::uint16_t partition = 0;       // with partition_refused only
  std::uint32_t batch_index = 0;     // batch only
  std::uint32_t generation = 0;
  std::optional<std::int64_t> expires_at_s{};
  Digest digest{};                // of a query's record
  std::uint64_t index_value = 0;  // of a query over an index: resume with it
  std::string set{};
  std::string id{};  // of a query's record, when it was stored (send_key)
  std::vector<Bin> bins{};
};

struct StreamEnd {
  bool last = false;                 // nothing more comes for this command
  ResultCode code = ResultCode::Ok;  // with `last`: why it ended
};

// Appends the entries of one frame of a batch or query reply. Entries already in `out` stay, also after an Error (then
// more may have been added). Several frames come for one command; the one with `last` ends it. A query that the server
// cannot begin is answered otherwise: by one entry, not `partition_refused`, whose code is not Ok, and no `last`.
Result<StreamEnd> parse_stream(std::string_view body, std::vector<StreamEntry>& out);

}  // namespace qm::aerospike
