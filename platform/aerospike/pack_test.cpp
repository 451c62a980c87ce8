#include "platform/aerospike/pack.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "platform/aerospike/test_bytes.hpp"

namespace qm::aerospike {

namespace {

constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
constexpr auto kMost = std::numeric_limits<std::int64_t>::max();

Value nested() {
  return Map{{1, List{true, 2.0, Map{{"deep", List{}}}, Map{}}}, {"name", Bytes{"\x01"}}, {Bytes{"b"}, Value{}}};
}

std::string packed(const Value& value) {
  std::string out;
  pack(out, value);
  return out;
}

struct PackRow {
  Value value;
  const char* bytes;
};

const std::vector<PackRow>& pack_rows() {
  static const std::vector<PackRow> rows = {
      {{}, "c0"},
      {true, "c3"},
      {false, "c2"},
      {0, "00"},
      {127, "7f"},
      {128, "cc80"},
      {256, "cd0100"},
      {65536, "ce00010000"},
      {std::int64_t{1} << 32, "cf0000000100000000"},
      {kMost, "cf7fffffffffffffff"},
      {-1, "ff"},
      {-32, "e0"},
      {-33, "d0df"},
      {-129, "d1ff7f"},
      {-32769, "d2ffff7fff"},
      {kLeast, "d38000000000000000"},
      {2.0, "cb4000000000000000"},  // stays a double
      {-0.5, "cbbfe0000000000000"},
      {"", "a1 03"},
      {"ab", "a3 03'ab'"},
      {std::string(31, 'x'), "d920 03'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'"},
      {Bytes{"ab"}, "a3 04'ab'"},
      {List{}, "90"},
      {List{1, "a", List{2}}, "93 01 a203'a' 9102"},
      {Map{}, "81 c70001 c0"},
      {Map{{"a", 1}}, "82 c70001 c0 a203'a' 01"},
      {nested(), "84 c70001 c0"
                 "01 94 c3 cb4000000000000000 82 c70001 c0 a503'deep' 90 81 c70001 c0"
                 "a503'name' a204 01 a204'b' c0"},
  };
  return rows;
}

TEST(MessagePack, IsWhatTheServerSpeaks) {
  for (const auto& row : pack_rows()) EXPECT_EQ(hex_of(packed(row.value)), hex_of(bytes_of(row.bytes)));
}

TEST(MessagePack, ComesBackAsItWas) {
  for (const auto& row : pack_rows()) {
    const auto value = unpack(bytes_of(row.bytes));
    ASSERT_TRUE(value) << row.bytes;
    EXPECT_EQ(*value, row.value) << row.bytes;
  }
}

TEST(MessagePack, IsRefusedWhenCutOffOrFollowedByMore) {
  for (const auto& row : pack_rows()) {
    const auto whole = bytes_of(row.bytes);
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(unpack(whole.substr(0, size))) << row.bytes;
    EXPECT_FALSE(unpack(whole + '\0')) << row.bytes;
  }
}

TEST(MessagePack, SortsTheKeysOfAMapBecauseTheServerInsists) {
  const Map unsorted{{Bytes{"a"}, 1}, {"b", 2}, {"a", 3}, {"ab", 4}, {-1, 5}, {-7, 6}, {10, 7}};
  EXPECT_EQ(hex_of(packed(unsorted)), hex_of(bytes_of("88 c70001 c0 f906 ff05 0a07"
                                                      "a203'a'03 a303'ab'04 a203'b'02 a204'a'01")));
}

// As sent by servers and other clients, but never by this one.
TEST(MessagePack, IsUnderstoodInItsOtherForms) {
  const std::vector<PackRow> rows = {
      {List{7}, "92 c70001 07"},                          // an ordered list
      {List{7}, "92 c70310 010203 07"},                   // a list with its index
      {Map{{"a", 1}}, "82 c70201 0102 c0 a203'a' 01"},    // a map with its index
      {Map{{"b", 1}, {"a", 2}}, "83 c70008 c0 a203'b'01 a203'a'02"},  // in an order of its own
      {Map{{"a", 1}}, "81 a203'a' 01"},
      {Map{}, "80"},
      {List{1}, "dc0001 01"},
      {List{1}, "dd00000001 01"},
      {Map{{1, 2}}, "de0001 0102"},
      {"a", "d902 03'a'"},
      {"a", "da0002 03'a'"},
      {"a", "db00000002 03'a'"},
      {Bytes{"a"}, "c402 04'a'"},
      {Bytes{"{}"}, "a317'{}'"},  // GeoJSON
      {Bytes{}, "a0"},
      {1.5, "ca3fc00000"},
  };
  for (const auto& row : rows) {
    const auto value = unpack(bytes_of(row.bytes));
    ASSERT_TRUE(value) << row.bytes;
    EXPECT_EQ(*value, row.value) << row.bytes;
  }
}

TEST(MessagePack, IsRefusedWhereItMakesNoSense) {
  const char* rows[] = {
      "c1",            // no such type
      "c70001",        // order of nothing
      "92 01 c70001",  // order in the middle
      "92 c70001 c70001",
      "81 01 c70001",  // order as a value
      "ddffffffff 01",  // longer than it is
      "dfffffffff 01 01",
      "dbffffffff",
  };
  for (const auto* row : rows) EXPECT_FALSE(unpack(bytes_of(row))) << row;
}

TEST(MessagePack, IsRefusedWhenNestedWithoutEnd) {
  EXPECT_TRUE(unpack(std::string(kMaxDepth - 1, '\x91') + '\x90'));
  EXPECT_FALSE(unpack(std::string(kMaxDepth, '\x91') + '\x90'));
  EXPECT_FALSE(unpack(std::string(1'000'000, '\x91')));
}

struct ParticleRow {
  Value value;
  int type;
  const char* bytes;
};

const std::vector<ParticleRow>& particle_rows() {
  static const std::vector<ParticleRow> rows = {
      {{}, 0, ""},
      {-2, 1, "fffffffffffffffe"},
      {0.5, 2, "3fe0000000000000"},
      {"text", 3, "'text'"},
      {"", 3, ""},
      {Bytes{"data"}, 4, "'data'"},
      {true, 17, "01"},
      {Map{{"a", 1}}, 19, "82 c70001 c0 a203'a' 01"},
      {List{1}, 20, "91 01"},
  };
  return rows;
}

TEST(AParticle, IsWhatABinCarries) {
  for (const auto& row : particle_rows()) {
    std::string out = "before";
    append_particle(out, row.value);
    EXPECT_EQ(hex_of(out), hex_of("before" + bytes_of(row.bytes)));
    EXPECT_EQ(static_cast<int>(particle_of(row.value)), row.type);
    const auto value = parse_particle(static_cast<std::uint8_t>(row.type), bytes_of(row.bytes));
    ASSERT_TRUE(value);
    EXPECT_EQ(*value, row.value);
  }
}

TEST(AParticle, OfAnUnknownTypeComesAsBytes) {
  EXPECT_EQ(parse_particle(23, "x").value(), (Value{Bytes{"x"}}));
  EXPECT_EQ(parse_particle(255, "").value(), (Value{Bytes{}}));
}

TEST(AParticle, IsRefusedWhenItDoesNotFitItsType) {
  const struct {
    std::uint8_t type;
    const char* bytes;
  } rows[] = {{0, "00"},  {1, "01"},    {1, "000000000000000001"}, {2, "00"}, {17, ""},
              {17, "0101"}, {19, "90"}, {20, "80"},                {20, ""},  {20, "9101 00"}};
  for (const auto& row : rows) EXPECT_FALSE(parse_particle(row.type, bytes_of(row.bytes))) << row.bytes;
}

}  // namespace

}  // namespace qm::aerospike
