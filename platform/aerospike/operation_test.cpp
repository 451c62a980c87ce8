#include "platform/aerospike/operation.hpp"

#include <gtest/gtest.h>

#include "platform/aerospike/test_bytes.hpp"

namespace qm::aerospike {

namespace {

using Op = Operation;
using Kind = Operation::Kind;

TEST(AnOperation, IsPackedAsTheServerExpectsIt) {
  const struct {
    const char* name;
    Op operation;
    Kind kind;
    int particle;
    const char* payload;
  } rows[] = {
      {"read", Op::read("b"), Kind::Read, 0, ""},
      {"write", Op::write("b", "x"), Kind::Write, 3, "'x'"},
      {"write nil", Op::write("b", {}), Kind::Write, 0, ""},
      {"write a list", Op::write("b", List{1}), Kind::Write, 20, "9101"},
      {"add an integer", Op::add("b", std::int64_t{-1}), Kind::Add, 1, "ffffffffffffffff"},
      {"add a double", Op::add("b", 1.0), Kind::Add, 2, "3ff0000000000000"},
      {"append", Op::append("b", "x"), Kind::Append, 3, "'x'"},
      {"prepend", Op::prepend("b", "x"), Kind::Prepend, 3, "'x'"},
      {"list append", Op::list_append("b", "x"), Kind::ListModify, 4, "92 01 a203'x'"},
      {"list append items", Op::list_append_items("b", {1, 2}), Kind::ListModify, 4, "92 02 920102"},
      {"list insert", Op::list_insert("b", -1, 5), Kind::ListModify, 4, "93 03 ff 05"},
      {"list set", Op::list_set("b", 2, 5), Kind::ListModify, 4, "93 09 02 05"},
      {"list trim", Op::list_trim("b", -10, 10), Kind::ListModify, 4, "93 0a f6 0a"},
      {"list keep last", Op::list_keep_last("b", 10), Kind::ListModify, 4, "93 0a f6 0a"},
      {"list keep none", Op::list_keep_last("b", 0), Kind::ListModify, 4, "93 0a 00 00"},
      {"list remove range", Op::list_remove_range("b", 0, 300), Kind::ListModify, 4, "93 08 00 cd012c"},
      {"list clear", Op::list_clear("b"), Kind::ListModify, 4, "91 0b"},
      {"list size", Op::list_size("b"), Kind::ListRead, 4, "91 10"},
      {"list get", Op::list_get("b", -1), Kind::ListRead, 4, "92 11 ff"},
      {"list get range", Op::list_get_range("b", 0, 3), Kind::ListRead, 4, "93 12 00 03"},
      {"map put", Op::map_put("b", "k", 1), Kind::ListModify, 4, "94 43 a203'k' 01 01"},
      {"map put items", Op::map_put_items("b", {{"k", 1}}), Kind::ListModify, 4,
       "93 44 82c70001c0a203'k'01 01"},
      {"map add", Op::map_add("b", "k", 2), Kind::ListModify, 4, "94 49 a203'k' 02 01"},
      {"map clear", Op::map_clear("b"), Kind::ListModify, 4, "91 4b"},
      {"map remove", Op::map_remove_by_key("b", "k"), Kind::ListModify, 4, "93 4c 00 a203'k'"},
      {"map remove and tell", Op::map_remove_by_key("b", "k", MapReturn::Value), Kind::ListModify, 4,
       "93 4c 07 a203'k'"},
      {"map remove by index", Op::map_remove_by_index_range("b", 0, 2), Kind::ListModify, 4, "94 55 05 00 02"},
      {"map remove by rank", Op::map_remove_by_rank_range("b", -1, 1), Kind::ListModify, 4, "94 57 05 ff 01"},
      {"map size", Op::map_size("b"), Kind::ListRead, 4, "91 60"},
      {"map get", Op::map_get_by_key("b", "k"), Kind::ListRead, 4, "93 61 07 a203'k'"},
      {"map by rank", Op::map_get_by_rank("b", -1), Kind::ListRead, 4, "93 64 08 ff"},
      {"map by rank range", Op::map_get_by_rank_range("b", 0, 1), Kind::ListRead, 4, "94 6a 08 00 01"},
      {"map by index range", Op::map_get_by_index_range("b", 0, 1, MapReturn::Key), Kind::ListRead, 4,
       "94 68 06 00 01"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(row.operation.kind, row.kind) << row.name;
    EXPECT_EQ(row.operation.bin, "b") << row.name;
    EXPECT_EQ(row.operation.particle, row.particle) << row.name;
    EXPECT_EQ(hex_of(row.operation.payload), hex_of(bytes_of(row.payload))) << row.name;
    EXPECT_EQ(row.operation.is_write(), row.kind != Kind::Read && row.kind != Kind::ListRead) << row.name;
  }
}

TEST(AnOperation, OnTheWholeRecordHasNoBin) {
  EXPECT_EQ(Op::touch(), (Op{Kind::Touch, 0, ""}));
  EXPECT_EQ(Op::remove_record(), (Op{Kind::Delete, 0, ""}));
  EXPECT_TRUE(Op::touch().is_write());
}

}  // namespace

}  // namespace qm::aerospike
