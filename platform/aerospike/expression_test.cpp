#include "platform/aerospike/expression.hpp"

#include <gtest/gtest.h>

#include "platform/aerospike/test_bytes.hpp"

namespace qm::aerospike {

namespace {

using E = Expression;

TEST(AnExpression, IsPackedAsTheServerExpectsIt) {
  const struct {
    const char* name;
    E expression;
    const char* bytes;
  } rows[] = {
      {"integer", E::literal(300), "cd012c"},
      {"double", E::literal(2.0), "cb4000000000000000"},
      {"string", E::literal("x"), "a203'x'"},
      {"bytes", E::literal(Bytes{"x"}), "a204'x'"},
      {"bool", E::literal(true), "c3"},
      {"bool bin", E::bin(BinType::Bool, "a"), "93 51 01 a1'a'"},
      {"integer bin", E::bin(BinType::Integer, "a"), "93 51 02 a1'a'"},
      {"string bin", E::bin(BinType::String, "a"), "93 51 03 a1'a'"},
      {"list bin", E::bin(BinType::CdtList, "a"), "93 51 04 a1'a'"},
      {"map bin", E::bin(BinType::CdtMap, "a"), "93 51 05 a1'a'"},
      {"bytes bin", E::bin(BinType::Blob, "a"), "93 51 06 a1'a'"},
      {"double bin", E::bin(BinType::Double, "a"), "93 51 07 a1'a'"},
      {"exists", E::bin_exists("a"), "93 02 92 52 a1'a' 00"},
      {"missing", E::bin_missing("a"), "93 01 92 52 a1'a' 00"},
      {"is a map", E::bin_is("a", BinType::CdtMap), "93 01 92 52 a1'a' 13"},
      {"to double", E::to_double(E::bin(BinType::Integer, "a")), "92 1f 93 51 02 a1'a'"},
      {"greater", E::compare(Compare::Greater, E::bin(BinType::Integer, "a"), E::literal(5)),
       "93 03 93 51 02 a1'a' 05"},
      {"not", E::negate(E::literal(true)), "92 12 c3"},
      {"and", E::all_of({E::literal(true), E::literal(false)}), "93 10 c3 c2"},
      {"or", E::any_of({E::literal(true), E::literal(false), E::literal(true)}), "94 11 c3 c2 c3"},
      {"and of one", E::all_of({E::literal(true)}), "c3"},
      {"or of one", E::any_of({E::literal(false)}), "c2"},
      {"and of none", E::all_of({}), "c3"},
      {"or of none", E::any_of({}), "c2"},
  };
  for (const auto& row : rows) EXPECT_EQ(hex_of(row.expression.packed()), hex_of(bytes_of(row.bytes))) << row.name;
}

TEST(AnExpression, ThatMatchesAValueAsksForItsTypeFirst) {
  const struct {
    const char* name;
    E expression;
    const char* bytes;
  } rows[] = {
      {"string", E::matches("a", Compare::Less, "x"), "93 10 93 01 9252a1'a' 03 93 05 93 51 03 a1'a' a203'x'"},
      {"bool", E::matches("a", Compare::Equal, true), "93 10 93 01 9252a1'a' 11 93 01 93 51 01 a1'a' c3"},
      {"bytes", E::matches("a", Compare::Equal, Bytes{"x"}), "93 10 93 01 9252a1'a' 04 93 01 93 51 06 a1'a' a204'x'"},
      {"not equal", E::matches("a", Compare::NotEqual, "x"),
       "92 12 93 10 93 01 9252a1'a' 03 93 01 93 51 03 a1'a' a203'x'"},
      {"integer", E::matches("a", Compare::LessOrEqual, 2),
       "93 11 93 10 93 01 9252a1'a' 01 93 06 93 51 02 a1'a' 02"
       "      93 10 93 01 9252a1'a' 02 93 06 93 51 07 a1'a' cb4000000000000000"},
      {"double", E::matches("a", Compare::GreaterOrEqual, 2.0),
       "93 11 93 10 93 01 9252a1'a' 02 93 04 93 51 07 a1'a' cb4000000000000000"
       "      93 10 93 01 9252a1'a' 01 93 04 92 1f 93 51 02 a1'a' cb4000000000000000"},
  };
  for (const auto& row : rows) EXPECT_EQ(hex_of(row.expression.packed()), hex_of(bytes_of(row.bytes))) << row.name;
}

}  // namespace

}  // namespace qm::aerospike
