#include "platform/kv/aerospike_steps.hpp"

#include <algorithm>

#include "platform/kv/record_change.hpp"

namespace qm::kv {

namespace {

namespace as = aerospike;

std::string key_text(as::Value key) {
  if (auto* text = key.as<std::string>()) return std::move(*text);
  if (auto* bytes = key.as<as::Bytes>()) return std::move(bytes->data);
  if (const auto* number = key.as<std::int64_t>()) return std::to_string(*number);
  return {};
}

as::Operation add_to(const std::string& bin, const Value& by) {
  if (const auto* real = by.as<double>()) return as::Operation::add(bin, *real);
  const auto* number = by.as<std::int64_t>();
  return as::Operation::add(bin, number == nullptr ? std::int64_t{0} : *number);
}

std::int64_t number_of(const Op& step) {
  const auto* number = step.value.as<std::int64_t>();
  return number == nullptr ? 0 : *number;
}

// [key, value] of the only entry; nil of none.
Value only_entry(Value answer) {
  if (auto* map = answer.as<Map>(); map != nullptr && map->size() == 1)
    return Value{List{Value{map->begin()->first}, std::move(map->begin()->second)}};
  if (auto* list = answer.as<List>(); list != nullptr && list->size() == 2) return answer;
  return Value{};
}

std::optional<as::Compare> on_the_wire(Compare compare) {
  switch (compare) {
    case Compare::Equal: return as::Compare::Equal;
    case Compare::NotEqual: return as::Compare::NotEqual;
    case Compare::Less: return as::Compare::Less;
    case Compare::LessOrEqual: return as::Compare::LessOrEqual;
    case Compare::Greater: return as::Compare::Greater;
    case Compare::GreaterOrEqual: return as::Compare::GreaterOrEqual;
    case Compare::Exists:
    case Compare::Missing: return std::nullopt;
  }
  return std::nullopt;
}

// How many operations a step takes; the last one's answer is the step's.
std::size_t width(Op::Kind kind) {
  return kind == Op::Kind::Add || kind == Op::Kind::TrimKeepLast || kind == Op::Kind::MapRemove ? 2 : 1;
}

bool counts(Op::Kind kind) {
  return kind == Op::Kind::TrimKeepLast || kind == Op::Kind::MapRemove || kind == Op::Kind::MapSize;
}

}  // namespace

as::Value to_aerospike(Value value) {
  if (const auto* v = value.as<bool>()) return as::Value{*v};
  if (const auto* v = value.as<std::int64_t>()) return as::Value{*v};
  if (const auto* v = value.as<double>()) return as::Value{*v};
  if (auto* v = value.as<std::string>()) return as::Value{std::move(*v)};
  if (auto* v = value.as<Bytes>()) return as::Value{as::Bytes{std::move(v->data)}};
  if (auto* v = value.as<List>()) {
    as::List list;
    list.reserve(v->size());
    for (auto& each : *v) list.push_back(to_aerospike(std::move(each)));
    return as::Value{std::move(list)};
  }
  if (auto* v = value.as<Map>()) {
    as::Map map;
    map.reserve(v->size());
    for (auto& [key, each] : *v) map.emplace_back(as::Value{key}, to_aerospike(std::move(each)));
    return as::Value{std::move(map)};
  }
  return {};
}

Value from_aerospike(as::Value value) {
  if (const auto* v = value.as<bool>()) return Value{*v};
  if (const auto* v = value.as<std::int64_t>()) return Value{*v};
  if (const auto* v = value.as<double>()) return Value{*v};
  if (auto* v = value.as<std::string>()) return Value{std::move(*v)};
  if (auto* v = value.as<as::Bytes>()) return Value{Bytes{std::move(v->data)}};
  if (auto* v = value.as<as::List>()) {
    List list;
    list.reserve(v->size());
    for (auto& each : *v) list.push_back(from_aerospike(std::move(each)));
    return Value{std::move(list)};
  }
  if (auto* v = value.as<as::Map>()) {
    Map map;
    for (auto& [key, each] : *v) map.insert_or_assign(key_text(std::move(key)), from_aerospike(std::move(each)));
    return Value{std::move(map)};
  }
  return {};
}

Bins to_bins(std::vector<as::Bin> bins) {
  Bins made;
  for (auto& bin : bins) made.insert_or_assign(std::move(bin.name), from_aerospike(std::move(bin.value)));
  return made;
}

std::vector<as::Operation> to_operations(std::vector<Op> steps) {
  std::vector<as::Operation> made;
  made.reserve(steps.size() + 4);
  for (auto& step : steps) {
    const std::string& bin = step.bin;
    switch (step.kind) {
      case Op::Kind::Read: made.push_back(as::Operation::read(bin)); break;
      case Op::Kind::Set: made.push_back(as::Operation::write(bin, to_aerospike(std::move(step.value)))); break;
      case Op::Kind::Add:
        made.push_back(add_to(bin, step.value));
        made.push_back(as::Operation::read(bin));
        break;
      case Op::Kind::Append:
        made.push_back(as::Operation::list_append(bin, to_aerospike(std::move(step.value))));
        break;
      case Op::Kind::TrimKeepLast: {
        const auto keep = static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_of(step)));
        made.push_back(as::Operation::list_keep_last(bin, keep));
        made.push_back(as::Operation::list_size(bin));
        break;
      }
      case Op::Kind::MapPut:
        made.push_back(as::Operation::map_put(bin, as::Value{step.key}, to_aerospike(std::move(step.value))));
        break;
      case Op::Kind::MapRemove:
        made.push_back(as::Operation::map_remove_by_key(bin, as::Value{step.key}));
        made.push_back(as::Operation::map_size(bin));
        break;
      case Op::Kind::MapGet: made.push_back(as::Operation::map_get_by_key(bin, as::Value{step.key})); break;
      case Op::Kind::MapSize: made.push_back(as::Operation::map_size(bin)); break;
      case Op::Kind::MapByRank: made.push_back(as::Operation::map_get_by_rank_range(bin, number_of(step), 1)); break;
    }
  }
  return made;
}

Result<std::vector<Value>> to_results(const std::vector<Op::Kind>& steps, std::vector<as::Bin> answers) {
  std::vector<Value> results;
  results.reserve(steps.size());
  std::size_t next = 0;
  for (const Op::Kind kind : steps) {
    next += width(kind);
    if (next > answers.size()) return Error{ErrorKind::Internal, "The cluster answered fewer steps than were asked."};
    Value answer = from_aerospike(std::move(answers[next - 1].value));
    if (kind == Op::Kind::Set) answer = Value{};
    if (kind == Op::Kind::MapByRank) answer = only_entry(std::move(answer));
    if (counts(kind) && answer.is_nil()) answer = Value{0};
    results.push_back(std::move(answer));
  }
  return results;
}

Result<std::optional<as::Expression>> to_filter(const std::vector<Condition>& conditions) {
  std::vector<as::Expression> parts;
  for (const auto& condition : conditions) {
    const auto compare = on_the_wire(condition.compare);
    if (condition.compare == Compare::Exists) {
      parts.push_back(as::Expression::bin_exists(condition.bin));
    } else if (!compare) {
      parts.push_back(as::Expression::bin_missing(condition.bin));
    } else {
      parts.push_back(as::Expression::matches(condition.bin, *compare, to_aerospike(condition.value)));
    }
  }
  if (parts.empty()) return std::optional<as::Expression>{};
  if (parts.size() == 1) return std::optional{std::move(parts.front())};
  return std::optional{as::Expression::all_of(parts)};
}

}  // namespace qm::kv
