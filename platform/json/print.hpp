// Described structs → JSON text, written straight into a string.
#pragma once
#include <charconv>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "platform/core/clock.hpp"
#include "platform/json/describe.hpp"
#include "platform/json/type_traits.hpp"

namespace qm::json {

// With quotes; escapes what JSON asks for.
void print_text(std::string_view text, std::string& out);
// The shortest text that reads back as the same number; null for NaN and infinities, which JSON does not have.
void print_number(double number, std::string& out);
void print_amount(Amount amount, std::string& out);
void print_document(const boost::json::value& json, std::string& out);

template <class Enum>
std::string_view enum_name(Enum value) {
  return boost::describe::enum_to_string(value, "");
}

template <class T>
void print_to(const T& value, std::string& out) {
  if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, Amount>) {
    print_amount(value, out);
  } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    print_text(value, out);
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    print_text(to_rfc3339(value), out);
  } else if constexpr (std::is_same_v<T, boost::json::value>) {
    print_document(value, out);
  } else if constexpr (std::is_enum_v<T>) {
    print_text(enum_name(value), out);
  } else if constexpr (std::is_integral_v<T>) {
    char text[24];
    out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
  } else if constexpr (std::is_floating_point_v<T>) {
    print_number(value, out);
  } else if constexpr (is_id_v<T>) {
    print_text(value.str(), out);
  } else if constexpr (is_optional_v<T>) {
    if (value) {
      print_to(*value, out);
    } else {
      out += "null";
    }
  } else if constexpr (is_list_v<T>) {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i != 0) out += ',';
      print_to(static_cast<const typename T::value_type&>(value[i]), out);
    }
    out += ']';
  } else if constexpr (is_text_map_v<T>) {
    out += '{';
    bool first = true;
    for (const auto& [key, element] : value) {
      if (!first) out += ',';
      first = false;
      print_text(key, out);
      out += ':';
      print_to(element, out);
    }
    out += '}';
  } else {
    static_assert(boost::describe::has_describe_members<T>::value, "describe the struct first");
    out += '{';
    bool first = true;
    for_each_member<T>([&](std::string_view name, auto member) {
      const auto& element = value.*member;
      using Member = std::remove_cvref_t<decltype(element)>;
      if constexpr (is_optional_v<Member> && !is_nullable_v<Member>) {
        if (!element) return;
      }
      if (!first) out += ',';
      first = false;
      out += '"';
      out += name;
      out += "\":";
      print_to(element, out);
    });
    out += '}';
  }
}

template <class T>
std::string print(const T& value) {
  std::string out;
  print_to(value, out);
  return out;
}

}  // namespace qm::json
