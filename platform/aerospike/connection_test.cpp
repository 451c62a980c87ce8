#include "platform/aerospike/connection.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>

#include "platform/aerospike/scripted_peer_fixture.hpp"

namespace qm::aerospike {

namespace {

using namespace std::chrono_literals;
using test::Gate;
using test::PeerSocket;
using test::ScriptedPeer;

// Asks with a number and expects it back.
class NumberCommand final : public Command {
 public:
  explicit NumberCommand(int number, std::size_t padding = 0, bool streams = false)
      : Command(streams), number_(number), padding_(padding) {}
  void encode(std::string& out, std::chrono::milliseconds) const override {
    out += test::frame(3, std::to_string(number_) + std::string(padding_, ' '));
  }
  Taken take(FrameType, std::string_view body) override {
    if (streams() && body == "more") return Taken::More;
    answer = std::atoi(std::string{body}.c_str());
    return body == "nonsense" ? Taken::Broken : Taken::Done;
  }
  int answer = -1;

 private:
  int number_;
  std::size_t padding_;
};

struct Asked {
  explicit Asked(int number, std::size_t padding = 0, bool streams = false) : command(number, padding, streams) {}
  NumberCommand command;
  std::optional<Outcome> outcome;
};

class AConnection : public testing::Test {
 protected:
  AConnection() { options_.seeds = {{"unused", 1}}; }
  ~AConnection() override { stop(); }

  void start(std::uint16_t port, Credentials credentials = {}) {
    auto settings = std::make_shared<LoopSettings>();
    settings->options = options_;
    settings->credentials = std::move(credentials);
    loop_ = std::make_shared<Loop>(context_, settings);
    const boost::asio::ip::tcp::endpoint endpoint{boost::asio::ip::address_v4::loopback(), port};
    node_ = std::make_shared<Node>(NodeIndex{0}, "A", NodeAddress{"127.0.0.1", port}, endpoint);
    connection_ = &loop_->open(node_);
  }

  static Task<void> ask_task(Connection& connection, Asked& asked, Deadline deadline) {
    asked.outcome = co_await connection.run(asked.command, deadline);
  }
  Asked& ask(int number, std::chrono::milliseconds timeout = 10s, std::size_t padding = 0, bool streams = false) {
    asked_.push_back(std::make_unique<Asked>(number, padding, streams));
    Asked& asked = *asked_.back();
    boost::asio::co_spawn(context_, ask_task(*connection_, asked, deadline_in(timeout)), boost::asio::detached);
    return asked;
  }
  // Runs the thread's work until the condition holds.
  bool eventually(const std::function<bool()>& holds) {
    const Deadline limit = deadline_in(10s);
    while (!holds() && std::chrono::steady_clock::now() < limit) {
      context_.restart();
      context_.run_for(1ms);
    }
    return holds();
  }
  bool answered(const Asked& asked) {
    return eventually([&] { return asked.outcome.has_value(); });
  }
  Outcome outcome_of(const Asked& asked) { return answered(asked) ? *asked.outcome : Outcome::Full; }
  void stop() {
    if (!loop_) return;
    loop_->stop();
    context_.restart();
    context_.run();
    loop_ = nullptr;
  }

  boost::asio::io_context context_{1};
  ClientOptions options_;
  std::shared_ptr<Loop> loop_;
  std::shared_ptr<Node> node_;
  Connection* connection_ = nullptr;
  std::vector<std::unique_ptr<Asked>> asked_;
};

void echo(PeerSocket& socket) {
  while (auto asked = socket.read_frame()) socket.write(test::frame(3, asked->body));
}

TEST_F(AConnection, MatchesPipelinedRepliesByOrderAndGathersRequestsIntoFewWrites) {
  options_.max_in_flight = 300;
  ScriptedPeer peer{echo};
  start(peer.port());
  ASSERT_TRUE(answered(ask(-2)));
  asked_.clear();
  for (int i = 0; i < 300; ++i) ask(i);
  const auto& counters = loop_->counters();
  ASSERT_TRUE(eventually([&] { return counters.attempts.get() == 301 && counters.in_flight.get() == 0; }));
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(*asked_[static_cast<std::size_t>(i)]->outcome, Outcome::Answered);
    EXPECT_EQ(asked_[static_cast<std::size_t>(i)]->command.answer, i);
  }
  EXPECT_LT(loop_->counters().writes.get(), 30u);
}

TEST_F(AConnection, TakesRepliesInPiecesOfOneByteAndSeveralAtOnce) {
  ScriptedPeer peer{[](PeerSocket& socket) {
    std::string all;
    for (int i = 0; i < 2; ++i) all += test::frame(3, socket.read_frame()->body);
    for (const char c : all) socket.write({&c, 1});
    std::string both;
    for (int i = 0; i < 2; ++i) both += test::frame(3, socket.read_frame()->body);
    socket.write(both);
    socket.read_frame();
  }};
  start(peer.port());
  for (int i = 0; i < 4; ++i) {
    const Asked& asked = ask(i);
    if (i % 2 == 0) continue;
    EXPECT_EQ(outcome_of(asked), Outcome::Answered);
    EXPECT_EQ(asked.command.answer, i);
  }
}

TEST_F(AConnection, CarriesRequestsLargerThanTheSocketsBuffers) {
  ScriptedPeer peer{echo};
  start(peer.port());
  const Asked& large = ask(7, 10s, 12 * 1024 * 1024);
  const Asked& after = ask(8);
  EXPECT_EQ(outcome_of(large), Outcome::Answered);
  EXPECT_EQ(outcome_of(after), Outcome::Answered);
  EXPECT_EQ(large.command.answer, 7);
  EXPECT_EQ(after.command.answer, 8);
}

TEST_F(AConnection, RefusesARequestThatIsTooLargeAndGoesOn) {
  options_.max_frame_bytes = 4096;
  ScriptedPeer peer{echo};
  start(peer.port());
  const Asked& large = ask(1, 10s, 5000);
  const Asked& small = ask(2);
  EXPECT_EQ(outcome_of(large), Outcome::TooLarge);
  EXPECT_EQ(outcome_of(small), Outcome::Answered);
  EXPECT_EQ(small.command.answer, 2);
}

TEST_F(AConnection, TakesNoMoreThanItsBound) {
  options_.max_in_flight = 4;
  Gate gate;
  ScriptedPeer peer{[&](PeerSocket& socket) {
    gate.wait();
    echo(socket);
  }};
  start(peer.port());
  for (int i = 0; i < 4; ++i) ask(i);
  ASSERT_TRUE(eventually([&] { return connection_->in_flight() == 4; }));
  EXPECT_FALSE(connection_->can_take());
  gate.open();
  EXPECT_EQ(outcome_of(*asked_[0]), Outcome::Answered);
  EXPECT_TRUE(connection_->can_take());
}

TEST_F(AConnection, GivesUpALateReplyAndStaysInStep) {
  Gate gate;
  ScriptedPeer peer{[&](PeerSocket& socket) {
    gate.wait();
    echo(socket);
  }};
  start(peer.port());
  const Asked& late = ask(1, 500ms);
  const Asked& patient = ask(2);
  EXPECT_EQ(outcome_of(late), Outcome::TimedOut);
  EXPECT_EQ(late.command.answer, -1);
  EXPECT_FALSE(connection_->can_take());  // until it has caught up
  gate.open();
  EXPECT_EQ(outcome_of(patient), Outcome::Answered);
  EXPECT_EQ(patient.command.answer, 2);
  EXPECT_TRUE(connection_->can_take());
  EXPECT_EQ(outcome_of(ask(3)), Outcome::Answered);
  EXPECT_EQ(asked_.back()->command.answer, 3);
}

TEST_F(AConnection, IsClosedWhenItDoesNotCatchUp) {
  options_.late_reply_ms = 50ms;
  ScriptedPeer peer{[](PeerSocket& socket) {
    while (socket.read_frame()) {
    }
  }};
  start(peer.port());
  const Asked& late = ask(1, 500ms);
  const Asked& behind = ask(2);
  EXPECT_EQ(outcome_of(late), Outcome::TimedOut);
  EXPECT_EQ(outcome_of(behind), Outcome::Broken);
  EXPECT_EQ(loop_->counters().connections_closed.get(), 1u);
}

// A node that is stopped and wakes finds what lies in its sockets, and would write what nobody waits for any more.
TEST_F(AConnection, IsClosedAtOnceWhenAWriteIsLateSoThatItIsNotCarriedOutLater) {
  options_.late_reply_ms = 1h;
  ScriptedPeer peer{[](PeerSocket& socket) {
    while (socket.read_frame()) {
    }
  }};
  start(peer.port());
  Asked& late = ask(1, 500ms);
  late.command.mark_as_write();
  const Asked& behind = ask(2);
  EXPECT_EQ(outcome_of(late), Outcome::TimedOut);
  EXPECT_EQ(loop_->counters().connections_closed.get(), 1u);
  EXPECT_EQ(outcome_of(behind), Outcome::Broken);
}

TEST_F(AConnection, IsClosedWhenAReplyInPiecesIsLate) {
  ScriptedPeer peer{[](PeerSocket& socket) {
    socket.read_frame();
    socket.write(test::frame(3, "more"));
    socket.read_frame();
  }};
  start(peer.port());
  EXPECT_EQ(outcome_of(ask(1, 500ms, 0, true)), Outcome::TimedOut);
  EXPECT_FALSE(connection_->can_take());
}

TEST_F(AConnection, HandsOutAReplyInPieces) {
  ScriptedPeer peer{[](PeerSocket& socket) {
    socket.read_frame();
    socket.write(test::frame(3, "more") + test::frame(3, "more") + test::frame(3, "5"));
    socket.read_frame();
  }};
  start(peer.port());
  const Asked& asked = ask(1, 10s, 0, true);
  EXPECT_EQ(outcome_of(asked), Outcome::Answered);
  EXPECT_EQ(asked.command.answer, 5);
}

TEST_F(AConnection, SaysOfWhichCommandsAByteWasWrittenWhenItBreaks) {
  ScriptedPeer peer{[](PeerSocket& socket) {
    const auto first = socket.read_frame();
    socket.write(test::frame(3, first->body));
    socket.read_frame();
  }};
  start(peer.port());
  const Asked& first = ask(1);
  const Asked& second = ask(2);
  const Asked& third = ask(3);
  EXPECT_EQ(outcome_of(first), Outcome::Answered);
  EXPECT_EQ(outcome_of(second), Outcome::Broken);
  EXPECT_EQ(outcome_of(third), Outcome::Broken);  // all three left in one write
}

TEST_F(AConnection, ThatNobodyAcceptsLeavesItsCommandsUnsent) {
  std::uint16_t port = 0;
  {
    ScriptedPeer gone{echo};
    port = gone.port();
  }
  start(port);
  const Asked& asked = ask(1);
  EXPECT_EQ(outcome_of(asked), Outcome::Unreachable);
  EXPECT_TRUE(node_->is_blocked(std::chrono::steady_clock::now()));
  EXPECT_EQ(loop_->counters().connections_failed.get(), 1u);
}

TEST_F(AConnection, BreaksAtWhatIsNoReply) {
  const std::vector<std::string> nonsense{
      test::frame(3, "nonsense"),
      std::string{"\x02\x03\x00\x00\x40\x00\x00\x00", 8},  // a gigabyte
      std::string{"\x09\x03\x00\x00\x00\x00\x00\x00", 8},  // another version
      std::string{"HTTP/1.1 400 Bad Request\r\n\r\n"},
      test::frame(3, "1") + test::frame(3, "unasked"),
      test::frame(3, "cut off here").substr(0, 12),
  };
  for (const auto& bytes : nonsense) {
    ScriptedPeer peer{[&](PeerSocket& socket) {
      socket.read_frame();
      socket.write(bytes);
    }};
    start(peer.port());
    const Asked& asked = ask(1);
    const Outcome outcome = outcome_of(asked);
    EXPECT_TRUE(outcome == Outcome::Broken || asked.command.answer == 1) << bytes;
    EXPECT_TRUE(eventually([&] { return loop_->counters().connections_closed.get() == 1; })) << bytes;
    stop();
  }
}

TEST_F(AConnection, LogsInBeforeAnyCommandAndUnsaysWhatComesTooLate) {
  Gate gate;
  std::promise<std::string> login, command;
  ScriptedPeer peer{[&](PeerSocket& socket) {
    login.set_value(socket.read_frame()->body);
    gate.wait();
    socket.write(test::frame(2, std::string(16, '\0')));
    const auto asked = socket.read_frame();
    command.set_value(asked->body);
    socket.write(test::frame(3, asked->body));
    socket.read_frame();
  }};
  start(peer.port(), {"ann", "hash of her password"});
  const Asked& hasty = ask(1, 500ms);
  const Asked& patient = ask(2);
  EXPECT_EQ(outcome_of(hasty), Outcome::Expired);
  gate.open();
  EXPECT_EQ(outcome_of(patient), Outcome::Answered);
  EXPECT_NE(login.get_future().get().find("ann"), std::string::npos);
  EXPECT_EQ(command.get_future().get(), "2");  // the hasty one was never sent
}

TEST_F(AConnection, WhoseLoginIsRefusedIsNoConnection) {
  ScriptedPeer peer{[](PeerSocket& socket) {
    socket.read_frame();
    std::string refused(16, '\0');
    refused[1] = 65;
    socket.write(test::frame(2, refused));
    socket.read_frame();
  }};
  start(peer.port(), {"ann", "hash of another password"});
  EXPECT_EQ(outcome_of(ask(1)), Outcome::Unreachable);
}

TEST_F(AConnection, IsClosedWhenIdleForLong) {
  options_.max_idle_ms = 20ms;
  ScriptedPeer peer{echo};
  start(peer.port());
  EXPECT_EQ(outcome_of(ask(1)), Outcome::Answered);
  EXPECT_TRUE(eventually([&] { return loop_->counters().connections_closed.get() == 1; }));
}

TEST_F(AConnection, ThatRetiresAnswersWhatItHas) {
  Gate gate;
  ScriptedPeer peer{[&](PeerSocket& socket) {
    gate.wait();
    echo(socket);
  }};
  start(peer.port());
  const Asked& asked = ask(1);
  ASSERT_TRUE(eventually([&] { return connection_->in_flight() == 1; }));
  connection_->retire();
  EXPECT_FALSE(connection_->can_take());
  gate.open();
  EXPECT_EQ(outcome_of(asked), Outcome::Answered);
  EXPECT_EQ(loop_->counters().connections_closed.get(), 1u);
}

TEST_F(AConnection, EndsItsCommandsWhenTheLoopStops) {
  ScriptedPeer peer{[](PeerSocket& socket) {
    while (socket.read_frame()) {
    }
  }};
  start(peer.port());
  const Asked& asked = ask(1);
  ASSERT_TRUE(eventually([&] { return loop_->counters().writes.get() == 1; }));
  stop();
  EXPECT_EQ(*asked.outcome, Outcome::Broken);
}

}  // namespace

}  // namespace qm::aerospike
