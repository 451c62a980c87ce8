// Values as bytes: as a bin carries them (a "particle"), and as MessagePack inside lists, maps, list and map
// operations and expressions. Pure; thread-safe on different strings.
//
// MessagePack as the server speaks it: a string is a str of the byte 3 and the text, bytes are a str of the byte 4 and
// the data; the first element of a list or map may be an ext that holds its order.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/aerospike/value.hpp"
#include "platform/core/result.hpp"

namespace qm::aerospike {

enum class Particle : std::uint8_t {  // the byte on the wire
  Nil = 0,
  Integer = 1,
  Double = 2,
  String = 3,
  Bytes = 4,
  Bool = 17,
  CdtMap = 19,
  CdtList = 20,
};

Particle particle_of(const Value& value);
void append_particle(std::string& out, const Value& value);
// Types not listed above come as Bytes. Unavailable when the bytes do not fit the type.
Result<Value> parse_particle(std::uint8_t particle, std::string_view bytes);

// A map goes out ordered by its keys, sorted here when it is not.
void pack(std::string& out, const Value& value);
void pack_integer(std::string& out, std::int64_t number);
void pack_count(std::string& out, std::uint64_t number);
void pack_double(std::string& out, double number);
void pack_list_header(std::string& out, std::size_t elements);
// A bare str, without the type byte: names in expressions.
void pack_name(std::string& out, std::string_view name);

// All of `bytes` as one value, at most kMaxDepth lists and maps within each other. Unavailable otherwise.
inline constexpr std::size_t kMaxDepth = 256;
Result<Value> unpack(std::string_view bytes);

}  // namespace qm::aerospike
