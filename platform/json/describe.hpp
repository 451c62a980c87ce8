// Plain structs described once, and the limits of their fields.
//
//   struct Login { std::string email; std::string password; std::optional<std::string> device; int page = 1; };
//   BOOST_DESCRIBE_STRUCT(Login, (), (email, password, device, page))
//   inline auto constraints(const Login*) {                          // found by argument-dependent look-up; optional
//     return json::fields(json::field(&Login::email, json::email()),
//                         json::field(&Login::password, json::length(8, 1024)),
//                         json::field(&Login::page, json::defaulted(), json::range(1, 10'000)));
//   }
//
// Meaning of a member's type when parsing and printing:
//   std::optional<T>      may be missing or null; left out when printed empty
//   Nullable<T>           may be missing or null; printed as null when empty
//   a field `defaulted()` may be missing: keeps the struct's initialiser
//   anything else         required
// Types: bool, integers, double, std::string, Amount (money, two decimals), Timestamp (RFC 3339), Id<Tag>, described
// enums (by name), std::vector, std::map<std::string, T>, described structs, boost::json::value (anything), Unread
// (anything, for later).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/describe.hpp>
#include <boost/json/value.hpp>

#include "platform/core/money.hpp"

namespace qm::json {

// An optional that is printed as null instead of being left out.
template <class T>
struct Nullable : std::optional<T> {
  using std::optional<T>::optional;
  using std::optional<T>::operator=;
  friend bool operator==(const Nullable& a, const Nullable& b) {
    return static_cast<const std::optional<T>&>(a) == static_cast<const std::optional<T>&>(b);
  }
};

// An amount of money on the wire: a JSON number with two decimals, exact. The currency is the shop's.
struct Amount {
  std::int64_t minor = 0;
  friend auto operator<=>(const Amount&, const Amount&) = default;
};
// A part of a document that is to be read by itself. Valid as long as the document.
struct Unread {
  const boost::json::value* json = nullptr;
};

inline Amount to_wire(Money money) { return {money.minor()}; }

// --- limits of a field; each shows in the JSON Schema too ---
struct Defaulted {};
struct Range { double low, high; };               // numbers and Amounts (in major units), both ends included
struct Length { std::size_t low, high; };         // bytes of a string, elements of a list or map
struct OneOf { std::vector<std::string> values; };
struct Email {};                                  // something@domain.tld, ≤ 254 bytes
struct Identifier {};                             // qm::is_valid_id
struct Description { std::string text; };         // for the schema only

inline Defaulted defaulted() { return {}; }
inline Range range(double low, double high) { return {low, high}; }
inline Length length(std::size_t low, std::size_t high) { return {low, high}; }
inline OneOf one_of(std::vector<std::string> values) { return {std::move(values)}; }
inline Email email() { return {}; }
inline Identifier identifier() { return {}; }
inline Description describe(std::string text) { return {std::move(text)}; }

template <class Struct, class Member, class... Limits>
struct Field {
  Member Struct::*member;
  std::tuple<Limits...> limits;
};
template <class Struct, class Member, class... Limits>
Field<Struct, Member, Limits...> field(Member Struct::*member, Limits... limits) {
  return {member, {std::move(limits)...}};
}
template <class... Fields>
std::tuple<Fields...> fields(Fields... each) {
  return {std::move(each)...};
}

}  // namespace qm::json
