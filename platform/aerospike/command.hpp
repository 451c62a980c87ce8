// Requests as bytes. Each encode_* appends exactly one frame, its 8-byte header included, to `out`, which may hold
// other frames already: that is how commands are pipelined. No encoder fails; see check_* for what the server would
// refuse. Pure; thread-safe on different buffers.
//
// `timeout` is how long the server may work on the command before it answers Timeout, in milliseconds; 0 or less leaves
// it to the server's transaction-max-ms. `filter` is Expression::packed(), empty for none. `bins` empty means all.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/aerospike/digest.hpp"
#include "platform/aerospike/operation.hpp"
#include "platform/aerospike/value.hpp"
#include "platform/core/result.hpp"

namespace qm::aerospike {

inline constexpr std::size_t kMaxNamespaceBytes = 31;
inline constexpr std::size_t kMaxSetBytes = 63;
inline constexpr std::size_t kMaxBinNameBytes = 15;

inline constexpr std::uint32_t kTtlNever = 0xFFFFFFFF;
inline constexpr std::uint32_t kTtlKeep = 0xFFFFFFFE;  // an existing record keeps its own; a new one: kTtlDefault
inline constexpr std::uint32_t kTtlDefault = 0;        // the namespace's default-ttl (0 there: lives for ever)

// The record a command is for. Views must outlive the call only.
struct Target {
  std::string_view name_space;
  std::string_view set;  // empty: the namespace's records without a set
  std::string_view id;
  Digest digest;          // digest_of(set, id)
  bool send_key = false;  // store the id with the record, so that scans can return it
};

inline Target make_target(std::string_view name_space, std::string_view set, std::string_view id, bool send_key) {
  return {name_space, set, id, digest_of(set, id), send_key};
}

enum class WriteMode : std::uint8_t {
  Upsert,      // create, or set the named bins and keep the others
  CreateOnly,  // RecordExists when there is a record
  UpdateOnly,  // NotFound when there is none; other bins are kept
  Replace,     // create, or drop every bin not named
};

struct WritePolicy {
  WriteMode mode = WriteMode::Upsert;
  std::optional<std::uint32_t> generation{};  // GenerationMismatch unless the record has it; 0: there is no record
  std::uint32_t ttl_seconds = kTtlKeep;       // or a kTtl… constant
  std::string_view filter{};                  // not asked of a record that does not exist: that is simply created
};

// Invalid when a name or a count exceeds what the protocol can carry.
Result<void> check_target(std::string_view name_space, std::string_view set);
Result<void> check_bin_name(std::string_view name);

void encode_get(std::string& out, const Target& target, const std::vector<std::string>& bins, std::string_view filter,
                std::chrono::milliseconds timeout);
// Answers Ok or NotFound, with generation and expiry but no bins.
void encode_exists(std::string& out, const Target& target, std::string_view filter, std::chrono::milliseconds timeout);
// 1…65,535 bins. A nil value removes its bin; the record goes with its last bin (then the reply's generation is 0).
void encode_put(std::string& out, const Target& target, const std::vector<Bin>& bins, const WritePolicy& policy,
                std::chrono::milliseconds timeout);
// 1…65,535 operations. With reads only nothing is written, and the policy's mode, generation and ttl are not sent.
// With WriteMode::Replace, operations other than read and write are refused (InvalidRequest).
void encode_operate(std::string& out, const Target& target, const std::vector<Operation>& operations,
                    const WritePolicy& policy, std::chrono::milliseconds timeout);
// Of the policy only generation and filter apply.
void encode_remove(std::string& out, const Target& target, const WritePolicy& policy,
                   std::chrono::milliseconds timeout);
// NotFound when there is no record. Of the policy generation, ttl and filter apply.
void encode_touch(std::string& out, const Target& target, const WritePolicy& policy, std::chrono::milliseconds timeout);

// One node's share of a batch read; replies carry positions in `targets` as batch_index. An empty one is not sent.
void encode_batch_get(std::string& out, const std::vector<Target>& targets, const std::vector<std::string>& bins,
                      std::chrono::milliseconds timeout);

// A closed range of an indexed bin.
struct IndexRange {
  std::string bin;
  Value low;   // int64, or a string
  Value high;  // of the same type; the same string, as strings are found by equality only
};

// Where a partition's walk goes on: from its start, or after the last record that came from it.
struct PartitionPosition {
  std::uint16_t partition = 0;
  struct After {
    Digest digest;
    std::uint64_t index_value = 0;  // StreamEntry::index_value; for queries over an index
    friend bool operator==(const After&, const After&) = default;
  };
  std::optional<After> after{};
  friend bool operator==(const PartitionPosition&, const PartitionPosition&) = default;
};

// One node's share of a scan (no `range`) or of a query over a secondary index.
//
// The server walks the partitions in parallel and says nothing when it has finished one: only a partition it refuses
// (it moved) gets an entry (StreamEntry::partition_refused). So when the stream ends well and brought fewer records
// than max_records, every partition that was not refused is finished. When it brought max_records, each may have more:
// walk on from the last record that came of it, or from its old position when none came.
struct QuerySpec {
  std::string_view name_space;
  std::string_view set;
  std::vector<std::string> bins{};
  bool no_bins = false;  // keys and metadata only
  std::optional<IndexRange> range{};
  std::vector<PartitionPosition> partitions{};  // at least one, each once
  std::uint64_t max_records = 0;                // of this node; 0: no limit
  std::uint64_t task_id = 0;  // names the query to the server; unique among running and recent ones
  // For a page of few records: not listed among the server's jobs and not throttled; its limit is `timeout` (1 s when
  // that is 0), after which it ends with Timeout.
  bool short_query = false;
  std::chrono::milliseconds socket_timeout{0};  // the server gives up when it cannot write for so long
  std::string_view filter{};
};
void encode_query(std::string& out, const QuerySpec& query, std::chrono::milliseconds timeout);

// Info requests, each ended by '\n'.
void encode_info(std::string& out, std::string_view commands);

}  // namespace qm::aerospike
