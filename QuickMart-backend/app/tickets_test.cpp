#include "QuickMart-backend/app/tickets.hpp"

#include <gtest/gtest.h>

#include "platform/core/runtime.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/app/dying_store_fixture.hpp"
#include "QuickMart-backend/app/owed_events_fixture.hpp"

namespace qm::shop {
namespace {

using std::chrono::hours;
using test::kNow;

class TicketsTest : public testing::Test {
 protected:
  TicketsTest() {
    workers_.start();
    EXPECT_TRUE(run(store_.open()));
  }
  ~TicketsTest() override {
    workers_.stop();
    workers_.join();
  }

  template <class T>
  Result<T> run(Task<Result<T>> task) {
    return await_on(workers_.context(0), std::move(task));
  }
  TicketId open(const UserId& user) {
    auto ticket = run(tickets_.open(user, {"Late", "Where is it?", std::nullopt}));
    EXPECT_TRUE(ticket) << ticket.error().detail;
    return ticket->id;
  }

  WorkerThreads workers_{4};
  ManualClock clock_{kNow};
  DyingStore kv_{kv::make_memory_store("quick_mart", clock_)};
  TicketStore store_{kv_};
  OrderStore orders_{kv_};
  jobs::Queue queue_{kv_, clock_};
  ListeningReco reco_;
  SendEvents events_{queue_, reco_};
  Tickets tickets_{store_, orders_, events_, clock_};
  const UserId ann_{"ann"};
  const UserId bob_{"bob"};
};

TEST_F(TicketsTest, GoesBackAndForthUntilItIsClosed) {
  const TicketId id = open(ann_);
  EXPECT_EQ(run(tickets_.in_state(TicketState::open, "", 10))->tickets.size(), 1u);
  EXPECT_EQ(run(tickets_.answer(id, "On its way."))->state, TicketState::answered);
  EXPECT_TRUE(run(tickets_.in_state(TicketState::open, "", 10))->tickets.empty());
  EXPECT_EQ(run(tickets_.write(ann_, id, "Since when?"))->state, TicketState::open);
  clock_.advance(hours{3});
  const auto closed = run(tickets_.close(ann_, id, 2));
  ASSERT_TRUE(closed) << closed.error().detail;
  EXPECT_EQ(closed->state, TicketState::closed);
  EXPECT_EQ(closed->messages.size(), 3u);
  EXPECT_EQ(run(tickets_.get(ann_, id)).value(), *closed);
  EXPECT_EQ(run(tickets_.close(ann_, id, 2)).value(), *closed) << "the same again";
  EXPECT_EQ(run(tickets_.close(ann_, id, 5)).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(run(tickets_.write(ann_, id, "More")).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(run(tickets_.answer(id, "More")).error().kind, ErrorKind::Conflict);
}

TEST_F(TicketsTest, SomebodyElsesIsNotFound) {
  const TicketId id = open(ann_);
  EXPECT_EQ(run(tickets_.get(bob_, id)).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(run(tickets_.write(bob_, id, "Me too")).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(run(tickets_.close(bob_, id, 1)).error().kind, ErrorKind::NotFound);
  EXPECT_TRUE(run(tickets_.list(bob_))->empty());
  EXPECT_EQ(run(tickets_.list(ann_))->size(), 1u);
  EXPECT_EQ(run(tickets_.open(ann_, {"Late", "?", OrderId{"ord_of_bob"}})).error().kind, ErrorKind::NotFound);
}

TEST_F(TicketsTest, ACustomerHasSoManyOpenAtMost) {
  TicketId last;
  for (std::size_t i = 0; i < kMaxOpenTickets; ++i) last = open(ann_);
  EXPECT_EQ(run(tickets_.open(ann_, {"Late", "?", std::nullopt})).error().kind, ErrorKind::Conflict);
  ASSERT_TRUE(run(tickets_.close(last)));
  EXPECT_TRUE(run(tickets_.open(ann_, {"Late", "?", std::nullopt})));
}

TEST_F(TicketsTest, TellsOfEachStepOnce) {
  const TicketId id = open(ann_);
  EXPECT_EQ(*run(tickets_.run()), 1);
  EXPECT_EQ(owed_of(kv_, "ann"), "ticket_opened ");
  clock_.advance(hours{6});
  ASSERT_TRUE(run(tickets_.close(id)));
  ASSERT_TRUE(run(tickets_.run()));
  clock_.advance(hours{1});
  ASSERT_TRUE(run(tickets_.close(ann_, id, 4)));
  ASSERT_TRUE(run(tickets_.run()));
  EXPECT_EQ(*run(tickets_.run()), 0);
  const auto owed = owed_events(kv_);
  ASSERT_EQ(owed.size(), 3u);
  const contracts::Event& closed = owed.at("ticket_closed." + id.str());
  EXPECT_DOUBLE_EQ(closed.data.resolution_hours.value(), 6);
  EXPECT_FALSE(closed.data.score);
  EXPECT_EQ(owed.at("ticket_rated." + id.str()).data.score, 4);
}

TEST_F(TicketsTest, AScoreThatFollowsWithinTheSameMomentIsToldToo) {
  const TicketId id = open(ann_);
  ASSERT_TRUE(run(tickets_.close(id)));
  ASSERT_TRUE(run(tickets_.run()));
  ASSERT_TRUE(run(tickets_.close(ann_, id, 4)));
  ASSERT_TRUE(run(tickets_.run()));
  EXPECT_EQ(owed_of(kv_, "ann"), "ticket_closed ticket_opened ticket_rated ");
}

TEST_F(TicketsTest, ACrashAtAnyWriteLosesNoEvent) {
  int round = 0;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const UserId user{"user_" + std::to_string(round++)};
      const TicketId id = open(user);
      kv_.die_after(writes, last);
      static_cast<void>(run(tickets_.close(user, id, 3)));
      static_cast<void>(run(tickets_.run()));
      died = kv_.is_dead();
      kv_.revive();
      ASSERT_TRUE(run(tickets_.close(user, id, 3)));
      ASSERT_TRUE(run(tickets_.run()));
      EXPECT_EQ(owed_of(kv_, user.str()), "ticket_closed ticket_opened ") << "dead at write " << writes;
      ASSERT_LT(writes, 20);
    }
  }
  EXPECT_GT(round, 6);
}

TEST_F(TicketsTest, WhoWritesAtOnceLosesNothing) {
  const TicketId id = open(ann_);
  std::vector<Task<Result<Ticket>>> tasks;
  for (int i = 0; i < 10; ++i) {
    tasks.push_back(tickets_.write(ann_, id, "mine"));
    tasks.push_back(tickets_.answer(id, "ours"));
  }
  for (const auto& written : await_all(workers_, workers_.size(), std::move(tasks))) EXPECT_TRUE(written);
  EXPECT_EQ(run(tickets_.get(ann_, id))->messages.size(), 21u);
}

TEST(Ticket, StatesFollowTheTable) {
  using enum TicketState;
  struct Case {
    TicketState from, to;
    bool allowed;
  };
  for (const auto& c : {Case{open, answered, true}, Case{answered, open, true}, Case{open, closed, true},
                        Case{answered, closed, true}, Case{closed, open, false}, Case{closed, answered, false},
                        Case{closed, closed, true}})
    EXPECT_EQ(may_follow(c.from, c.to), c.allowed) << to_string(c.from) << " → " << to_string(c.to);
}

}  // namespace
}  // namespace qm::shop
