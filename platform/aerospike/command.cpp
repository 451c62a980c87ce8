#include "platform/aerospike/command.hpp"

#include <algorithm>

#include "platform/aerospike/pack.hpp"
#include "platform/aerospike/wire.hpp"

namespace qm::aerospike {

namespace {

// Bits of the three bytes that say what a command is.
namespace info1 {
constexpr std::uint8_t kRead = 1 << 0;
constexpr std::uint8_t kAllBins = 1 << 1;
constexpr std::uint8_t kShortQuery = 1 << 2;
constexpr std::uint8_t kBatch = 1 << 3;
constexpr std::uint8_t kNoBins = 1 << 5;
constexpr std::uint8_t kNewestCopy = 1 << 6;
}  // namespace info1
namespace info2 {
constexpr std::uint8_t kWrite = 1 << 0;
constexpr std::uint8_t kDelete = 1 << 1;
constexpr std::uint8_t kGeneration = 1 << 2;
constexpr std::uint8_t kCreateOnly = 1 << 5;
constexpr std::uint8_t kRespondAllOps = 1 << 7;
}  // namespace info2
namespace info3 {
constexpr std::uint8_t kRefusedPartitionsOnly = 1 << 2;  // the server insists on it
constexpr std::uint8_t kUpdateOnly = 1 << 3;
constexpr std::uint8_t kCreateOrReplace = 1 << 4;
}  // namespace info3

enum class Field : std::uint8_t {
  Namespace = 0,
  Set = 1,
  Key = 2,
  Digest = 4,
  TaskId = 7,
  SocketTimeout = 9,
  Partitions = 11,
  Digests = 12,
  MaxRecords = 13,
  IndexValues = 15,
  IndexRange = 22,
  Batch = 41,
  Filter = 43,
};

constexpr char kBatchInline = 1;           // let the receiving thread read what is in memory
constexpr char kBatchAnswerAll = 4 | 8;    // an entry for every key, also for failed ones
constexpr char kBatchSameAsBefore = 1;
constexpr char kBatchOwnHeader = 2 | 8;    // followed by info1…3 and a time to live

std::uint32_t milliseconds(std::chrono::milliseconds timeout) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(timeout.count(), 0, 0x7FFFFFFF));
}

void append_text(std::string& out, std::string_view text) { out.append(text); }
void append_text(std::string& out, const Digest& digest) {
  out.append(reinterpret_cast<const char*>(digest.data()), digest.size());
}

struct Flags {
  std::uint8_t one = 0;
  std::uint8_t two = 0;
  std::uint8_t three = 0;
};

// One frame being written; the destructor fills in the sizes and counts that are known only then.
class Frame {
 public:
  Frame(std::string& out, Flags flags, std::uint32_t generation, std::uint32_t ttl, std::chrono::milliseconds timeout)
      : out_(out), start_(out.size()) {
    char header[kHeaderBytes] = {};
    header[0] = kProtocol;
    header[1] = kMessage;
    header[8] = kMessageHeaderBytes;
    header[9] = static_cast<char>(flags.one);
    header[10] = static_cast<char>(flags.two);
    header[11] = static_cast<char>(flags.three);
    store_big(header + 14, generation);
    store_big(header + 18, ttl);
    store_big(header + 22, milliseconds(timeout));
    out.append(header, sizeof header);
  }
  ~Frame() {
    char* header = out_.data() + start_;
    const std::uint64_t body = out_.size() - start_ - 8;
    store_big(header + 2, static_cast<std::uint16_t>(body >> 32));
    store_big(header + 4, static_cast<std::uint32_t>(body));
    store_big(header + 26, fields_);
    store_big(header + 28, operations_);
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  void field_header(Field field, std::size_t size) {
    ++fields_;
    append_big(out_, static_cast<std::uint32_t>(size + 1));
    out_.push_back(static_cast<char>(field));
  }
  void field(Field field, std::string_view value) {
    field_header(field, value.size());
    append_text(out_, value);
  }
  template <std::unsigned_integral T>
  void field(Field field, T value) {
    field_header(field, sizeof value);
    append_big(out_, value);
  }
  void filter(std::string_view filter) {
    if (!filter.empty()) field(Field::Filter, filter);
  }
  void key(const Target& target, bool with_id) {
    field(Field::Namespace, target.name_space);
    if (!target.set.empty()) field(Field::Set, target.set);
    field_header(Field::Digest, target.digest.size());
    append_text(out_, target.digest);
    if (with_id && target.send_key) {
      field_header(Field::Key, 1 + target.id.size());
      out_.push_back(static_cast<char>(Particle::String));
      append_text(out_, target.id);
    }
  }
  void operation(Operation::Kind kind, std::uint8_t particle, std::string_view bin, std::string_view value) {
    operation_header(kind, particle, bin, value.size());
    append_text(out_, value);
  }
  void write(const Bin& bin) {
    const auto at = out_.size();
    operation_header(Operation::Kind::Write, static_cast<std::uint8_t>(particle_of(bin.value)), bin.name, 0);
    append_particle(out_, bin.value);
    store_big(out_.data() + at, static_cast<std::uint32_t>(out_.size() - at - 4));
  }
  void reads(const std::vector<std::string>& bins) {
    for (const auto& bin : bins) operation(Operation::Kind::Read, 0, bin, {});
  }

 private:
  static constexpr std::size_t kHeaderBytes = 30;
  static constexpr char kProtocol = 2;
  static constexpr char kMessage = 3;
  static constexpr char kMessageHeaderBytes = 22;

  void operation_header(Operation::Kind kind, std::uint8_t particle, std::string_view bin, std::size_t value_size) {
    ++operations_;
    bin = bin.substr(0, 255);  // the server refuses all over 15, and a frame must be what its lengths say
    append_big(out_, static_cast<std::uint32_t>(4 + bin.size() + value_size));
    out_.push_back(static_cast<char>(kind));
    out_.push_back(static_cast<char>(particle));
    out_.push_back(0);
    out_.push_back(static_cast<char>(bin.size()));
    append_text(out_, bin);
  }

  std::string& out_;
  std::size_t start_;
  std::uint16_t fields_ = 0;
  std::uint16_t operations_ = 0;
};

// Nodes that parted and met again hold different copies of a record until they have exchanged what they missed; till
// then a read is to compare them, or it might miss an acknowledged write. It costs nothing at other times.
constexpr std::uint8_t kReadRecord = info1::kRead | info1::kNewestCopy;

std::uint8_t read_flags(const std::vector<std::string>& bins) {
  return bins.empty() ? kReadRecord | info1::kAllBins : kReadRecord;
}

Flags write_flags(const WritePolicy& policy) {
  Flags flags{0, info2::kWrite, 0};
  if (policy.mode == WriteMode::CreateOnly) flags.two |= info2::kCreateOnly;
  if (policy.mode == WriteMode::UpdateOnly) flags.three |= info3::kUpdateOnly;
  if (policy.mode == WriteMode::Replace) flags.three |= info3::kCreateOrReplace;
  if (policy.generation) flags.two |= info2::kGeneration;
  return flags;
}

Result<void> check_length(std::string_view what, std::string_view name, std::size_t least, std::size_t most) {
  if (name.size() >= least && name.size() <= most) return {};
  return invalid({{{std::string(what)}, "must have " + std::to_string(least) + " to " + std::to_string(most) + " bytes",
                   "length"}});
}

// Type, then the two ends of the range, each with its length.
void append_range_end(std::string& out, const Value& value) {
  const auto at = out.size();
  out.append(4, '\0');
  append_particle(out, value);
  store_big(out.data() + at, static_cast<std::uint32_t>(out.size() - at - 4));
}

void add_range(Frame& frame, const IndexRange& range) {
  std::string packed(1, 1);  // one range
  packed.push_back(static_cast<char>(range.bin.size()));
  packed += range.bin;
  packed.push_back(static_cast<char>(particle_of(range.low)));
  append_range_end(packed, range.low);
  append_range_end(packed, range.high);
  frame.field(Field::IndexRange, packed);
}

void add_positions(Frame& frame, const QuerySpec& query) {
  std::string fresh, digests, index_values;
  for (const auto& position : query.partitions) {
    if (!position.after) {
      append_little(fresh, position.partition);
      continue;
    }
    append_text(digests, position.after->digest);
    if (query.range) append_little(index_values, position.after->index_value);
  }
  if (!fresh.empty()) frame.field(Field::Partitions, fresh);
  if (!digests.empty()) frame.field(Field::Digests, digests);
  if (!index_values.empty()) frame.field(Field::IndexValues, index_values);
}

}  // namespace

Result<void> check_target(std::string_view name_space, std::string_view set) {
  if (auto fits = check_length("namespace", name_space, 1, kMaxNamespaceBytes); !fits) return fits;
  return check_length("set", set, 0, kMaxSetBytes);
}

Result<void> check_bin_name(std::string_view name) { return check_length("bin", name, 1, kMaxBinNameBytes); }

void encode_get(std::string& out, const Target& target, const std::vector<std::string>& bins, std::string_view filter,
                std::chrono::milliseconds timeout) {
  Frame frame(out, {read_flags(bins)}, 0, 0, timeout);
  frame.key(target, false);
  frame.filter(filter);
  frame.reads(bins);
}

void encode_exists(std::string& out, const Target& target, std::string_view filter,
                   std::chrono::milliseconds timeout) {
  Frame frame(out, {kReadRecord | info1::kNoBins}, 0, 0, timeout);
  frame.key(target, false);
  frame.filter(filter);
}

void encode_put(std::string& out, const Target& target, const std::vector<Bin>& bins, const WritePolicy& policy,
                std::chrono::milliseconds timeout) {
  Frame frame(out, write_flags(policy), policy.generation.value_or(0), policy.ttl_seconds, timeout);
  frame.key(target, true);
  frame.filter(policy.filter);
  for (const auto& bin : bins) frame.write(bin);
}

void encode_operate(std::string& out, const Target& target, const std::vector<Operation>& operations,
                    const WritePolicy& policy, std::chrono::milliseconds timeout) {
  const bool writes = std::ranges::any_of(operations, &Operation::is_write);
  const bool reads = !std::ranges::all_of(operations, &Operation::is_write);
  auto flags = writes ? write_flags(policy) : Flags{};
  if (reads) flags.one |= writes ? info1::kRead : kReadRecord;  // a write compares the copies anyway
  flags.two |= info2::kRespondAllOps;
  Frame frame(out, flags, writes ? policy.generation.value_or(0) : 0, writes ? policy.ttl_seconds : 0, timeout);
  frame.key(target, writes);
  frame.filter(policy.filter);
  for (const auto& operation : operations) {
    frame.operation(operation.kind, operation.particle, operation.bin, operation.payload);
  }
}

void encode_remove(std::string& out, const Target& target, const WritePolicy& policy,
                   std::chrono::milliseconds timeout) {
  Flags flags{0, info2::kWrite | info2::kDelete, 0};
  if (policy.generation) flags.two |= info2::kGeneration;
  Frame frame(out, flags, policy.generation.value_or(0), 0, timeout);
  frame.key(target, false);
  frame.filter(policy.filter);
}

void encode_touch(std::string& out, const Target& target, const WritePolicy& policy,
                  std::chrono::milliseconds timeout) {
  auto touch = policy;
  touch.mode = WriteMode::UpdateOnly;
  Frame frame(out, write_flags(touch), policy.generation.value_or(0), policy.ttl_seconds, timeout);
  frame.key(target, true);
  frame.filter(policy.filter);
  frame.operation(Operation::Kind::Touch, 0, {}, {});
}

void encode_batch_get(std::string& out, const std::vector<Target>& targets, const std::vector<std::string>& bins,
                      std::chrono::milliseconds timeout) {
  Frame frame(out, {info1::kBatch}, 0, 0, timeout);
  const auto at = out.size();
  frame.field_header(Field::Batch, 0);
  append_big(out, static_cast<std::uint32_t>(targets.size()));
  out.push_back(kBatchInline | kBatchAnswerAll);
  const Target* before = nullptr;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto& target = targets[i];
    append_big(out, static_cast<std::uint32_t>(i));
    append_text(out, target.digest);
    if (before && before->name_space == target.name_space && before->set == target.set) {
      out.push_back(kBatchSameAsBefore);
      continue;
    }
    before = &target;
    // A row is a frame without its beginning, so it is written as one and the beginning replaced.
    const auto row = out.size();
    {
      Frame message(out, {read_flags(bins)}, 0, 0, timeout);
      message.field(Field::Namespace, target.name_space);
      if (!target.set.empty()) message.field(Field::Set, target.set);
      message.reads(bins);
    }
    const char beginning[] = {kBatchOwnHeader, static_cast<char>(read_flags(bins)), 0, 0, 0, 0, 0, 0};
    out.replace(row, 26, beginning, sizeof beginning);
  }
  store_big(out.data() + at, static_cast<std::uint32_t>(out.size() - at - 4));
}

void encode_query(std::string& out, const QuerySpec& query, std::chrono::milliseconds timeout) {
  Flags flags{info1::kRead, 0, info3::kRefusedPartitionsOnly};
  if (query.no_bins) flags.one |= info1::kNoBins;
  if (query.short_query) flags.one |= info1::kShortQuery;
  Frame frame(out, flags, 0, kTtlNever, timeout);
  frame.field(Field::Namespace, query.name_space);
  if (!query.set.empty()) frame.field(Field::Set, query.set);
  frame.field(Field::SocketTimeout, milliseconds(query.socket_timeout));
  frame.field(Field::TaskId, query.task_id);
  if (query.range) add_range(frame, *query.range);
  frame.filter(query.filter);
  add_positions(frame, query);
  if (query.max_records > 0) frame.field(Field::MaxRecords, query.max_records);
  if (!query.no_bins) frame.reads(query.bins);
}

void encode_info(std::string& out, std::string_view commands) {
  append_big(out, std::uint64_t{2} << 56 | std::uint64_t{1} << 48 | commands.size());
  out.append(commands);
}

}  // namespace qm::aerospike
