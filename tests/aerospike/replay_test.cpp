// What a client sends and makes of the answers, against what a real server received and sent.
#include "platform/aerospike/reply.hpp"
#include "tests/aerospike/replay_fixture.hpp"

namespace qm::aerospike::exchanges {

namespace {

TEST_P(AReplay, GivesWhatTheServerGave) {
  start();
  for (const auto& exchange : all_exchanges()) {
    EXPECT_EQ(ask(exchange), exchange.gives) << exchange.name;
    ASSERT_EQ(peer_->wrong(), "") << exchange.name;
    EXPECT_TRUE(peer_->asked_all()) << exchange.name;
  }
}

TEST_P(AReplay, GivesTheSameInPiecesOfOneByte) {
  start();
  peer_->crumble();
  for (const auto& exchange : all_exchanges()) {
    EXPECT_EQ(ask(exchange), exchange.gives) << exchange.name;
    ASSERT_EQ(peer_->wrong(), "") << exchange.name;
  }
}

TEST_P(AReplay, HasEveryExchangeAndNoOther) {
  std::vector<std::string> expected{kDiscovery};
  for (const auto& exchange : all_exchanges()) expected.push_back(exchange.name);
  expected.push_back(kLogin);
  EXPECT_EQ(recording_.names, expected) << "record them anew";
}

TEST_P(AReplay, OfALoginWhereThereIsNoSecurityIsARefusal) {
  ReplayingPeer peer{recording_};
  peer.expect(kLogin, [](const std::string& reply) { return Sent{reply, Then::Close}; });
  LoneClient client{peer.port(), kPatience, kUser};
  const auto ready = client.wait(kNamespace, std::chrono::seconds{2});
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().kind, ErrorKind::Unavailable);
  EXPECT_EQ(peer.wrong(), "");
  EXPECT_GE(peer.asked(), 1u);
}

// The parsers alone, on every beginning of every reply: a value or an error, and of a single record's nothing less than
// all of it.
TEST_P(AReplay, CutOffAnywhereIsRefused) {
  for (const auto& [name, exchange] : recording_.by_name) {
    for (const auto& [request, reply] : exchange) {
      const bool streamed = is_streamed(request);
      for (std::size_t size = 0; size < reply.size(); ++size) {
        const std::string_view cut{reply.data(), size};
        const auto header = parse_frame_header(cut);
        ASSERT_EQ(header.has_value(), size >= kFrameHeaderBytes) << name << ' ' << size;
        if (!header || header->type != FrameType::Message || streamed) continue;
        EXPECT_FALSE(parse_reply(cut.substr(kFrameHeaderBytes))) << name << ' ' << size;
      }
      for (std::size_t size = kFrameHeaderBytes; streamed && size < reply.size(); ++size) {
        std::vector<StreamEntry> entries;
        const auto end =
            parse_stream(std::string_view{reply}.substr(kFrameHeaderBytes, size - kFrameHeaderBytes), entries);
        EXPECT_FALSE(end && end->last) << name << ' ' << size;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfServers, AReplay, testing::ValuesIn(recorded_files()));

}  // namespace

}  // namespace qm::aerospike::exchanges
