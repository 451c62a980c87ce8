// Any text: a document that is taken reads back from its print as itself, and so does a struct; one that is refused
// names its faults.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>
#include <boost/json/value.hpp>

#include "platform/json/parse.hpp"
#include "platform/json/print.hpp"

namespace sample {

enum class Colour { red, green };
BOOST_DESCRIBE_ENUM(Colour, red, green)

struct ThingTag {
  static constexpr std::string_view prefix = "thing";
};

struct Part {
  int n = 0;
  std::optional<double> weight;
};
BOOST_DESCRIBE_STRUCT(Part, (), (n, weight))

struct Thing {
  qm::Id<ThingTag> id;
  std::string name;
  bool good = false;
  std::int64_t big = 0;
  std::uint8_t small = 0;
  qm::json::Amount price;
  qm::Timestamp at{};
  Colour colour = Colour::red;
  std::vector<Part> parts;
  std::map<std::string, double> by_name;
  std::optional<boost::json::value> any;
};
BOOST_DESCRIBE_STRUCT(Thing, (), (id, name, good, big, small, price, at, colour, parts, by_name, any))
inline auto constraints(const Thing*) {
  namespace json = qm::json;
  return json::fields(json::field(&Thing::name, json::defaulted(), json::length(0, 20)),
                      json::field(&Thing::good, json::defaulted()),
                      json::field(&Thing::big, json::defaulted(), json::range(-1e6, 1e18)),
                      json::field(&Thing::small, json::defaulted()), json::field(&Thing::price, json::defaulted()),
                      json::field(&Thing::at, json::defaulted()), json::field(&Thing::colour, json::defaulted()),
                      json::field(&Thing::parts, json::defaulted()), json::field(&Thing::by_name, json::defaulted()));
}

}  // namespace sample

namespace {

namespace bj = boost::json;

void must(bool holds) {
  if (!holds) std::abort();
}

// 2.0 is printed as 2, so numbers are the same when they are equal.
bool same(const bj::value& a, const bj::value& b) {
  if (a.is_number() && b.is_number()) return a == b || a.to_number<double>() == b.to_number<double>();
  if (a.kind() != b.kind()) return false;
  if (const auto* list = a.if_array()) {
    const auto& other = b.get_array();
    if (list->size() != other.size()) return false;
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (!same((*list)[i], other[i])) return false;
    }
    return true;
  }
  if (const auto* object = a.if_object()) {
    const auto& other = b.get_object();
    if (object->size() != other.size()) return false;
    for (const auto& [key, value] : *object) {
      const auto* found = other.if_contains(key);
      if (found == nullptr || !same(value, *found)) return false;
    }
    return true;
  }
  return a == b;
}

void expect_faults(const qm::Error& error) {
  must(error.kind == qm::ErrorKind::Invalid && !error.faults.empty());
  for (const auto& fault : error.faults)
    must(!fault.loc.empty() && fault.loc[0] == "body" && !fault.msg.empty() && !fault.type.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto document = qm::json::parse_document(text);
  if (!document) {
    expect_faults(document.error());
    return 0;
  }
  const std::string printed = qm::json::print(*document);
  const auto again = qm::json::parse_document(printed);
  must(again.has_value() && same(*document, *again));

  const auto thing = qm::json::from_value<sample::Thing>(*document);
  if (!thing) {
    expect_faults(thing.error());
    return 0;
  }
  const std::string shown = qm::json::print(*thing);
  const auto back = qm::json::parse<sample::Thing>(shown);
  must(back.has_value() && qm::json::print(*back) == shown);
  return 0;
}
