// Fields of a record as domain values. A missing bin, or one of another type, is empty or the type's zero, so that
// records written before a field existed can still be read. Times are milliseconds, money is minor units.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"
#include "platform/kv/store.hpp"

namespace qm::kv {

class RecordFields {
 public:
  explicit RecordFields(const Record& record) : bins_(record.bins) {}
  explicit RecordFields(const Map& map) : bins_(map) {}

  bool has(std::string_view bin) const { return bins_.contains(bin); }
  std::string text(std::string_view bin) const { return find<std::string>(bin).value_or(""); }
  std::optional<std::string> maybe_text(std::string_view bin) const { return find<std::string>(bin); }
  std::int64_t integer(std::string_view bin) const { return find<std::int64_t>(bin).value_or(0); }
  std::optional<std::int64_t> maybe_integer(std::string_view bin) const { return find<std::int64_t>(bin); }
  bool flag(std::string_view bin) const { return find<bool>(bin).value_or(false); }
  // An engine may hand back a whole number as an integer.
  std::optional<double> maybe_number(std::string_view bin) const {
    if (auto exact = find<std::int64_t>(bin)) return static_cast<double>(*exact);
    return find<double>(bin);
  }
  double number(std::string_view bin) const { return maybe_number(bin).value_or(0); }
  Money money(std::string_view bin) const { return Money{integer(bin)}; }
  std::optional<Money> maybe_money(std::string_view bin) const {
    const auto minor = maybe_integer(bin);
    return minor ? std::optional{Money{*minor}} : std::nullopt;
  }
  Timestamp time(std::string_view bin) const { return Timestamp{std::chrono::milliseconds{integer(bin)}}; }
  std::optional<Timestamp> maybe_time(std::string_view bin) const {
    return has(bin) ? std::optional{time(bin)} : std::nullopt;
  }
  List list(std::string_view bin) const { return find<List>(bin).value_or(List{}); }
  Map map(std::string_view bin) const { return find<Map>(bin).value_or(Map{}); }
  std::vector<std::string> texts(std::string_view bin) const {
    std::vector<std::string> all;
    for (const Value& each : list(bin))
      if (const auto* text = each.as<std::string>()) all.push_back(*text);
    return all;
  }

 private:
  template <class T>
  std::optional<T> find(std::string_view bin) const {
    const auto it = bins_.find(bin);
    const T* value = it == bins_.end() ? nullptr : it->second.as<T>();
    return value ? std::optional<T>{*value} : std::nullopt;
  }

  const Bins& bins_;  // Map is the same type
};

inline Value to_value(Timestamp at) { return Value{std::int64_t{at.time_since_epoch().count()}}; }
inline Value to_value(Money amount) { return Value{amount.minor()}; }
template <class T>
Value to_value(const std::optional<T>& value) {
  if (!value) return {};
  if constexpr (requires { to_value(*value); }) return to_value(*value);
  else return Value{*value};
}
inline Value to_value(const std::vector<std::string>& texts) {
  List list;
  for (const auto& text : texts) list.emplace_back(text);
  return Value{std::move(list)};
}

}  // namespace qm::kv
