#include "platform/aerospike/expression.hpp"

#include "platform/aerospike/pack.hpp"

namespace qm::aerospike {

namespace {

enum class Code : std::uint8_t { And = 16, Or = 17, Not = 18, ToDouble = 31, Bin = 81, BinType = 82 };

// Types are numbered one way in expressions and another way in bins.
struct TypeCodes {
  std::int64_t expression;
  Particle particle;
};

TypeCodes codes_of(BinType type) {
  switch (type) {
    case BinType::Bool: return {1, Particle::Bool};
    case BinType::Integer: return {2, Particle::Integer};
    case BinType::String: return {3, Particle::String};
    case BinType::CdtList: return {4, Particle::CdtList};
    case BinType::CdtMap: return {5, Particle::CdtMap};
    case BinType::Blob: return {6, Particle::Bytes};
    case BinType::Double: return {7, Particle::Double};
  }
  return {0, Particle::Nil};
}

std::string open_call(std::int64_t code, std::size_t arguments) {
  std::string packed;
  pack_list_header(packed, 1 + arguments);
  pack_integer(packed, code);
  return packed;
}

std::string open_call(Code code, std::size_t arguments) {
  return open_call(static_cast<std::int64_t>(code), arguments);
}

std::string combine(Code code, const std::vector<Expression>& parts) {
  auto packed = open_call(code, parts.size());
  for (const auto& part : parts) packed += part.packed();
  return packed;
}

std::string bin_type(std::string_view name) {
  auto packed = open_call(Code::BinType, 1);
  pack_name(packed, name);
  return packed;
}

std::string bin_type_is(Compare compare, std::string_view name, Particle type) {
  auto packed = open_call(static_cast<std::int64_t>(compare), 2);
  packed += bin_type(name);
  pack_integer(packed, static_cast<std::int64_t>(type));
  return packed;
}

BinType type_of(const Value& value) {
  switch (particle_of(value)) {
    case Particle::Bool: return BinType::Bool;
    case Particle::Integer: return BinType::Integer;
    case Particle::Double: return BinType::Double;
    case Particle::Bytes: return BinType::Blob;
    default: return BinType::String;
  }
}

// Whether the bin is of `type` and `left` compares so with `value`.
Expression typed(std::string_view name, BinType type, Compare compare, const Expression& left, const Value& value) {
  return Expression::all_of(
      {Expression::bin_is(name, type), Expression::compare(compare, left, Expression::literal(value))});
}

}  // namespace

Expression Expression::literal(const Value& value) {
  std::string packed;
  pack(packed, value);
  return Expression{std::move(packed)};
}

Expression Expression::bin(BinType type, std::string_view name) {
  auto packed = open_call(Code::Bin, 2);
  pack_integer(packed, codes_of(type).expression);
  pack_name(packed, name);
  return Expression{std::move(packed)};
}

Expression Expression::bin_exists(std::string_view name) {
  return Expression{bin_type_is(Compare::NotEqual, name, Particle::Nil)};
}

Expression Expression::bin_missing(std::string_view name) {
  return Expression{bin_type_is(Compare::Equal, name, Particle::Nil)};
}

Expression Expression::bin_is(std::string_view name, BinType type) {
  return Expression{bin_type_is(Compare::Equal, name, codes_of(type).particle)};
}

Expression Expression::to_double(const Expression& integer) {
  return Expression{open_call(Code::ToDouble, 1).append(integer.packed())};
}

Expression Expression::compare(Compare compare, const Expression& left, const Expression& right) {
  return Expression{open_call(static_cast<std::int64_t>(compare), 2).append(left.packed()).append(right.packed())};
}

Expression Expression::all_of(const std::vector<Expression>& parts) {
  if (parts.empty()) return literal(true);
  return parts.size() == 1 ? parts.front() : Expression{combine(Code::And, parts)};
}

Expression Expression::any_of(const std::vector<Expression>& parts) {
  if (parts.empty()) return literal(false);
  return parts.size() == 1 ? parts.front() : Expression{combine(Code::Or, parts)};
}

Expression Expression::negate(const Expression& part) {
  return Expression{open_call(Code::Not, 1).append(part.packed())};
}

Expression Expression::matches(std::string_view name, Compare compare, const Value& value) {
  if (compare == Compare::NotEqual) return negate(matches(name, Compare::Equal, value));
  const auto type = type_of(value);
  const auto same_type = typed(name, type, compare, bin(type, name), value);
  if (const auto* integer = value.as<std::int64_t>()) {
    const Value as_double{static_cast<double>(*integer)};
    return any_of({same_type, typed(name, BinType::Double, compare, bin(BinType::Double, name), as_double)});
  }
  if (value.as<double>()) {
    const auto as_double = to_double(bin(BinType::Integer, name));
    return any_of({same_type, typed(name, BinType::Integer, compare, as_double, value)});
  }
  return same_type;
}

}  // namespace qm::aerospike
