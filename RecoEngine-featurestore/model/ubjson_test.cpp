#include "RecoEngine-featurestore/model/ubjson.hpp"

#include <gtest/gtest.h>

#include <string>

namespace qm::reco::ubjson {

namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(Ubjson, ReadsWhatXgboostWrites) {
  const auto text =
      "{U\1aSU\3onei\1bTU\1cFU\1dZU\1el\0\0\1\0U\1fI\xff\xfeU\1gi\xfbU\1hL\0\0\0\1\0\0\0\0"
      "U\1k[$d#U\2\x3f\x80\0\0\xc0\0\0\0U\1l[#L\0\0\0\0\0\0\0\2i\7U\xffU\1m[]U\1n{}U\1o[d\x3f\0\0\0]}"s;
  const auto value = parse(text);
  ASSERT_TRUE(value) << value.error().detail;
  const auto integer = [&](const char* name) { return std::get<std::int64_t>(find(*value, name)->held); };
  EXPECT_EQ(std::get<std::string_view>(find(*value, "a")->held), "one");
  EXPECT_TRUE(std::get<bool>(find(*value, "b")->held));
  EXPECT_FALSE(std::get<bool>(find(*value, "c")->held));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(find(*value, "d")->held));
  EXPECT_EQ(integer("e"), 256);
  EXPECT_EQ(integer("f"), -2);
  EXPECT_EQ(integer("g"), -5);
  EXPECT_EQ(integer("h"), std::int64_t{1} << 32);
  EXPECT_EQ(count(*find(*value, "k")), 2U);
  EXPECT_EQ(number_at(*find(*value, "k"), 0), 1.0);
  EXPECT_EQ(number_at(*find(*value, "k"), 1), -2.0);
  EXPECT_FALSE(number_at(*find(*value, "k"), 2));
  EXPECT_EQ(count(*find(*value, "l")), 2U);
  EXPECT_EQ(number_at(*find(*value, "l"), 1), 255.0);
  EXPECT_EQ(count(*find(*value, "m")), 0U);
  EXPECT_EQ(count(*find(*value, "a")), 0U);
  EXPECT_EQ(number_at(*find(*value, "o"), 0), 0.5);
  EXPECT_EQ(find(*value, "z"), nullptr);
  EXPECT_EQ(find(*find(*value, "a"), "a"), nullptr);
  for (std::size_t size = 0; size < text.size(); ++size) EXPECT_FALSE(parse(text.substr(0, size))) << size;
  EXPECT_FALSE(parse(text + "Z"));
}

TEST(Ubjson, RefusesWhatXgboostDoesNotWrite) {
  for (const auto text :
       {"N"sv, "HU\1\x31"sv, "CA"sv, "[$Z#U\3"sv, "[$U]"sv, "[$[#U\1]"sv, "[#d\0\0\0\0"sv, "[#i\xff"sv,
        "[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff"sv, "[$L#l\x20\0\0\0"sv, "[#L\0\0\0\0\xff\xff\xff\xff"sv, "{#U\0}"sv,
        "{$U#U\1U\1a\1"sv, "SL\0\0\0\0\0\0\1\0x"sv, "{U\1a}"sv, "[}"sv, ""sv}) {
    EXPECT_FALSE(parse(text)) << text;
  }
}

TEST(Ubjson, NestsAsDeepAsItsLimit) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse(nested(kMaxDepth)));
  EXPECT_FALSE(parse(nested(kMaxDepth + 1)));
  EXPECT_FALSE(parse(std::string(1'000'000, '[')));
  EXPECT_FALSE(parse("[" + std::string(kMaxValues, 'T') + "]"));
  EXPECT_TRUE(parse("[" + std::string(kMaxValues - 1, 'T') + "]"));
}

}  // namespace

}  // namespace qm::reco::ubjson
