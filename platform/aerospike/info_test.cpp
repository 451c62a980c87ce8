#include "platform/aerospike/info.hpp"

#include <gtest/gtest.h>

namespace qm::aerospike {

namespace {

TEST(AnInfoReply, IsReadLineByLine) {
  const auto answers = parse_info("build\t8.1.2.0\nnosuch\tERROR:4:unrecognized command\nempty\t\nbare\ntabs\ta\tb\n");
  ASSERT_TRUE(answers);
  EXPECT_EQ(*answers, (InfoAnswers{{"build", "8.1.2.0"},
                                   {"nosuch", "ERROR:4:unrecognized command"},
                                   {"empty", ""},
                                   {"bare", ""},
                                   {"tabs", "a\tb"}}));
  EXPECT_TRUE(parse_info("").value().empty());
  EXPECT_FALSE(parse_info("build\t8.1"));  // cut off
  EXPECT_FALSE(parse_info("build\t8.1\nnode"));
}

TEST(AnInfoAnswer, MayBeAnError) {
  for (const char* answer : {"ERROR:4:unrecognized command", "FAIL:201:no index", "ERROR", "fail:x", "error"}) {
    EXPECT_TRUE(is_info_error(answer)) << answer;
  }
  for (const char* answer : {"ok", "", "ERRORS=0", "failures=1;x", "8.1.2.0"}) {
    EXPECT_FALSE(is_info_error(answer)) << answer;
  }
}

TEST(Peers, AreRead) {
  const struct {
    const char* answer;
    std::int64_t generation;
    std::vector<Peer> peers;
  } rows[] = {
      {"0,3000,[]", 0, {}},
      {"7,,[]", 7, {}},
      {"6,3000,[[BB9050011AC4202,,[10.0.0.2]]]", 6, {{"BB9050011AC4202", "", {{"10.0.0.2", 3000}}}}},
      {"2,4000,[[A1,tls.name,[10.0.0.1:3100,host]],[A2,,[[::1]:3200,[fe80::2],10.0.0.9]],[A3,,[]]]",
       2,
       {{"A1", "tls.name", {{"10.0.0.1", 3100}, {"host", 4000}}},
        {"A2", "", {{"::1", 3200}, {"fe80::2", 4000}, {"10.0.0.9", 4000}}},
        {"A3", "", {}}}},
  };
  for (const auto& row : rows) {
    const auto peers = parse_peers(row.answer);
    ASSERT_TRUE(peers) << row.answer;
    EXPECT_EQ(peers->generation, row.generation) << row.answer;
    EXPECT_EQ(peers->peers, row.peers) << row.answer;
    const std::string whole = row.answer;
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(parse_peers(whole.substr(0, size))) << whole;
    EXPECT_FALSE(parse_peers(whole + "x")) << whole;
  }
}

TEST(Peers, ThatMakeNoSenseAreRefused) {
  const char* rows[] = {"x,3000,[]",        "1,99999,[]",           "1,3000,[[A,,[h:0]]]",   "1,3000,[[A,,[h:70000]]]",
                        "1,3000,[[A,,[:1]]]", "1,3000,[[A,,[[::1]]]", "1,3000,[[A,[h:1]]]",    "1,3000,[A,,[h:1]]",
                        "1,3000,[[A,,h:1]]", "1,3000,[[A,,[h:1]][B,,[h:2]]]", "ERROR:4:unrecognized command"};
  for (const char* row : rows) EXPECT_FALSE(parse_peers(row)) << row;
}

TEST(APartitionGeneration, IsANumber) {
  EXPECT_EQ(parse_generation("0").value(), 0);
  EXPECT_EQ(parse_generation("-1").value(), -1);
  EXPECT_EQ(parse_generation("4294967296").value(), 4294967296);
  for (const char* answer : {"", "x", "1x", "1 ", "ERROR:4:unrecognized command"}) {
    EXPECT_FALSE(parse_generation(answer)) << answer;
  }
}

TEST(Addresses, AreRead) {
  EXPECT_EQ(parse_addresses("127.0.0.1:3600").value(), (std::vector<NodeAddress>{{"127.0.0.1", 3600}}));
  EXPECT_EQ(parse_addresses("a:1,[::1]:2,b").value(), (std::vector<NodeAddress>{{"a", 1}, {"::1", 2}, {"b", 3000}}));
  EXPECT_TRUE(parse_addresses("").value().empty());
  for (const char* answer : {"a:", "a:x", ":1", "a,", "[::1", "a:1;b:2"}) {
    EXPECT_FALSE(parse_addresses(answer)) << answer;
  }
}

// 4,096 bits in base64: `first` and then the same letter again and again.
std::string bitmap(std::string first, char letter) {
  std::string text = std::move(first);
  text.resize(683, letter);
  return text + '=';
}

TEST(Replicas, AreRead) {
  // "gAAA" is the bits 1000 0000…, "AAE" and padding the bits …0000 0001.
  const auto first = bitmap("gAAA", 'A');
  auto last = bitmap("", 'A');
  last.replace(680, 3, "AAE");
  const auto all = bitmap("", '/').replace(682, 1, "8");
  const auto replicas = parse_replicas("a:0,2," + first + "," + last + ";bc:17,1," + all);
  ASSERT_TRUE(replicas);
  ASSERT_EQ(replicas->size(), 2u);
  const auto& a = (*replicas)[0];
  EXPECT_EQ(a.name_space, "a");
  EXPECT_EQ(a.regime, 0u);
  ASSERT_EQ(a.owned.size(), 2u);
  EXPECT_EQ(a.owned[0].count(), 1u);
  EXPECT_TRUE(a.owned[0][0]);
  EXPECT_EQ(a.owned[1].count(), 1u);
  EXPECT_TRUE(a.owned[1][kPartitions - 1]);
  const auto& bc = (*replicas)[1];
  EXPECT_EQ(bc.name_space, "bc");
  EXPECT_EQ(bc.regime, 17u);
  ASSERT_EQ(bc.owned.size(), 1u);
  EXPECT_TRUE(bc.owned[0].all());
  EXPECT_TRUE(parse_replicas("a:0,1," + first + ";").has_value());  // ended by a separator
  EXPECT_TRUE(parse_replicas("").value().empty());
}

TEST(Replicas, ThatMakeNoSenseAreRefused) {
  const auto good = bitmap("", 'A');
  const auto whole = "a:0,1," + good;
  for (std::size_t size = 1; size < whole.size(); ++size) EXPECT_FALSE(parse_replicas(whole.substr(0, size))) << size;
  const std::string rows[] = {
      "a:0,2," + good,                                // one is missing
      "a:0,1," + good + "," + good,                   // one too many
      "a:0,0," + good,
      "a:0,256," + good,
      "a:x,1," + good,
      "a:-1,1," + good,
      ":0,1," + good,
      "a:0,1," + good + "A",
      "a:0,1," + bitmap("!", 'A'),
      "a:0,1," + good + ";b",
      "ERROR:4:unrecognized command",
  };
  for (const auto& row : rows) EXPECT_FALSE(parse_replicas(row)) << row.substr(0, 20);
}

TEST(Settings, AreRead) {
  using Settings = std::map<std::string, std::string, std::less<>>;
  EXPECT_EQ(parse_settings("a=1;b=;c;d=e=f;;=g"), (Settings{{"a", "1"}, {"b", ""}, {"c", ""}, {"d", "e=f"}}));
  EXPECT_EQ(parse_settings("ns=test:set=s", ':'), (Settings{{"ns", "test"}, {"set", "s"}}));
  EXPECT_TRUE(parse_settings("").empty());
}

}  // namespace

}  // namespace qm::aerospike
