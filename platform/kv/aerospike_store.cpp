#include "platform/kv/aerospike_store.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "platform/core/fnv1a.hpp"
#include "platform/core/gather.hpp"
#include "platform/kv/aerospike_steps.hpp"
#include "platform/kv/deadline.hpp"
#include "platform/kv/record_change.hpp"

namespace qm::kv {

namespace {

namespace as = aerospike;

constexpr std::chrono::seconds kIndexPatience{60};
constexpr std::size_t kMaxIndexNameBytes = 63;
constexpr std::size_t kPutsAtOnce = 64;  // of one put_many()

as::WriteMode on_the_wire(WriteMode mode) {
  switch (mode) {
    case WriteMode::CreateOnly: return as::WriteMode::CreateOnly;
    case WriteMode::UpdateOnly: return as::WriteMode::UpdateOnly;
    case WriteMode::Replace: return as::WriteMode::Replace;
    default: return as::WriteMode::Upsert;
  }
}

std::uint32_t ttl_seconds(const std::optional<std::chrono::seconds>& ttl) {
  if (!ttl) return as::kTtlKeep;
  if (ttl->count() <= 0) return as::kTtlNever;
  constexpr std::int64_t kMost = 10LL * 365 * 24 * 3600;  // the servers refuse more
  return static_cast<std::uint32_t>(std::min<std::int64_t>(ttl->count(), kMost));
}

Record to_record(as::Record answer) {
  Record record;
  record.bins = to_bins(std::move(answer.bins));
  record.generation = answer.generation;
  if (answer.expires_at_s) record.expires_at = Timestamp{std::chrono::seconds{*answer.expires_at_s}};
  return record;
}

// Whether the conditions would hold of a record that is not there: then the write may create one.
bool hold_of_nothing(const std::vector<Condition>& conditions) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [](const Condition& each) { return fulfils(nullptr, each); });
}

// A name of its own for each (set, bin); long ones end in a hash (FNV-1a) of the whole.
std::string index_name(const std::string& set, const std::string& bin) {
  std::string name = set + "." + bin;
  if (name.size() <= kMaxIndexNameBytes) return name;
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, fnv1a(name), 16).ptr;
  name.resize(kMaxIndexNameBytes - 17);
  return name + "." + std::string(digits, end);
}

using Settings = std::map<std::string, std::string, std::less<>>;

// 0 when it is not there.
std::int64_t number_at(const Settings& settings, std::string_view name) {
  const auto found = settings.find(name);
  std::int64_t number = 0;
  if (found != settings.end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
  return number;
}

// What of an index a range asks for; Nothing for an empty range of integers.
Result<std::optional<as::IndexRange>> to_range(const std::string& bin, const IndexRange& range) {
  const auto *low_text = range.low.as<std::string>(), *high_text = range.high.as<std::string>();
  if (low_text != nullptr || high_text != nullptr) {
    if (low_text == nullptr || high_text == nullptr || *low_text != *high_text)
      return Error{ErrorKind::Invalid, "On a cluster texts are found by equality only."};
    return std::optional{as::IndexRange{bin, as::Value{*low_text}, as::Value{*high_text}}};
  }
  const auto *low = range.low.as<std::int64_t>(), *high = range.high.as<std::int64_t>();
  const std::int64_t from = low == nullptr ? std::numeric_limits<std::int64_t>::min() : *low;
  const std::int64_t to = high == nullptr ? std::numeric_limits<std::int64_t>::max() : *high;
  if (from > to) return std::optional<as::IndexRange>{};
  return std::optional{as::IndexRange{bin, as::Value{from}, as::Value{to}}};
}

class AerospikeStore final : public Store {
 public:
  AerospikeStore(as::Client& client, std::string name_space) : client_(client), name_space_(std::move(name_space)) {}

  Task<Result<Record>> get(Key key, std::vector<std::string> bins, ReadOptions options) override {
    if (auto good = check_names(key); !good) co_return good.error();
    if (is_past(options.deadline)) co_return past_deadline();
    as::ReadOptions reading;
    reading.deadline = options.deadline;
    as::Key at = to_key(std::move(key));
    auto found = co_await client_.get(std::move(at), std::move(bins), std::move(reading));
    if (!found) co_return found.error();
    co_return to_record(std::move(*found));
  }

  Task<Result<std::vector<std::optional<Record>>>> get_many(std::vector<Key> keys, ReadOptions options) override {
    if (keys.size() > kMaxBatchKeys) co_return Error{ErrorKind::TooLarge, "At most 1,000 records are read at once."};
    if (auto good = check_names(keys); !good) co_return good.error();
    if (is_past(options.deadline)) co_return past_deadline();
    std::vector<std::optional<Record>> records(keys.size());
    if (keys.empty()) co_return records;
    std::vector<as::Key> wanted;
    wanted.reserve(keys.size());
    for (auto& key : keys) wanted.push_back(to_key(std::move(key)));
    as::ReadOptions reading;
    reading.deadline = options.deadline;
    std::vector<std::string> all;
    auto found = co_await client_.get_many(name_space_, std::move(wanted), std::move(all), std::move(reading));
    if (!found) co_return found.error();
    for (std::size_t i = 0; i < found->size() && i < records.size(); ++i)
      if ((*found)[i]) records[i] = to_record(std::move(*(*found)[i]));
    co_return records;
  }

  Task<Result<bool>> exists(Key key, ReadOptions options) override {
    if (auto good = check_names(key); !good) co_return good.error();
    if (is_past(options.deadline)) co_return past_deadline();
    as::ReadOptions reading;
    reading.deadline = options.deadline;
    as::Key at = to_key(std::move(key));
    co_return co_await client_.exists(std::move(at), std::move(reading));
  }

  Task<Result<std::uint32_t>> put(Key key, Bins bins, WriteOptions options) override {
    Change change = Change::put(std::move(key), std::move(bins), options);
    if (auto good = check_names(change); !good) co_return good.error();
    if (is_past(change.deadline)) co_return past_deadline();
    if (size_of(change.bins) > kMaxRecordBytes) co_return too_large();
    std::vector<as::Bin> named;
    named.reserve(change.bins.size());
    for (auto& [name, value] : change.bins) {
      // A replaced record lacks what is not named; the servers refuse to be told so.
      if (change.mode == WriteMode::Replace && value.is_nil()) continue;
      named.push_back(as::Bin{name, to_aerospike(std::move(value))});
    }
    as::WriteOptions writing = to_options(change);
    as::Key at = to_key(std::move(change.key));
    co_return co_await client_.put(std::move(at), std::move(named), std::move(writing));
  }

  Task<Result<std::vector<Result<std::uint32_t>>>> put_many(std::vector<Put> puts) override {
    if (auto good = check_puts(puts); !good) co_return good.error();
    std::vector<Result<std::uint32_t>> results;
    results.reserve(puts.size());
    for (std::size_t first = 0; first < puts.size(); first += kPutsAtOnce) {
      std::vector<Task<Result<std::uint32_t>>> tasks;
      for (std::size_t i = first; i < std::min(first + kPutsAtOnce, puts.size()); ++i)
        tasks.push_back(put(std::move(puts[i].key), std::move(puts[i].bins), std::move(puts[i].options)));
      auto part = co_await gather(std::move(tasks));
      std::ranges::move(part, std::back_inserter(results));
    }
    co_return results;
  }

  Task<Result<Operated>> operate(Key key, std::vector<Op> ops, OperateOptions options) override {
    Change change = Change::operate(std::move(key), std::move(ops), std::move(options));
    if (auto good = check_names(change); !good) co_return good.error();
    if (is_past(change.deadline)) co_return past_deadline();
    auto filter = to_filter(change.only_if);
    if (!filter) co_return filter.error();
    as::WriteOptions writing = to_options(change);
    writing.only_if = std::move(*filter);
    // The cluster asks no conditions of a record that it creates: where they would not hold, it shall not create one.
    const bool must_exist = change.mode == WriteMode::Upsert && !hold_of_nothing(change.only_if);
    if (must_exist) writing.mode = as::WriteMode::UpdateOnly;
    std::vector<Op::Kind> kinds;
    bool writes_something = false;
    for (const auto& op : change.ops) {
      if (op.kind == Op::Kind::Add && op.value.as<std::int64_t>() == nullptr && op.value.as<double>() == nullptr)
        co_return Error{ErrorKind::Conflict, "bin '" + op.bin + "' cannot be added to by what is no number"};
      kinds.push_back(op.kind);
      writes_something = writes_something || writes(op.kind);
    }
    std::vector<as::Operation> operations = to_operations(std::move(change.ops));
    if (change.ttl && !writes_something) operations.push_back(as::Operation::touch());
    as::Key at = to_key(std::move(change.key));
    auto done = co_await client_.operate(std::move(at), std::move(operations), std::move(writing));
    if (!done && must_exist) co_return as_condition(done.error());
    if (!done) co_return done.error();
    auto results = to_results(kinds, std::move(done->bins));
    if (!results) co_return results.error();
    Operated operated;
    operated.results = std::move(*results);
    operated.generation = done->generation;
    co_return operated;
  }

  Task<Result<bool>> remove(Key key, WriteOptions options) override {
    Change change = Change::remove(std::move(key), options);
    if (auto good = check_names(change); !good) co_return good.error();
    if (is_past(change.deadline)) co_return past_deadline();
    as::WriteOptions writing = to_options(change);
    as::Key at = to_key(std::move(change.key));
    co_return co_await client_.remove(std::move(at), std::move(writing));
  }

  Task<Result<Page>> scan(std::string set, std::string cursor, std::size_t limit, ReadOptions options) override {
    if (auto good = check_set(set); !good) co_return good.error();
    as::Query query;
    query.name_space = name_space_;
    query.set = std::move(set);
    co_return co_await page(std::move(query), std::move(cursor), limit, options);
  }

  Task<Result<Page>> find(std::string set, std::string bin, IndexRange range, std::string cursor, std::size_t limit,
                          ReadOptions options) override {
    if (auto good = check_set(set); !good) co_return good.error();
    if (auto good = check_bin(bin); !good) co_return good.error();
    auto asked = to_range(bin, range);
    if (!asked) co_return asked.error();
    if (!*asked) co_return Page{};
    as::Query query;
    query.name_space = name_space_;
    query.set = std::move(set);
    query.range = std::move(**asked);
    co_return co_await page(std::move(query), std::move(cursor), limit, options);
  }

  Task<Result<void>> ensure_index(std::string set, std::string bin, IndexType type) override {
    if (auto good = check_set(set); !good) co_return good.error();
    if (auto good = check_bin(bin); !good) co_return good.error();
    as::Index index;
    index.name = index_name(set, bin);
    index.name_space = name_space_;
    index.set = std::move(set);
    index.bin = std::move(bin);
    index.type = type == IndexType::Integer ? as::IndexType::Integer : as::IndexType::String;
    auto made = co_await client_.create_index(std::move(index), deadline_in(kIndexPatience));
    if (!made && made.error().kind == ErrorKind::AlreadyExists)
      co_return Error{ErrorKind::Conflict, "There is an index of another type on this bin."};
    co_return made;
  }

  Task<Result<HealthReport>> health() override {
    HealthReport report;
    report.engine = "aerospike";
    std::size_t blocked = 0;
    const auto nodes = client_.nodes();
    for (const auto& node : nodes) blocked += node.blocked ? 1 : 0;
    if (nodes.empty() || blocked == nodes.size()) {
      report.health = Health::Down;
      report.detail = "No node of the cluster answers.";
    } else if (blocked > 0) {
      report.health = Health::Degraded;
      report.detail = std::to_string(blocked) + " of " + std::to_string(nodes.size()) + " nodes do not answer.";
    }
    co_return report;
  }

  Task<Result<Stats>> stats() override {
    const std::string sets = "sets/" + name_space_, whole = "namespace/" + name_space_;
    std::string commands = sets + "\n" + whole + "\n";
    auto answers = co_await client_.info_all(std::move(commands), deadline_in(kDefaultTimeout));
    if (!answers) co_return answers.error();
    std::map<std::string, SetStats> by_name;
    std::int64_t copies = 1;
    for (const auto& [node, said] : *answers) {
      if (const auto found = said.find(whole); found != said.end())
        copies = std::max(copies, number_at(as::parse_settings(found->second), "effective_replication_factor"));
      if (const auto found = said.find(sets); found != said.end()) add_sets(found->second, by_name);
    }
    Stats stats;
    stats.name_space = name_space_;
    for (auto& [name, set] : by_name) {
      set.records /= copies;
      set.bytes /= copies;
      if (set.records > 0) stats.sets.push_back(set);
    }
    co_return stats;
  }

 private:
  as::Key to_key(Key key) const { return {name_space_, std::move(key.set), std::move(key.id)}; }

  static Error too_large() { return {ErrorKind::TooLarge, "A record is at most 1 MiB."}; }

  static as::WriteOptions to_options(const Change& change) {
    as::WriteOptions writing;
    writing.mode = on_the_wire(change.mode);
    writing.generation = change.expect_generation;
    writing.ttl_seconds = ttl_seconds(change.ttl);
    writing.deadline = change.deadline;
    return writing;
  }

  static Error as_condition(Error error) {
    if (error.kind != ErrorKind::NotFound) return error;
    return {ErrorKind::ConditionFailed, "There is no such record, of which the condition could hold."};
  }

  static void add_sets(std::string_view text, std::map<std::string, SetStats>& by_name) {
    while (!text.empty()) {
      const std::string_view part = text.substr(0, text.find(';'));
      text.remove_prefix(std::min(text.size(), part.size() + 1));
      const Settings set = as::parse_settings(part, ':');
      const auto name = set.find("set");
      if (name == set.end() || name->second.empty()) continue;
      SetStats& stats = by_name[name->second];
      stats.set = name->second;
      stats.records += number_at(set, "objects");
      stats.bytes += number_at(set, "data_used_bytes");
    }
  }

  Task<Result<Page>> page(as::Query query, std::string cursor, std::size_t limit, ReadOptions options) {
    if (is_past(options.deadline)) co_return past_deadline();
    as::ReadOptions reading;
    reading.deadline = options.deadline;
    const std::string set = query.set;
    const std::size_t most = std::clamp<std::size_t>(limit, 1, kMaxPageRecords);
    auto found = co_await client_.query_page(std::move(query), std::move(cursor), most, std::move(reading));
    if (!found) co_return found.error();
    Page page;
    page.cursor = std::move(found->cursor);
    page.entries.reserve(found->entries.size());
    for (auto& each : found->entries) {
      if (each.id.empty()) continue;  // written by somebody else's program, without its key
      page.entries.push_back(Entry{Key{set, std::move(each.id)}, to_record(std::move(each.record))});
    }
    co_return page;
  }

  as::Client& client_;
  const std::string name_space_;
};

}  // namespace

std::unique_ptr<Store> make_aerospike_store(as::Client& client, std::string name_space) {
  return std::make_unique<AerospikeStore>(client, std::move(name_space));
}

}  // namespace qm::kv
