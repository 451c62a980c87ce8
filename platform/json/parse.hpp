// JSON text → described structs. Every fault of the input is listed, each with its exact place.
#pragma once
#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>

#include <boost/json/value.hpp>
#include <boost/mp11/algorithm.hpp>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/result.hpp"
#include "platform/json/describe.hpp"
#include "platform/json/type_traits.hpp"

namespace qm::json {

inline constexpr std::size_t kMaxDepth = 32;

// The document of `text`, or Invalid with one fault: loc [`root`], type value_error.jsondecode, and the byte offset
// in msg. Refuses nesting over kMaxDepth, invalid UTF-8, and a member given twice.
Result<boost::json::value> parse_document(std::string_view text, std::string_view root = "body");

// Where the reader stands in the input, and the faults so far. The way is spelled out for a fault only: most input has
// none.
class Reader {
 public:
  explicit Reader(std::string root) : root_(std::move(root)) { at_.reserve(8); }

  void fault(std::string message, std::string type);
  void enter(std::string_view name) { at_.push_back({name, 0}); }  // `name` lives until leave()
  void enter(std::size_t index) { at_.push_back({{}, index}); }    // of a list
  void leave() { at_.pop_back(); }
  std::vector<Fault>& faults() { return faults_; }

 private:
  struct Step {
    std::string_view name;  // without data: `index`
    std::size_t index;
  };
  std::string root_;
  std::vector<Step> at_;
  std::vector<Fault> faults_;
};

void check_limit(const Range& limit, double value, Reader& reader);
void check_limit(const Length& limit, std::size_t size, bool text, Reader& reader);
void check_limit(const OneOf& limit, std::string_view text, Reader& reader);
void check_limit(const Email&, std::string_view text, Reader& reader);
void check_limit(const Identifier&, std::string_view text, Reader& reader);

template <class Limit, class T>
void check(const Limit& limit, const T& value, Reader& reader) {
  if constexpr (is_optional_v<T>) {
    if (value) check(limit, *value, reader);
  } else if constexpr (std::is_same_v<Limit, Range>) {
    if constexpr (std::is_same_v<T, Amount>) {
      check_limit(limit, static_cast<double>(value.minor) / 100.0, reader);
    } else if constexpr (std::is_arithmetic_v<T>) {
      check_limit(limit, static_cast<double>(value), reader);
    }
  } else if constexpr (std::is_same_v<Limit, Length>) {
    check_limit(limit, value.size(), std::is_same_v<T, std::string>, reader);
  } else if constexpr (std::is_same_v<Limit, OneOf> || std::is_same_v<Limit, Email> ||
                       std::is_same_v<Limit, Identifier>) {
    if constexpr (is_list_v<T>) {
      for (const auto& element : value) check_limit(limit, element, reader);
    } else {
      check_limit(limit, value, reader);
    }
  }
}

// --- values ----------------------------------------------------------------------------------------------------------

void read(const boost::json::value& json, bool& out, Reader& reader);
void read(const boost::json::value& json, double& out, Reader& reader);
void read(const boost::json::value& json, std::string& out, Reader& reader);
void read(const boost::json::value& json, Amount& out, Reader& reader);
void read(const boost::json::value& json, Timestamp& out, Reader& reader);
// An integer within [low, high]; 3.0 counts as 3.
std::optional<std::int64_t> read_integer(const boost::json::value& json, std::int64_t low, std::int64_t high,
                                         Reader& reader);

template <class T>
void read_value(const boost::json::value& json, T& out, Reader& reader);

template <class Enum>
bool enum_from_text(std::string_view text, Enum& out) {
  bool found = false;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto each) {
    if (!found && text == each.name) {
      out = each.value;
      found = true;
    }
  });
  return found;
}

template <class Enum>
std::string enum_names() {
  std::string names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto each) {
    names += (names.empty() ? "'" : ", '") + std::string{each.name} + "'";
  });
  return names;
}

template <class Enum>
void read_enum_text(std::string_view text, Enum& out, Reader& reader) {
  if (!enum_from_text(text, out)) {
    reader.fault("value is not one of " + enum_names<Enum>(), "type_error.enum");
  }
}

template <class Struct>
void read_struct(const boost::json::value& json, Struct& out, Reader& reader) {
  const auto* object = json.if_object();
  if (object == nullptr) return reader.fault("value is not an object", "type_error.dict");
  const auto& limits = limits_of<Struct>();
  for_each_member<Struct>([&](std::string_view name, auto member) {
    auto& target = out.*member;
    using Member = std::remove_reference_t<decltype(target)>;
    reader.enter(name);
    const auto* value = object->if_contains(name);
    if (value != nullptr && value->is_null() && is_optional_v<Member>) value = nullptr;
    if (value == nullptr) {
      if (!is_optional_v<Member> && !is_defaulted(limits, member))
        reader.fault("field required", "value_error.missing");
    } else {
      const std::size_t before = reader.faults().size();
      read_value(*value, target, reader);
      if (reader.faults().size() == before) {
        for_each_limit(limits, member, [&](const auto& limit) { check(limit, target, reader); });
      }
    }
    reader.leave();
  });
}

template <class T>
void read_value(const boost::json::value& json, T& out, Reader& reader) {
  if constexpr (std::is_same_v<T, boost::json::value>) {
    out = json;
  } else if constexpr (std::is_same_v<T, Unread>) {
    out.json = &json;
  } else if constexpr (is_optional_v<T>) {
    if (json.is_null()) {
      out.reset();
    } else {
      typename T::value_type inner{};
      read_value(json, inner, reader);
      out.emplace(std::move(inner));
    }
  } else if constexpr (std::is_enum_v<T>) {
    const auto* text = json.if_string();
    if (text == nullptr) return reader.fault("value is not a string", "type_error.str");
    read_enum_text(*text, out, reader);
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    constexpr auto high = std::cmp_less(std::numeric_limits<std::int64_t>::max(), std::numeric_limits<T>::max())
                              ? std::numeric_limits<std::int64_t>::max()
                              : static_cast<std::int64_t>(std::numeric_limits<T>::max());
    if (auto number = read_integer(json, static_cast<std::int64_t>(std::numeric_limits<T>::min()), high, reader)) {
      out = static_cast<T>(*number);
    }
  } else if constexpr (is_id_v<T>) {
    std::string text;
    const std::size_t before = reader.faults().size();
    read(json, text, reader);
    if (reader.faults().size() == before) read_id(text, out, reader);
  } else if constexpr (is_list_v<T>) {
    const auto* array = json.if_array();
    if (array == nullptr) return reader.fault("value is not a list", "type_error.list");
    out.clear();
    out.reserve(array->size());
    for (std::size_t i = 0; i < array->size(); ++i) {
      reader.enter(i);
      read_value((*array)[i], out.emplace_back(), reader);
      reader.leave();
    }
  } else if constexpr (is_text_map_v<T>) {
    const auto* object = json.if_object();
    if (object == nullptr) return reader.fault("value is not an object", "type_error.dict");
    out.clear();
    for (const auto& [key, value] : *object) {
      reader.enter(std::string_view{key.data(), key.size()});
      read_value(value, out[std::string{key}], reader);
      reader.leave();
    }
  } else if constexpr (boost::describe::has_describe_members<T>::value) {
    read_struct(json, out, reader);
  } else {
    read(json, out, reader);
  }
}

template <class T>
void read_id(std::string_view text, T& out, Reader& reader) {
  if (!is_valid_id(text)) {
    return reader.fault("an id is 1 to 128 characters of A-Z a-z 0-9 . _ @ + -", "value_error.id");
  }
  out = T{std::string{text}};
}

// --- from text, as in queries, paths and forms
// -------------------------------------------------------------------------

template <class T>
void read_text(std::string_view text, T& out, Reader& reader) {
  if constexpr (is_optional_v<T>) {
    typename T::value_type inner{};
    read_text(text, inner, reader);
    out = std::move(inner);
  } else if constexpr (std::is_same_v<T, std::string>) {
    out = text;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (text == "true" || text == "1") {
      out = true;
    } else if (text == "false" || text == "0") {
      out = false;
    } else {
      reader.fault("value could not be parsed to a boolean", "type_error.bool");
    }
  } else if constexpr (std::is_enum_v<T>) {
    read_enum_text(text, out, reader);
  } else if constexpr (is_id_v<T>) {
    read_id(text, out, reader);
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    read(boost::json::value{boost::json::string_view{text.data(), text.size()}}, out, reader);
  } else {
    static_assert(std::is_arithmetic_v<T> || std::is_same_v<T, Amount>, "no such parameter");
    constexpr bool integral = std::is_integral_v<T>;
    using Number = std::conditional_t<integral, T, double>;
    Number number{};
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool fits = failed == std::errc{} && end == text.data() + text.size();
    if constexpr (!integral) fits = fits && std::isfinite(number);
    if (!fits) {
      reader.fault(integral ? "value is not a valid integer" : "value is not a valid number",
                   integral ? "type_error.integer" : "type_error.float");
    } else if constexpr (std::is_same_v<T, Amount>) {
      read(boost::json::value(number), out, reader);
    } else {
      out = static_cast<T>(number);
    }
  }
}

// The whole way: text → T, or Invalid with all faults.
template <class T>
Result<T> from_value(const boost::json::value& json, std::string root = "body") {
  Reader reader{std::move(root)};
  T out{};
  read_value(json, out, reader);
  if (!reader.faults().empty()) return invalid(std::move(reader.faults()));
  return out;
}

template <class T>
Result<T> parse(std::string_view text, std::string root = "body") {
  auto document = parse_document(text, root);
  if (!document) return document.error();
  return from_value<T>(*document, std::move(root));
}

}  // namespace qm::json
