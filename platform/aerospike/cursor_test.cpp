#include "platform/aerospike/cursor.hpp"

#include <gtest/gtest.h>

namespace qm::aerospike {

namespace {

Cursor some_cursor() {
  Cursor cursor;
  cursor.next = 64;
  cursor.open.push_back({3});
  Digest digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::uint8_t>(250 + i);
  cursor.open.push_back({17, PartitionPosition::After{digest, 0xFEDC'BA98'7654'3210}});
  cursor.open.push_back({63});
  return cursor;
}

TEST(ACursor, IsReadAsItWasWritten) {
  const std::string text = to_text(some_cursor());
  EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
  const auto read = parse_cursor(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, some_cursor());
  Cursor fresh;
  fresh.next = 2000;
  EXPECT_EQ(*parse_cursor(to_text(fresh)), fresh);
}

TEST(ACursor, IsEmptyAtTheEndAndTheBeginningWhenEmpty) {
  Cursor end;
  end.next = kPartitions;
  EXPECT_TRUE(end.at_end());
  EXPECT_EQ(to_text(end), "");
  EXPECT_EQ(*parse_cursor(""), Cursor{});
}

TEST(ACursor, ThatIsNoneIsRefused) {
  const std::string good = to_text(some_cursor());
  std::vector<std::string> wrong{"x", "AAAA", "not a cursor", good + "AAAA", "Af__AAAA"};
  for (std::size_t cut = 1; cut < good.size(); ++cut) wrong.push_back(good.substr(0, cut));
  for (const auto& text : wrong) {
    const auto read = parse_cursor(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::Invalid);
  }
}

}  // namespace

}  // namespace qm::aerospike
