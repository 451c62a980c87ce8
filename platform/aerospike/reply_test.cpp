#include "platform/aerospike/reply.hpp"

#include <gtest/gtest.h>

#include "platform/aerospike/test_bytes.hpp"

namespace qm::aerospike {

namespace {

// Bodies as a server sent them.
const char* const kRecord =
    "16 000000 00 00 00000001 1fc9bc92 00000000 0000 0007"
    "0000000d 01 01 00 01'i' fffffffffffffffb  0000000d 01 02 00 01'd' 3ff8000000000000"
    "00000009 01 03 00 01's' 'text'  00000006 01 11 00 01't' 01  00000007 01 04 00 01'b' 0102"
    "0000000d 01 14 00 01'l' 93 cd012c a203'x' c0  0000000e 01 13 00 01'm' 82 c70001 c0 a203'a' 01";
const char* const kOperated =
    "16 000000 00 00 00000002 1fc9bc92 00000000 0000 0005"
    "00000006 01 00 00 02'zz'  00000005 05 00 00 01'i'  0000000d 01 01 00 01'i' fffffffffffffffc"
    "0000000d 04 01 00 01'm' 0000000000000002  0000000e 03 13 00 01'm' 82 c70008 c0 a203'b' 07";
const char* const kNotFound = "16 000000 00 02 00000000 00000000 00000000 0000 0000";
const char* const kMismatch = "16 000000 00 03 00000001 1fc9bc92 00000000 0000 0000";

const char* const kBatch =
    "16 000000 00 00 00000002 1fc9bc92 00000000 0000 0001 0000000d 01 01 00 01'i' fffffffffffffffc"
    "16 000000 00 02 00000000 00000000 00000001 0000 0000";
const char* const kLast = "16 000001 00 00 00000000 00000000 00000000 0000 0000";
const char* const kQueried =
    "16 000000 00 00 00000002 1fc9bc92 00000000 0005 0001"
    "0000000f 00'churn_features' 00000015 04 03c45d5833905cc83f4fbc7132ed6a9941ee1a32 00000004 01'rec'"
    "00000006 02 03'key1' 00000009 0f fcffffffffffffff 0000000d 01 01 00 01'i' fffffffffffffffc";
const char* const kNotBegun = "16 000000 00 c9 00000000 00000000 00000000 0000 0000";
const char* const kRefused = "16 000004 00 0b 00000fff 00000000 00000000 0000 0000";

constexpr std::int64_t kExpires = 1'262'304'000 + 0x1fc9bc92;

TEST(AReply, BringsTheRecord) {
  const auto reply = parse_reply(bytes_of(kRecord));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->code, ResultCode::Ok);
  EXPECT_EQ(reply->generation, 1u);
  EXPECT_EQ(reply->expires_at_s, kExpires);
  EXPECT_EQ(reply->bins, (std::vector<Bin>{{"i", -5},
                                           {"d", 1.5},
                                           {"s", "text"},
                                           {"t", true},
                                           {"b", Bytes{"\1\2"}},
                                           {"l", List{300, "x", Value{}}},
                                           {"m", Map{{"a", 1}}}}));
}

TEST(AReply, BringsOneResultPerOperation) {
  const auto reply = parse_reply(bytes_of(kOperated));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->generation, 2u);
  EXPECT_EQ(reply->bins, (std::vector<Bin>{{"zz", {}}, {"i", {}}, {"i", -4}, {"m", 2}, {"m", Map{{"b", 7}}}}));
}

TEST(AReply, BringsTheCode) {
  const auto missing = parse_reply(bytes_of(kNotFound));
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->code, ResultCode::NotFound);
  EXPECT_EQ(missing->expires_at_s, std::nullopt);
  const auto mismatch = parse_reply(bytes_of(kMismatch));
  ASSERT_TRUE(mismatch);
  EXPECT_EQ(mismatch->code, ResultCode::GenerationMismatch);
  const auto unlisted = parse_reply(bytes_of("16 000000 00 fe 00000000 00000000 00000000 0000 0000"));
  ASSERT_TRUE(unlisted);
  EXPECT_EQ(static_cast<int>(unlisted->code), 0xfe);
}

TEST(AReply, IsRefusedWhenCutOffAnywhereOrFollowedByMore) {
  for (const auto* written : {kRecord, kOperated, kNotFound, kMismatch, kQueried}) {
    const auto whole = bytes_of(written);
    ASSERT_TRUE(parse_reply(whole)) << written;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto cut = parse_reply(std::string_view(whole).substr(0, size));
      ASSERT_FALSE(cut) << size << " of " << written;
      EXPECT_EQ(cut.error().kind, ErrorKind::Unavailable);
    }
    EXPECT_FALSE(parse_reply(whole + '\0')) << written;
  }
}

TEST(AReply, IsRefusedWhenItsLengthsContradict) {
  const char* rows[] = {
      "15 000000 00 00 00000000 00000000 00000000 0000 0000 00",               // another size of header
      "16 000000 00 00 00000000 00000000 00000000 0001 0000 00000000 00",      // a field without its type
      "16 000000 00 00 00000000 00000000 00000000 0001 0000 ffffffff 00",      // a field longer than the frame
      "16 000000 00 00 00000000 00000000 00000000 0000 0001 00000003 01 00 00 01'i'",  // an operation too short
      "16 000000 00 00 00000000 00000000 00000000 0000 0001 00000005 01 00 00 02'i'",  // a name longer than it
      "16 000000 00 00 00000000 00000000 00000000 0000 0001 ffffffff 01 00 00 01'i'",
      "16 000000 00 00 00000000 00000000 00000000 0000 0001 00000005 01 00 01 01'i'",  // with metadata
      "16 000000 00 00 00000000 00000000 00000000 0000 0001 00000006 01 01 00 01'i' 01",  // an integer of one byte
      "16 000000 00 00 00000000 00000000 00000000 0000 ffff 00000005 01 00 00 01'i'",
      "16 000000 00 00 00000000 00000000 00000000 ffff 0000",
  };
  for (const auto* row : rows) EXPECT_FALSE(parse_reply(bytes_of(row))) << row;
}

TEST(AStream, OfABatchBringsEveryRecordWithItsPosition) {
  std::vector<StreamEntry> entries(1);  // what is there stays
  const auto end = parse_stream(bytes_of(kBatch), entries);
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->last);
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[1].code, ResultCode::Ok);
  EXPECT_EQ(entries[1].batch_index, 0u);
  EXPECT_EQ(entries[1].generation, 2u);
  EXPECT_EQ(entries[1].expires_at_s, kExpires);
  EXPECT_EQ(entries[1].bins, (std::vector<Bin>{{"i", -4}}));
  EXPECT_EQ(entries[2].code, ResultCode::NotFound);
  EXPECT_EQ(entries[2].batch_index, 1u);
}

TEST(AStream, EndsWithItsLastEntry) {
  std::vector<StreamEntry> entries;
  const auto end = parse_stream(bytes_of(std::string(kBatch) + kLast), entries);
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->last);
  EXPECT_EQ(end->code, ResultCode::Ok);
  EXPECT_EQ(entries.size(), 2u);
  const auto failed = parse_stream(bytes_of("16 000001 00 98 00000000 00000000 00000000 0000 0000"), entries);
  ASSERT_TRUE(failed);
  EXPECT_TRUE(failed->last);
  EXPECT_EQ(failed->code, ResultCode::BatchQueuesFull);
  EXPECT_FALSE(parse_stream(bytes_of(std::string(kLast) + kLast), entries));
  EXPECT_EQ(entries.size(), 2u);
}

TEST(AStream, OfAQueryBringsKeysAndPositions) {
  std::vector<StreamEntry> entries;
  ASSERT_TRUE(parse_stream(bytes_of(kQueried), entries));
  ASSERT_EQ(entries.size(), 1u);
  const auto& entry = entries[0];
  EXPECT_EQ(entry.set, "rec");
  EXPECT_EQ(entry.id, "key1");
  EXPECT_EQ(entry.digest, digest_of("rec", "key1"));
  EXPECT_EQ(entry.index_value, 0xfffffffffffffffc);
  EXPECT_EQ(entry.bins, (std::vector<Bin>{{"i", -4}}));
  EXPECT_FALSE(entry.partition_refused);
}

TEST(AStream, TellsWhichPartitionIsRefused) {
  std::vector<StreamEntry> entries;
  const std::string merely_finished = "16 000004 00 00 00000007 00000000 00000000 0000 0000";
  const auto end = parse_stream(bytes_of(kRefused + merely_finished + kLast), entries);
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->last);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_TRUE(entries[0].partition_refused);
  EXPECT_EQ(entries[0].partition, 0xfff);
  EXPECT_EQ(entries[0].code, ResultCode::PartitionUnavailable);
  EXPECT_FALSE(parse_stream(bytes_of("16 000004 00 0b 00001000 00000000 00000000 0000 0000"), entries));
}

TEST(AStream, OfAQueryThatCannotBeginHasOneEntry) {
  std::vector<StreamEntry> entries;
  const auto end = parse_stream(bytes_of(kNotBegun), entries);
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->last);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].code, ResultCode::IndexNotFound);
  EXPECT_FALSE(entries[0].partition_refused);
}

TEST(AStream, IsRefusedWhenCutOffWithinAnEntry) {
  const auto first = bytes_of(kQueried);
  const auto whole = first + bytes_of(kQueried) + bytes_of(kLast);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    std::vector<StreamEntry> entries;
    const auto end = parse_stream(std::string_view(whole).substr(0, size), entries);
    const bool at_an_end = size % first.size() == 0 || size == whole.size();
    EXPECT_EQ(end.has_value(), at_an_end) << size;
    EXPECT_EQ(entries.size(), std::min<std::size_t>(2, size / first.size())) << size;
  }
}

TEST(AStream, IsRefusedWhenAFieldHasAnotherSize) {
  const char* rows[] = {
      "16 000000 00 00 00000000 00000000 00000000 0001 0000 00000002 04 00",
      "16 000000 00 00 00000000 00000000 00000000 0001 0000 00000002 0f 00",
  };
  for (const auto* row : rows) {
    std::vector<StreamEntry> entries;
    EXPECT_FALSE(parse_stream(bytes_of(row), entries)) << row;
  }
}

TEST(AStream, LeavesOutAnIdThatIsNoString) {
  std::vector<StreamEntry> entries;
  ASSERT_TRUE(parse_stream(
      bytes_of("16 000000 00 00 00000000 00000000 00000000 0002 0000 0000000a 02 01 0000000000000001 00000001 02"),
      entries));
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].id, "");
}

TEST(AFrameHeader, TellsTypeAndSize) {
  const struct {
    const char* bytes;
    bool good;
    FrameType type;
    std::size_t size;
  } rows[] = {
      {"0203 000000000016", true, FrameType::Message, 22},
      {"0201 000000000000", true, FrameType::Info, 0},
      {"0202 000000000010", true, FrameType::Admin, 16},
      {"0203 000000001000", true, FrameType::Message, 4096},
      {"0203 000000001001", false, {}, 0},  // over the limit
      {"0203 ffffffffffff", false, {}, 0},
      {"0103 000000000016", false, {}, 0},  // another version
      {"0200 000000000016", false, {}, 0},
      {"0204 000000000016", false, {}, 0},  // compressed
      {"0203 0000000000", false, {}, 0},
      {"", false, {}, 0},
  };
  for (const auto& row : rows) {
    const auto header = parse_frame_header(bytes_of(row.bytes), 4096);
    ASSERT_EQ(header.has_value(), row.good) << row.bytes;
    if (!row.good) continue;
    EXPECT_EQ(header->type, row.type) << row.bytes;
    EXPECT_EQ(header->size, row.size) << row.bytes;
  }
}

}  // namespace

}  // namespace qm::aerospike
