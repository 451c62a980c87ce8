// What the parser, the printer and the schema ask of a type.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>

#include "platform/core/id.hpp"
#include "platform/json/describe.hpp"

namespace qm::json {

template <class T> inline constexpr bool is_optional_v = false;
template <class T> inline constexpr bool is_optional_v<std::optional<T>> = true;
template <class T> inline constexpr bool is_optional_v<Nullable<T>> = true;
template <class T> inline constexpr bool is_nullable_v = false;
template <class T> inline constexpr bool is_nullable_v<Nullable<T>> = true;
template <class T> inline constexpr bool is_list_v = false;
template <class T> inline constexpr bool is_list_v<std::vector<T>> = true;
template <class T> inline constexpr bool is_text_map_v = false;
template <class T, class C> inline constexpr bool is_text_map_v<std::map<std::string, T, C>> = true;
template <class T> inline constexpr bool is_id_v = false;
template <class Tag> inline constexpr bool is_id_v<Id<Tag>> = true;

template <class T>
concept HasConstraints = requires(const T* none) { constraints(none); };

// The tuple of Fields that constraints() declares; empty without one. Made once per type.
template <class T>
const auto& limits_of() {
  if constexpr (HasConstraints<T>) {
    static const auto limits = constraints(static_cast<const T*>(nullptr));
    return limits;
  } else {
    static const std::tuple<> none;
    return none;
  }
}

// Calls f(name, pointer to member) for every described member, those of described bases first.
template <class T, class F>
void for_each_member(F&& f) {
  boost::mp11::mp_for_each<
      boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>>(
      [&](auto each) { f(std::string_view{each.name}, each.pointer); });
}

// Calls f(limit) for every limit that was declared for this member.
template <class Limits, class Pointer, class F>
void for_each_limit(const Limits& limits, Pointer member, F&& f) {
  std::apply(
      [&](const auto&... field) {
        [[maybe_unused]] auto one = [&](const auto& declared) {
          if constexpr (std::is_same_v<std::remove_cvref_t<decltype(declared.member)>, Pointer>) {
            if (declared.member == member) std::apply([&](const auto&... limit) { (f(limit), ...); }, declared.limits);
          }
        };
        (one(field), ...);
      },
      limits);
}

template <class Limits, class Pointer>
bool is_defaulted(const Limits& limits, Pointer member) {
  bool found = false;
  for_each_limit(limits, member, [&](const auto& limit) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(limit)>, Defaulted>) found = true;
  });
  return found;
}

}  // namespace qm::json
