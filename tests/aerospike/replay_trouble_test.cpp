// What a client makes of replies that are cut off, senseless, late, or say no. A read is made again and gives what it
// should; a write is in doubt, and never sent twice.
#include <set>

#include "platform/aerospike/wire.hpp"
#include "tests/aerospike/replay_fixture.hpp"

namespace qm::aerospike::exchanges {

namespace {

using AReplayInTrouble = AReplay;

struct Kind {
  const char* exchange;
  const char* broken;         // when the connection breaks; nothing: what it should give
  const char* late = broken;  // when the reply does not come
};

// One of each kind of request.
constexpr Kind kKinds[] = {
    {"get, whole", nullptr},
    {"exists", nullptr},
    {"operate, reads only", nullptr},
    {"batch, whole records", nullptr},
    {"scan, filtered", nullptr, "Timeout"},
    {"query, a range", nullptr, "Timeout"},
    {"info, any node", "Unavailable", "Timeout"},
    {"put, every type", "InDoubt"},
    {"operate, scalars", "InDoubt"},
    {"touch, renews", "InDoubt"},
    {"remove, of that generation", "InDoubt"},
    {"truncate", "InDoubt"},
};
constexpr std::chrono::milliseconds kShort{500};

std::string give(const Kind& kind, const char* otherwise) {
  return otherwise == nullptr ? exchange_named(kind.exchange).gives : otherwise;
}

// The longest reply of the exchange, which brings what was asked for.
const std::string& main_reply(const Recording& recording, const std::string& name) {
  const auto& all = recording.by_name.at(name);
  const auto shorter = [](const Recorded& a, const Recorded& b) { return a.reply.size() < b.reply.size(); };
  return std::max_element(all.begin(), all.end(), shorter)->reply;
}

// Of a query, records in frames before the one that is cut off are taken, and it goes on behind them: that was not
// recorded, so it is cut off in its first frame.
std::size_t most_cut(std::string_view reply, std::string_view request) {
  return is_streamed(request) ? kFrameHeaderBytes + parse_frame_header(reply)->size : reply.size();
}

// Sends `bad` once instead of that reply.
ReplayingPeer::Deliver once(const std::string& instead_of, Sent bad) {
  return [instead_of, bad = std::move(bad), done = false](const std::string& reply) mutable {
    if (done || reply != instead_of) return Sent{reply};
    done = true;
    return bad;
  };
}

TEST_P(AReplayInTrouble, IsCutOffAnywhere) {
  for (const auto& kind : kKinds) {
    start();
    const std::string& reply = main_reply(recording_, kind.exchange);
    const std::string& request = recording_.by_name.at(kind.exchange).front().request;
    const std::size_t most = most_cut(reply, request), step = is_streamed(request) ? 7 : 1;  // streams take long
    for (std::size_t size = 0; size < most; size += step) {
      const std::string gave = ask(exchange_named(kind.exchange), once(reply, {reply.substr(0, size), Then::Close}));
      ASSERT_EQ(gave, give(kind, kind.broken)) << kind.exchange << ", after " << size;
      ASSERT_EQ(peer_->wrong(), "") << kind.exchange << ", after " << size;
      if (kind.broken != nullptr) ASSERT_EQ(peer_->asked(), 1u) << kind.exchange << ", after " << size;
      ASSERT_EQ(ask(exchange_named("exists")), "yes") << "after " << kind.exchange;
    }
    stop();
  }
}

TEST_P(AReplayInTrouble, MakesNoSense) {
  for (const auto& kind : kKinds) {
    start();
    const std::string& reply = main_reply(recording_, kind.exchange);
    std::string other_version = reply, compressed = reply, other_type = reply, over_limit = reply, endless = reply;
    std::string other_header = reply;
    other_version[0] = 3;
    compressed[1] = 4;
    other_type[1] = reply[1] == 1 ? 3 : 1;
    other_header[kFrameHeaderBytes] = 0x15;
    store_big(over_limit.data() + 4, static_cast<std::uint32_t>(ClientOptions{}.max_frame_bytes + 1));
    store_big(endless.data(), std::uint64_t{0x0203FFFF'FFFFFFFF});
    std::vector<std::string> senseless{other_version, compressed, other_type,
                                       over_limit,    endless,    "HTTP/1.1 400 No\r\n"};
    if (reply[1] == 3) senseless.push_back(other_header);
    if (!is_streamed(recording_.by_name.at(kind.exchange).front().request))
      senseless.push_back(test::frame(reply[1], reply.substr(kFrameHeaderBytes) + 'x'));
    for (const auto& bytes : senseless) {
      const std::string gave = ask(exchange_named(kind.exchange), once(reply, {bytes, Then::Silent}));
      EXPECT_EQ(gave, give(kind, kind.broken)) << kind.exchange << ": " << hex_of(bytes);
      EXPECT_EQ(peer_->wrong(), "") << kind.exchange << ": " << hex_of(bytes);
      EXPECT_EQ(ask(exchange_named("exists")), "yes") << "after " << kind.exchange;
    }
    EXPECT_EQ((*client_)->stats().timeouts, 0u) << kind.exchange << " was waited for";
    stop();
  }
}

TEST_P(AReplayInTrouble, StopsHalfway) {
  for (const auto& kind : kKinds) {
    const std::string& reply = main_reply(recording_, kind.exchange);
    start(kShort);
    const auto patience = kind.late == nullptr ? kPatience : kShort;
    const Sent half{reply.substr(0, reply.size() / 2), Then::Silent};
    EXPECT_EQ(ask(exchange_named(kind.exchange), once(reply, half), patience), give(kind, kind.late)) << kind.exchange;
    EXPECT_EQ(peer_->wrong(), "") << kind.exchange;
    EXPECT_EQ((*client_)->stats().timeouts, 1u) << kind.exchange;
    stop();
  }
}

// What each code reads as to a caller; not listed: Internal. Of these a server can be brought to give 2, 3, 4, 5, 8,
// 12, 13, 22, 26, 27, 51, 150, 151, 200 and 201, which are in the table of exchanges; the others are put into its
// replies.
ErrorKind kind_of_code(int code) {
  static const std::map<ErrorKind, std::vector<int>> table{
      {ErrorKind::NotFound, {2, 201}},
      {ErrorKind::GenerationMismatch, {3}},
      {ErrorKind::AlreadyExists, {5, 200}},
      {ErrorKind::ConditionFailed, {27}},
      {ErrorKind::TooLarge, {13, 151}},
      {ErrorKind::Timeout, {9, 212}},
      {ErrorKind::Conflict, {6, 12, 17, 19, 23, 24, 26}},
      {ErrorKind::Unavailable, {1,  7,  8,  11, 14, 15, 18,  20,  22,  28,  32,  51,  52,  60,  62,  63, 64,
                                65, 66, 80, 81, 82, 83, 120, 150, 152, 202, 203, 204, 206, 210, 211, 213}},
  };
  for (const auto& [kind, codes] : table) {
    if (std::find(codes.begin(), codes.end(), code) != codes.end()) return kind;
  }
  return ErrorKind::Internal;
}

TEST_P(AReplayInTrouble, HasAnyCode) {
  constexpr std::size_t kCode = 8 + 5;
  const std::set<int> passing{11, 14, 18, 152, 203, 211};  // even a write may be made again
  const std::string bare = recording_.by_name.at("get, no record").front().reply;
  start();
  for (int code = 1; code < 256; ++code) {
    for (const char* name : {"get, whole", "put, every type", "batch, of one", "query, nothing there"}) {
      const Exchange& exchange = exchange_named(name);
      const bool write = exchange.name == "put, every type", batch = exchange.name == "batch, of one";
      const bool again = passing.contains(code) || (!write && code == 9);
      const std::string& good = recording_.by_name.at(name).front().reply;
      Sent refused{batch ? good : bare, again ? Then::Again : Then::GoOn};
      refused.bytes[kCode] = static_cast<char>(code);
      std::string expected = told(write && code == 9 ? ErrorKind::InDoubt : kind_of_code(code));
      if (again) expected = exchange.gives;
      if (batch && code == 2) expected = "none";
      EXPECT_EQ(ask(exchange, once(good, refused)), expected) << name << ", code " << code;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfServers, AReplayInTrouble, testing::ValuesIn(recorded_files()));

}  // namespace

}  // namespace qm::aerospike::exchanges
