#include "platform/json/schema.hpp"

#include <boost/core/demangle.hpp>

namespace qm::json {

std::string type_name(const char* mangled) {
  const std::string full = boost::core::demangle(mangled);
  std::string name, word;
  for (const char c : full + "<") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      word += c;
    } else {
      if (c != ':' && c != ' ' && c != ')') name += word;  // only the last part of a qualified name
      word.clear();
    }
  }
  return name;
}

void show_limit(boost::json::object& schema, const Range& limit) {
  schema["minimum"] = limit.low;
  schema["maximum"] = limit.high;
}

void show_limit(boost::json::object& schema, const Length& limit) {
  const auto* type = schema.if_contains("type");
  const bool list = type != nullptr && *type == "array";
  schema[list ? "minItems" : "minLength"] = limit.low;
  schema[list ? "maxItems" : "maxLength"] = limit.high;
}

void show_limit(boost::json::object& schema, const OneOf& limit) {
  boost::json::array values;
  for (const auto& value : limit.values) values.emplace_back(value);
  auto* items = schema.if_contains("items");
  (items != nullptr && items->is_object() ? items->get_object() : schema)["enum"] = std::move(values);
}

void show_limit(boost::json::object& schema, const Email&) { schema["format"] = "email"; }
void show_limit(boost::json::object& schema, const Identifier&) { schema["pattern"] = "^[A-Za-z0-9._@+-]{1,128}$"; }
void show_limit(boost::json::object& schema, const Description& text) { schema["description"] = text.text; }
void show_limit(boost::json::object&, const Defaulted&) {}

}  // namespace qm::json
