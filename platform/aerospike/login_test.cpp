#include "platform/aerospike/login.hpp"

#include <gtest/gtest.h>

#include "platform/aerospike/test_bytes.hpp"

namespace qm::aerospike {

namespace {

TEST(APassword, TravelsAsTheHashEveryClientComputes) {
  EXPECT_EQ(hash_password("admin").value(), "$2a$10$7EqJtq98hPqEX7fNZaFWoO1mVO/4MLpGzsqojz6E9Gef6iXDjXdDa");
}

TEST(ALogin, IsTheseBytes) {
  std::string out = "before";
  encode_login(out, "joe", "hash");
  EXPECT_EQ(hex_of(out), hex_of("before" + bytes_of("0202 000000000021 0000 14 02 000000000000000000000000"
                                                    "00000004 00 'joe' 00000005 03 'hash'")));
  out.clear();
  encode_authenticate(out, "joe", "token");
  EXPECT_EQ(hex_of(out), hex_of(bytes_of("0202 000000000022 0000 00 02 000000000000000000000000"
                                         "00000004 00 'joe' 00000006 05 'token'")));
}

TEST(ALoginReply, BringsTheSession) {
  const auto whole = bytes_of("00 00 14 02 000000000000000000000000 00000006 05 'token' 00000005 06 00015180");
  const auto reply = parse_login(whole);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->code, ResultCode::Ok);
  EXPECT_EQ(reply->session_token, "token");
  EXPECT_EQ(reply->session_ttl, std::chrono::seconds{86400});
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(parse_login(whole.substr(0, size))) << size;
}

TEST(ALoginReply, MayBeARefusal) {
  const struct {
    const char* bytes;
    ResultCode code;
  } rows[] = {{"00 00 00 00 000000000000000000000000", ResultCode::Ok},
              {"00 33 14 00 000000000000000000000000", ResultCode::SecurityNotSupported},
              {"00 41 14 00 000000000000000000000000", ResultCode::InvalidCredential}};
  for (const auto& row : rows) {
    const auto reply = parse_login(bytes_of(row.bytes));
    ASSERT_TRUE(reply) << row.bytes;
    EXPECT_EQ(reply->code, row.code) << row.bytes;
    EXPECT_EQ(reply->session_token, "");
  }
}

TEST(ALoginReply, IsRefusedWhenItMakesNoSense) {
  const char* rows[] = {"00 00 14 01 000000000000000000000000 00000000 05",      // a field without its type
                        "00 00 14 01 000000000000000000000000 ffffffff 05",      // longer than the frame
                        "00 00 14 01 000000000000000000000000 00000002 06 00"};  // a time of one byte
  for (const auto* row : rows) EXPECT_FALSE(parse_login(bytes_of(row))) << row;
}

}  // namespace

}  // namespace qm::aerospike
