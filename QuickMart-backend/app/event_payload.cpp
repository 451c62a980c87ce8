#include "QuickMart-backend/app/event_payload.hpp"

#include <boost/json.hpp>
#include <boost/mp11/algorithm.hpp>

namespace qm::shop {
namespace {

namespace bj = boost::json;

template <class T>
inline constexpr bool is_maybe_v = false;
template <class T>
inline constexpr bool is_maybe_v<std::optional<T>> = true;

template <class T, class F>
void for_each_field(F&& f) {
  boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>(
      [&](auto each) { f(bj::string_view{each.name}, each.pointer); });
}

template <class T>
bj::value to_payload(const T& value) {
  if constexpr (is_maybe_v<T>) {
    return value ? to_payload(*value) : bj::value{};
  } else if constexpr (std::is_same_v<T, json::Amount>) {
    return value.minor;
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    return std::int64_t{value.time_since_epoch().count()};
  } else if constexpr (std::is_enum_v<T>) {
    return bj::string_view{boost::describe::enum_to_string(value, "")};
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    bj::array list;
    for (const auto& each : value) list.emplace_back(each);
    return list;
  } else if constexpr (boost::describe::has_describe_members<T>::value) {
    bj::object object;
    for_each_field<T>([&](bj::string_view name, auto member) {
      bj::value field = to_payload(value.*member);
      if (!field.is_null()) object[name] = std::move(field);
    });
    return object;
  } else {
    return bj::value(value);
  }
}

template <class T>
bool from_payload(const bj::value& payload, T& out) {
  if constexpr (is_maybe_v<T>) {
    return from_payload(payload, out.emplace());
  } else if constexpr (std::is_same_v<T, json::Amount>) {
    return payload.is_int64() && (out.minor = payload.get_int64(), true);
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    return payload.is_int64() && (out = Timestamp{std::chrono::milliseconds{payload.get_int64()}}, true);
  } else if constexpr (std::is_enum_v<T>) {
    return payload.is_string() && boost::describe::enum_from_string(payload.get_string().c_str(), out);
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    if (!payload.is_array()) return false;
    for (const auto& each : payload.get_array())
      if (!from_payload(each, out.emplace_back())) return false;
    return true;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return payload.is_string() && (out = payload.get_string().c_str(), true);
  } else if constexpr (std::is_same_v<T, double>) {
    return payload.is_number() && (out = payload.to_number<double>(), true);
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    return payload.is_int64() && (out = payload.get_int64(), true);
  } else {
    const auto* object = payload.if_object();
    bool whole = object != nullptr;
    for_each_field<T>([&](bj::string_view name, auto member) {
      const auto* field = whole ? object->if_contains(name) : nullptr;
      if (field != nullptr) whole = from_payload(*field, out.*member);
    });
    return whole;
  }
}

}  // namespace

std::string print_events(const std::vector<contracts::Event>& events) {
  bj::array list;
  for (const auto& event : events) list.push_back(to_payload(event));
  return bj::serialize(list);
}

Result<std::vector<contracts::Event>> parse_events(const std::string& payload) {
  boost::system::error_code failed;
  const auto document = bj::parse(payload, failed);
  const auto* list = failed ? nullptr : document.if_array();
  if (list == nullptr) return rejected("The job holds no events.");
  std::vector<contracts::Event> events;
  for (const auto& each : *list)
    if (!from_payload(each, events.emplace_back())) return rejected("The job holds an event that cannot be read.");
  return events;
}

}  // namespace qm::shop
