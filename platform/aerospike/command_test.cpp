#include "platform/aerospike/command.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "platform/aerospike/expression.hpp"
#include "platform/aerospike/test_bytes.hpp"

namespace qm::aerospike {

namespace {

using namespace std::chrono_literals;
using Op = Operation;

// Parts that recur: "test", "s" and the digest 00 01 … 13 as fields, 1,000 ms as the timeout.
const std::string kKey = " 00000005 00'test' 00000002 01's' 00000015 04 000102030405060708090a0b0c0d0e0f10111213 ";
const std::string kId = " 00000003 02 03'k' ";
const std::string kSecond = " 000003e8 ";
const std::string kNoFilter;

Target target(bool send_key = true) {
  Target t{"test", "s", "k", {}, send_key};
  for (std::size_t i = 0; i < t.digest.size(); ++i) t.digest[i] = static_cast<std::uint8_t>(i);
  return t;
}

std::string encoded(const std::function<void(std::string&)>& encode) {
  std::string out = "before";
  encode(out);
  EXPECT_EQ(out.substr(0, 6), "before");
  return out.substr(6);
}

struct FrameRow {
  const char* name;
  std::function<void(std::string&)> encode;
  std::string bytes;
};

void expect_frames(const std::vector<FrameRow>& rows) {
  for (const auto& row : rows) EXPECT_EQ(hex_of(encoded(row.encode)), hex_of(bytes_of(row.bytes))) << row.name;
}

std::function<void(std::string&)> put(std::vector<Bin> bins, WritePolicy policy) {
  return [=](std::string& out) { encode_put(out, target(), bins, policy, 1s); };
}
std::function<void(std::string&)> operate(std::vector<Op> operations, WritePolicy policy) {
  return [=](std::string& out) { encode_operate(out, target(), operations, policy, 1s); };
}

// Columns of a message's header: three bytes of flags, generation, time to live, timeout, fields, operations.
TEST(ARead, IsTheseBytes) {
  const auto filter = Expression::bin_exists("a");
  expect_frames({
      {"all bins", [](auto& out) { encode_get(out, target(), {}, {}, 1s); },
       "0203 00000000003e 16 430000 0000 00000000 00000000" + kSecond + "0003 0000" + kKey},
      {"two bins", [](auto& out) { encode_get(out, target(), {"a", "bc"}, {}, 1s); },
       "0203 000000000051 16 410000 0000 00000000 00000000" + kSecond + "0003 0002" + kKey +
           "00000005 01 00 00 01'a' 00000006 01 00 00 02'bc'"},
      {"filtered", [&](auto& out) { encode_get(out, target(), {}, filter.packed(), 1s); },
       "0203 00000000004a 16 430000 0000 00000000 00000000" + kSecond + "0004 0000" + kKey +
           "00000008 2b 93 02 92 52 a1'a' 00"},
      {"exists", [](auto& out) { encode_exists(out, target(), {}, 1s); },
       "0203 00000000003e 16 610000 0000 00000000 00000000" + kSecond + "0003 0000" + kKey},
      {"no set, no timeout",
       [](auto& out) {
         auto t = target();
         t.set = "";
         encode_exists(out, t, {}, -5ms);
       },
       "0203 000000000038 16 610000 0000 00000000 00000000 00000000 0002 0000"
       "00000005 00'test' 00000015 04 000102030405060708090a0b0c0d0e0f10111213"},
      {"a timeout over the most", [](auto& out) { encode_exists(out, target(), {}, std::chrono::hours{1'000'000}); },
       "0203 00000000003e 16 610000 0000 00000000 00000000 7fffffff 0003 0000" + kKey},
  });
}

TEST(AWrite, IsTheseBytes) {
  const auto filter = Expression::bin_exists("a");
  const std::string a1 = "0000000d 02 01 00 01'a' 0000000000000001";
  const std::string keep = " 00000000 fffffffe ";
  expect_frames({
      {"upsert", put({{"a", 1}}, {}),
       "0203 000000000056 16 000100 0000" + keep + kSecond + "0004 0001" + kKey + kId + a1},
      {"without the key", [](auto& out) { encode_put(out, target(false), {{"a", 1}}, {}, 1s); },
       "0203 00000000004f 16 000100 0000" + keep + kSecond + "0003 0001" + kKey + a1},
      {"create only", put({{"a", 1}}, {.mode = WriteMode::CreateOnly}),
       "0203 000000000056 16 002100 0000" + keep + kSecond + "0004 0001" + kKey + kId + a1},
      {"update only", put({{"a", 1}}, {.mode = WriteMode::UpdateOnly}),
       "0203 000000000056 16 000108 0000" + keep + kSecond + "0004 0001" + kKey + kId + a1},
      {"replace", put({{"a", 1}}, {.mode = WriteMode::Replace}),
       "0203 000000000056 16 000110 0000" + keep + kSecond + "0004 0001" + kKey + kId + a1},
      {"a generation", put({{"a", 1}}, {.generation = 258}),
       "0203 000000000056 16 000500 0000 00000102 fffffffe" + kSecond + "0004 0001" + kKey + kId + a1},
      {"that there be none", put({{"a", 1}}, {.generation = 0}),
       "0203 000000000056 16 000500 0000" + keep + kSecond + "0004 0001" + kKey + kId + a1},
      {"times to live", put({{"a", 1}}, {.ttl_seconds = 86400}),
       "0203 000000000056 16 000100 0000 00000000 00015180" + kSecond + "0004 0001" + kKey + kId + a1},
      {"for ever", put({{"a", 1}}, {.ttl_seconds = kTtlNever}),
       "0203 000000000056 16 000100 0000 00000000 ffffffff" + kSecond + "0004 0001" + kKey + kId + a1},
      {"filtered", put({{"a", 1}}, {.filter = filter.packed()}),
       "0203 000000000062 16 000100 0000" + keep + kSecond + "0005 0001" + kKey + kId +
           "00000008 2b 93 02 92 52 a1'a' 00" + a1},
      {"every type",
       put({{"d", 1.5}, {"s", "xy"}, {"t", true}, {"b", Bytes{"z"}}, {"n", {}}, {"l", List{"x"}}, {"m", Map{{1, 2}}}},
           {}),
       "0203 00000000009b 16 000100 0000" + keep + kSecond + "0004 0007" + kKey + kId +
           "0000000d 02 02 00 01'd' 3ff8000000000000  00000007 02 03 00 01's' 'xy'  00000006 02 11 00 01't' 01"
           "00000006 02 04 00 01'b' 'z'  00000005 02 00 00 01'n'  00000009 02 14 00 01'l' 91 a203'x'"
           "0000000c 02 13 00 01'm' 82 c70001 c0 0102"},
      {"touch", [](auto& out) { encode_touch(out, target(), {.ttl_seconds = 50}, 1s); },
       "0203 00000000004d 16 000108 0000 00000000 00000032" + kSecond + "0004 0001" + kKey + kId +
           "00000004 0b 00 00 00"},
      {"remove", [](auto& out) { encode_remove(out, target(), {}, 1s); },
       "0203 00000000003e 16 000300 0000 00000000 00000000" + kSecond + "0003 0000" + kKey},
      {"remove a generation", [](auto& out) { encode_remove(out, target(), {.generation = 9}, 1s); },
       "0203 00000000003e 16 000700 0000 00000009 00000000" + kSecond + "0003 0000" + kKey},
  });
}

TEST(AnOperate, IsTheseBytes) {
  expect_frames({
      {"reads and writes", operate({Op::read("a"), Op::add("a", std::int64_t{1}), Op::list_append("l", 5)}, {}),
       "0203 00000000006b 16 018100 0000 00000000 fffffffe" + kSecond + "0004 0003" + kKey + kId +
           "00000005 01 00 00 01'a'  0000000d 05 01 00 01'a' 0000000000000001  00000008 04 04 00 01'l' 92 01 05"},
      {"writes only", operate({Op::write("a", "x")}, {.mode = WriteMode::UpdateOnly, .generation = 2}),
       "0203 00000000004f 16 008508 0000 00000002 fffffffe" + kSecond + "0004 0001" + kKey + kId +
           "00000006 02 03 00 01'a' 'x'"},
      {"reads only", operate({Op::read("a"), Op::map_size("m")}, {.mode = WriteMode::UpdateOnly, .generation = 2}),
       "0203 000000000052 16 418000 0000 00000000 00000000" + kSecond + "0003 0002" + kKey +
           "00000005 01 00 00 01'a'  00000007 03 04 00 01'm' 91 60"},
      {"on the record", operate({Op::touch(), Op::remove_record()}, {}),
       "0203 000000000055 16 008100 0000 00000000 fffffffe" + kSecond + "0004 0002" + kKey + kId +
           "00000004 0b 00 00 00  00000004 0e 00 00 00"},
  });
}

TEST(ABatch, IsTheseBytes) {
  auto one = target(false);
  auto two = target(false);
  two.digest.fill(0xee);
  auto three = target(false);
  three.set = "";
  const std::string first = " 00000000 000102030405060708090a0b0c0d0e0f10111213 ";
  const std::string second = " 00000001 eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee ";
  const std::string third = " 00000002 000102030405060708090a0b0c0d0e0f10111213 ";
  expect_frames({
      {"says what it wants once", [&](auto& out) { encode_batch_get(out, {one, two, three}, {}, 1s); },
       "0203 000000000099 16 080000 0000 00000000 00000000" + kSecond + "0001 0000"
           "0000007f 29 00000003 0d" + first + "0a 430000 00000000 0002 0000 00000005 00'test' 00000002 01's'" +
           second + "01" + third + "0a 430000 00000000 0001 0000 00000005 00'test'"},
      {"bins", [&](auto& out) { encode_batch_get(out, {one, two}, {"a", "bc"}, 1s); },
       "0203 00000000007f 16 080000 0000 00000000 00000000" + kSecond + "0001 0000"
           "00000065 29 00000002 0d" + first + "0a 410000 00000000 0002 0002 00000005 00'test' 00000002 01's'"
           "00000005 01 00 00 01'a' 00000006 01 00 00 02'bc'" + second + "01"},
  });
}

TEST(AQuery, IsTheseBytes) {
  const std::string where = " 00000005 00'test' 00000002 01's' 00000005 09 000003e8 00000009 07 0102030405060708 ";
  Digest digest;
  digest.fill(0xdd);
  QuerySpec scan{.name_space = "test", .set = "s", .task_id = 0x0102030405060708, .socket_timeout = 1s};
  scan.partitions = {{7}, {0xfff}};
  auto mixed = scan;
  mixed.bins = {"a"};
  mixed.partitions.push_back({0xddd, PartitionPosition::After{digest, 5}});
  mixed.max_records = 10;
  auto keys_only = scan;
  keys_only.no_bins = keys_only.short_query = true;
  keys_only.bins = {"a"};
  auto range = mixed;
  range.range = IndexRange{"i", -1, 2};
  auto text = scan;
  text.range = IndexRange{"g", "red", "red"};
  const auto filter = Expression::bin_exists("a");
  text.filter = filter.packed();
  expect_frames({
      {"scan", [&](auto& out) { encode_query(out, scan, 1s); },
       "0203 000000000044 16 010004 0000 00000000 ffffffff" + kSecond + "0005 0000" + where +
           "00000005 0b 0700 ff0f"},
      {"goes on", [&](auto& out) { encode_query(out, mixed, 1s); },
       "0203 000000000073 16 010004 0000 00000000 ffffffff" + kSecond + "0007 0001" + where +
           "00000005 0b 0700 ff0f 00000015 0c dddddddddddddddddddddddddddddddddddddddd"
           "00000009 0d 000000000000000a 00000005 01 00 00 01'a'"},
      {"keys only", [&](auto& out) { encode_query(out, keys_only, 1s); },
       "0203 000000000044 16 250004 0000 00000000 ffffffff" + kSecond + "0005 0000" + where +
           "00000005 0b 0700 ff0f"},
      {"a range of integers", [&](auto& out) { encode_query(out, range, 1s); },
       "0203 0000000000a1 16 010004 0000 00000000 ffffffff" + kSecond + "0009 0001" + where +
           "0000001d 16 01 01'i' 01 00000008 ffffffffffffffff 00000008 0000000000000002"
           "00000005 0b 0700 ff0f 00000015 0c dddddddddddddddddddddddddddddddddddddddd 00000009 0f 0500000000000000"
           "00000009 0d 000000000000000a 00000005 01 00 00 01'a'"},
      {"a string, filtered", [&](auto& out) { encode_query(out, text, 1s); },
       "0203 000000000067 16 010004 0000 00000000 ffffffff" + kSecond + "0007 0000" + where +
           "00000013 16 01 01'g' 03 00000003 'red' 00000003 'red' 00000008 2b 93 02 92 52 a1'a' 00"
           "00000005 0b 0700 ff0f"},
  });
}

TEST(AnInfoRequest, IsTheseBytes) {
  expect_frames({{"two", [](auto& out) { encode_info(out, "build\nnode\n"); }, "0201 00000000000b 'build'0a'node'0a"}});
}

TEST(Requests, FollowEachOtherInOneBuffer) {
  std::string both;
  encode_get(both, target(), {}, {}, 1s);
  encode_put(both, target(), {{"a", 1}}, {}, 1s);
  EXPECT_EQ(both, encoded([](auto& out) { encode_get(out, target(), {}, {}, 1s); }) + encoded(put({{"a", 1}}, {})));
}

TEST(ABinName, TooLongForAByteStillMakesAFrameThatIsWhatItSays) {
  const auto frame = encoded(put({{std::string(300, 'x'), 1}}, {}));
  EXPECT_EQ(frame.substr(2, 6), bytes_of("000000000154"));
  EXPECT_EQ(frame.size(), 8u + 0x154);
}

TEST(Names, HaveLimits) {
  const struct {
    std::size_t name_space, set, bin;
    bool target_fits, bin_fits;
  } rows[] = {{1, 0, 1, true, true}, {31, 63, 15, true, true}, {0, 1, 0, false, false}, {32, 1, 16, false, false},
              {1, 64, 300, false, false}};
  for (const auto& row : rows) {
    const auto named = check_target(std::string(row.name_space, 'n'), std::string(row.set, 's'));
    EXPECT_EQ(named.has_value(), row.target_fits) << row.name_space << " " << row.set;
    EXPECT_EQ(check_bin_name(std::string(row.bin, 'b')).has_value(), row.bin_fits) << row.bin;
    if (!named) EXPECT_EQ(named.error().kind, ErrorKind::Invalid);
  }
}

}  // namespace

}  // namespace qm::aerospike
