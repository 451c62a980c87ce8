#include "platform/aerospike/digest.hpp"

#include <string>

#include <gtest/gtest.h>

#include "platform/aerospike/test_bytes.hpp"

namespace qm::aerospike {

namespace {

std::string hex_digest(std::string_view set, std::string_view id) {
  const auto digest = digest_of(set, id);
  return hex_of({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// The vectors are those the vendor's clients publish for the set "set".
TEST(Digest, IsTheOneEveryClientComputes) {
  const struct {
    char letter;
    std::size_t times;
    const char* digest;
  } rows[] = {{'s', 0, "2819b1ff6e346a43b4f5f6b77a88bc3eaac22a83"},
              {'s', 1, "607cddba7cd111745ef0a3d783d57f0e83c8f311"},
              {'a', 10, "5979fb32a80da070ff356f7695455592272e36c2"},
              {'m', 100, "f00ad7dbcb4bd8122d9681bca49b8c2ffd4beeed"},
              {'t', 1000, "07ac412d4c33b8628ab147b8db244ce44ae527f8"},
              {'-', 10000, "b42e64afbfccb05912a609179228d9249ea1c1a0"},
              {'+', 100000, "0a3e888c20bb8958537ddd4ba835e4070bd51740"}};
  for (const auto& row : rows) EXPECT_EQ(hex_digest("set", std::string(row.times, row.letter)), row.digest);
}

TEST(Digest, DependsOnTheSet) { EXPECT_NE(hex_digest("set", "s"), hex_digest("", "s")); }

TEST(Digest, NamesThePartitionByItsFirstTwelveBits) {
  Digest digest{};
  EXPECT_EQ(partition_of(digest), 0u);
  digest[0] = 0x34;
  digest[1] = 0xf2;
  digest[2] = 0xff;
  EXPECT_EQ(partition_of(digest), 0x234u);
  digest.fill(0xff);
  EXPECT_EQ(partition_of(digest), kPartitions - 1);
}

}  // namespace

}  // namespace qm::aerospike
