#include "platform/kv/record_change.hpp"

#include <algorithm>
#include <array>
#include <compare>

namespace qm::kv {

namespace {

Error conflict(const Op& op, const char* wanted) {
  return {ErrorKind::Conflict, "bin '" + op.bin + "' is not " + wanted};
}

// Numbers compare as numbers, texts bytewise; everything else only for equality.
std::optional<std::partial_ordering> compare(const Value& a, const Value& b) {
  const auto number = [](const Value& v) -> std::optional<double> {
    if (const auto* i = v.as<std::int64_t>()) return static_cast<double>(*i);
    if (const auto* d = v.as<double>()) return *d;
    return std::nullopt;
  };
  if (const auto *x = a.as<std::int64_t>(), *y = b.as<std::int64_t>(); x != nullptr && y != nullptr) return *x <=> *y;
  if (const auto x = number(a), y = number(b); x && y) return *x <=> *y;
  if (const auto *x = a.as<std::string>(), *y = b.as<std::string>(); x != nullptr && y != nullptr) return *x <=> *y;
  if (a == b) return std::partial_ordering::equivalent;
  return std::nullopt;
}

// The bin as a T to change in place, made when missing; nullptr when it is of another type.
template <class T>
T* change_in_place(Bins& bins, const std::string& bin) {
  Value& value = bins[bin];
  if (value.is_nil()) value = T{};
  return value.as<T>();
}

void set_bin(Bins& bins, const std::string& name, Value value) {
  if (value.is_nil()) {
    bins.erase(name);
  } else {
    bins[name] = std::move(value);
  }
}

Result<Value> add(Bins& bins, const Op& op) {
  Value& bin = bins[op.bin];
  if (const auto* by = op.value.as<std::int64_t>()) {
    if (bin.is_nil()) bin = std::int64_t{0};
    if (auto* sum = bin.as<std::int64_t>()) {
      if (__builtin_add_overflow(*sum, *by, sum))
        return Error{ErrorKind::Conflict, "bin '" + op.bin + "' would exceed 64 bits"};
      return bin;
    }
  } else if (const auto* real = op.value.as<double>()) {
    if (bin.is_nil()) bin = 0.0;
    if (auto* sum = bin.as<double>()) {
      *sum += *real;
      return bin;
    }
  }
  return conflict(op, "a number of this kind");
}

// Values of unlike types stand in the order that a cluster gives types, so that any map has one order.
int type_rank(const Value& value) {
  constexpr std::array kRanks{0, 1, 2, 7, 3, 6, 4, 5};  // nil, bool, int64, double, string, bytes, list, map
  static_assert(kRanks.size() == std::variant_size_v<Value::Variant>);
  return kRanks[value.variant().index()];
}

bool ranks_below(const Value& a, const Value& b) {
  if (type_rank(a) != type_rank(b)) return type_rank(a) < type_rank(b);
  if (const auto *x = a.as<bool>(), *y = b.as<bool>(); x != nullptr && y != nullptr) return *x < *y;
  if (const auto *x = a.as<Bytes>(), *y = b.as<Bytes>(); x != nullptr && y != nullptr) return x->data < y->data;
  return compare(a, b) == std::partial_ordering::less;
}

Result<Value> by_rank(const Map& map, std::int64_t rank) {
  std::vector<const Map::value_type*> ordered;
  ordered.reserve(map.size());
  for (const auto& entry : map) ordered.push_back(&entry);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto* a, const auto* b) { return ranks_below(a->second, b->second); });
  if (rank < 0) rank += static_cast<std::int64_t>(ordered.size());
  if (rank < 0 || rank >= static_cast<std::int64_t>(ordered.size())) return Value{};
  const auto* found = ordered[static_cast<std::size_t>(rank)];
  return Value{List{Value{found->first}, found->second}};
}

Result<Value> read_step(const Bins& bins, const Op& op) {
  const auto found = bins.find(op.bin);
  const Value none;
  const Value& bin = found == bins.end() ? none : found->second;
  if (op.kind == Op::Kind::Read) return bin;
  const Map empty;
  const Map* map = bin.is_nil() ? &empty : bin.as<Map>();
  if (map == nullptr) return conflict(op, "a map");
  if (op.kind == Op::Kind::MapSize) return Value{static_cast<std::int64_t>(map->size())};
  if (op.kind == Op::Kind::MapByRank) {
    const auto* rank = op.value.as<std::int64_t>();
    return by_rank(*map, rank == nullptr ? 0 : *rank);
  }
  const auto entry = map->find(op.key);
  return entry == map->end() ? Value{} : entry->second;
}

Result<Value> write_step(Bins& bins, const Op& op) {
  switch (op.kind) {
    case Op::Kind::Set: set_bin(bins, op.bin, op.value); return Value{};
    case Op::Kind::Add: return add(bins, op);
    case Op::Kind::Append:
    case Op::Kind::TrimKeepLast: {
      auto* list = change_in_place<List>(bins, op.bin);
      if (list == nullptr) return conflict(op, "a list");
      if (op.kind == Op::Kind::Append) {
        list->push_back(op.value);
      } else {
        const auto* keep = op.value.as<std::int64_t>();
        const auto wanted = static_cast<std::size_t>(keep == nullptr ? 0 : std::max<std::int64_t>(0, *keep));
        if (list->size() > wanted) list->erase(list->begin(), list->end() - static_cast<std::ptrdiff_t>(wanted));
      }
      return Value{static_cast<std::int64_t>(list->size())};
    }
    case Op::Kind::MapPut:
    case Op::Kind::MapRemove: {
      auto* map = change_in_place<Map>(bins, op.bin);
      if (map == nullptr) return conflict(op, "a map");
      if (op.kind == Op::Kind::MapPut) {
        (*map)[op.key] = op.value;
      } else {
        map->erase(op.key);
      }
      return Value{static_cast<std::int64_t>(map->size())};
    }
    default: return read_step(bins, op);
  }
}

Result<void> check_mode(const Record* live, const Change& change) {
  if (change.mode == WriteMode::CreateOnly && live != nullptr)
    return Error{ErrorKind::AlreadyExists, "There is such a record already."};
  if (change.mode == WriteMode::UpdateOnly && live == nullptr) return not_found("There is no such record.");
  if (change.expect_generation) {
    const std::uint32_t generation = live == nullptr ? 0 : live->generation;
    if (generation != *change.expect_generation)
      return Error{ErrorKind::GenerationMismatch, "The record has changed meanwhile."};
  }
  return {};
}

void set_ttl(Record& record, const Change& change, Timestamp now) {
  if (!change.ttl) return;
  record.expires_at =
      change.ttl->count() == 0 ? std::optional<Timestamp>{} : std::optional<Timestamp>{now + *change.ttl};
}

Error invalid_name(const std::string& what) {
  return {ErrorKind::Invalid, what, std::chrono::seconds{0}, {{{"key"}, what, "value_error.key"}}};
}
Error too_deep(const std::string& bin) { return invalid_name("the value of bin '" + bin + "' is nested too deep"); }

bool is_at_most_deep(const Value& value, std::size_t levels) {
  if (const auto* list = value.as<List>()) {
    return levels > 0 && std::all_of(list->begin(), list->end(),
                                     [&](const Value& each) { return is_at_most_deep(each, levels - 1); });
  }
  if (const auto* map = value.as<Map>()) {
    return levels > 0 && std::all_of(map->begin(), map->end(),
                                     [&](const auto& each) { return is_at_most_deep(each.second, levels - 1); });
  }
  return true;
}

}  // namespace

Change Change::put(Key key, Bins bins, const WriteOptions& options) {
  Change change;
  change.key = std::move(key);
  change.bins = std::move(bins);
  change.mode = options.mode;
  change.expect_generation = options.expect_generation;
  change.ttl = options.ttl;
  change.durable = options.durable;
  change.deadline = options.deadline;
  return change;
}

Change Change::operate(Key key, std::vector<Op> ops, OperateOptions options) {
  Change change;
  change.kind = Kind::Operate;
  change.key = std::move(key);
  change.ops = std::move(ops);
  change.only_if = std::move(options.only_if);
  change.mode = options.mode;
  change.expect_generation = options.expect_generation;
  change.ttl = options.ttl;
  change.durable = options.durable;
  change.deadline = options.deadline;
  return change;
}

Change Change::remove(Key key, const WriteOptions& options) {
  Change change = put(std::move(key), {}, options);
  change.kind = Kind::Remove;
  return change;
}

bool is_live(const std::optional<Record>& record, Timestamp now) {
  return record && (!record->expires_at || *record->expires_at > now);
}

bool writes(Op::Kind kind) {
  switch (kind) {
    case Op::Kind::Read:
    case Op::Kind::MapGet:
    case Op::Kind::MapSize:
    case Op::Kind::MapByRank: return false;
    default: return true;
  }
}

bool fulfils(const Record* record, const Condition& condition) {
  const Value* bin = nullptr;
  if (record != nullptr) {
    const auto found = record->bins.find(condition.bin);
    if (found != record->bins.end() && !found->second.is_nil()) bin = &found->second;
  }
  if (condition.compare == Compare::Exists) return bin != nullptr;
  if (condition.compare == Compare::Missing) return bin == nullptr;
  const auto order = bin == nullptr ? std::nullopt : compare(*bin, condition.value);
  if (!order) return condition.compare == Compare::NotEqual;
  switch (condition.compare) {
    case Compare::Equal: return *order == 0;
    case Compare::NotEqual: return *order != 0;
    case Compare::Less: return *order < 0;
    case Compare::LessOrEqual: return *order <= 0;
    case Compare::Greater: return *order > 0;
    case Compare::GreaterOrEqual: return *order >= 0;
    default: return false;
  }
}

Result<Changed> apply(const std::optional<Record>& before, const Change& change, Timestamp now) {
  const Record* live = is_live(before, now) ? &*before : nullptr;
  Changed changed;
  changed.existed = live != nullptr;
  if (auto allowed = check_mode(live, change); !allowed) return allowed.error();
  for (const auto& condition : change.only_if) {
    if (!fulfils(live, condition))
      return Error{ErrorKind::ConditionFailed, "The condition on bin '" + condition.bin + "' does not hold."};
  }
  if (change.kind == Change::Kind::Remove) {
    changed.written = before.has_value();
    return changed;
  }
  Record after = live == nullptr || change.mode == WriteMode::Replace ? Record{} : *live;
  after.generation = live == nullptr ? 0 : live->generation;
  if (live != nullptr) after.expires_at = live->expires_at;
  if (change.kind == Change::Kind::Put) {
    for (const auto& [name, value] : change.bins) set_bin(after.bins, name, value);
    changed.written = true;
  } else {
    for (const auto& op : change.ops) {
      const bool writing = writes(op.kind);
      auto result = writing ? write_step(after.bins, op) : read_step(after.bins, op);
      if (!result) return result.error();
      changed.results.push_back(std::move(*result));
      changed.written = changed.written || writing;
    }
    changed.written = changed.written || change.ttl.has_value();
    if (!changed.written && live == nullptr) return not_found("There is no such record.");
  }
  if (changed.written) {
    ++after.generation;
    set_ttl(after, change, now);
    if (size_of(after.bins) > kMaxRecordBytes) return Error{ErrorKind::TooLarge, "A record is at most 1 MiB."};
  }
  changed.generation = after.generation;
  if (!after.bins.empty()) changed.record = std::move(after);
  return changed;
}

Result<void> check_set(const std::string& set) {
  if (set.empty() || set.size() > kMaxSetBytes || set.find('\0') != std::string::npos) {
    return invalid_name("a set's name is 1 to 63 bytes without NUL");
  }
  return {};
}

Result<void> check_bin(const std::string& bin) {
  if (bin.empty() || bin.size() > kMaxBinNameBytes || bin.find('\0') != std::string::npos) {
    return invalid_name("a bin's name is 1 to 15 bytes without NUL");
  }
  return {};
}

Result<void> check_names(const Key& key) {
  if (auto set = check_set(key.set); !set) return set.error();
  if (key.id.empty() || key.id.size() > kMaxKeyBytes) return invalid_name("a record's id is 1 to 512 bytes");
  return {};
}

Result<void> check_names(const std::vector<Key>& keys) {
  for (const auto& key : keys) {
    if (auto good = check_names(key); !good) return good.error();
  }
  return {};
}

namespace {

Result<void> check_bins(const Bins& bins) {
  for (const auto& [bin, value] : bins) {
    if (auto good = check_bin(bin); !good) return good.error();
    if (!is_at_most_deep(value, kMaxDepth)) return too_deep(bin);
  }
  return {};
}

Error no_bins() { return invalid_name("a record has at least one bin"); }

}  // namespace

Result<void> check_puts(const std::vector<Put>& puts) {
  if (puts.size() > kMaxBatchKeys) return Error{ErrorKind::TooLarge, "At most 1000 records are written at once."};
  for (const Put& each : puts) {
    if (auto key = check_names(each.key); !key) return key.error();
    if (each.bins.empty()) return no_bins();
    if (auto good = check_bins(each.bins); !good) return good.error();
  }
  return {};
}

Result<void> check_names(const Change& change) {
  if (auto key = check_names(change.key); !key) return key.error();
  if (change.kind == Change::Kind::Put && change.bins.empty()) return no_bins();
  for (const auto& condition : change.only_if) {
    if (auto good = check_bin(condition.bin); !good) return good.error();
    const bool compares = condition.compare != Compare::Exists && condition.compare != Compare::Missing;
    const Value& with = condition.value;
    if (compares && (with.is_nil() || with.as<List>() != nullptr || with.as<Map>() != nullptr))
      return invalid_name("a condition compares with a bool, a number, a text or bytes");
  }
  if (auto good = check_bins(change.bins); !good) return good.error();
  for (const auto& op : change.ops) {
    if (auto good = check_bin(op.bin); !good) return good.error();
    const bool into = op.kind == Op::Kind::Append || op.kind == Op::Kind::MapPut;
    if (!is_at_most_deep(op.value, into ? kMaxDepth - 1 : kMaxDepth)) return too_deep(op.bin);
  }
  return {};
}

std::size_t size_of(const Value& value) {
  constexpr std::size_t kOverhead = 5;  // MessagePack's longest prefix of a string, list or map
  if (const auto* text = value.as<std::string>()) return kOverhead + text->size();
  if (const auto* bytes = value.as<Bytes>()) return kOverhead + bytes->data.size();
  std::size_t sum = 9;
  if (const auto* list = value.as<List>()) {
    for (const auto& element : *list) sum += size_of(element);
  } else if (const auto* map = value.as<Map>()) {
    for (const auto& [key, element] : *map) sum += kOverhead + key.size() + size_of(element);
  }
  return sum;
}

std::size_t size_of(const Bins& bins) {
  std::size_t sum = 0;
  for (const auto& [name, value] : bins) sum += 1 + name.size() + size_of(value);
  return sum;
}

void select_bins(Record& record, const std::vector<std::string>& names) {
  if (names.empty()) return;
  std::erase_if(record.bins,
                [&](const auto& bin) { return std::find(names.begin(), names.end(), bin.first) == names.end(); });
}

}  // namespace qm::kv
