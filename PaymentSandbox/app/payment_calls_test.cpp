#include "PaymentSandbox/app/payment_calls.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/dying_store_fixture.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::sandbox {
namespace {

using kv::DyingStore;

class PaymentCallsTest : public testing::Test {
 protected:
  CallOutcome run(PaymentStep step, std::string key = {}, Money amount = Money{1'000}, std::string method = "card",
                  std::optional<FaultKind> fault = {}) {
    PaymentCall call;
    call.payment = id_;
    call.step = step;
    call.key = std::move(key);
    call.fault = fault;
    if (step == PaymentStep::authorise || step == PaymentStep::refund) call.amount = amount;
    if (step == PaymentStep::authorise) call.method = std::move(method);
    if (step == PaymentStep::refund) call.refund = "r1";
    return await(calls_.run(std::move(call)));
  }
  Payment payment() { return await(ledger_.get(id_)).value(); }

  ManualClock clock_{test::kNow};
  DyingStore kv_{kv::make_memory_store("payments", clock_)};
  PaymentLedger ledger_{kv_};
  IdempotencyStore answers_{kv_};
  Faults faults_;
  std::vector<PaymentEvent> told_;
  SandboxPayments payments_{ledger_, clock_, [this](Payment, PaymentEvent event) -> Task<Result<void>> {
                              told_.push_back(std::move(event));
                              co_return Result<void>{};
                            }};
  PaymentCalls calls_{payments_, ledger_, answers_, faults_};
  PaymentId id_{"ord_1"};
};

TEST_F(PaymentCallsTest, AKeyIsAnsweredAsTheFirstTime) {
  EXPECT_FALSE(run(PaymentStep::authorise, "k1").is_replayed);
  ASSERT_TRUE(run(PaymentStep::capture, "k2").result);
  const CallOutcome again = run(PaymentStep::authorise, "k1");
  EXPECT_TRUE(again.is_replayed);
  ASSERT_TRUE(again.result);
  EXPECT_EQ(again.result->state, PaymentState::authorised);  // as it then was
  const CallOutcome other = run(PaymentStep::authorise, "k1", Money{2'000});
  ASSERT_FALSE(other.result);
  EXPECT_EQ(other.result.error().kind, ErrorKind::Rejected);
  EXPECT_EQ(payment().captures, 1);
}

TEST_F(PaymentCallsTest, ARefusalIsKeptButNotAStateThatMayPass) {
  const CallOutcome early = run(PaymentStep::capture, "capture");
  ASSERT_FALSE(early.result);
  EXPECT_EQ(early.result.error().kind, ErrorKind::Conflict);
  ASSERT_TRUE(run(PaymentStep::authorise, "authorise").result);
  EXPECT_TRUE(run(PaymentStep::capture, "capture").result);

  id_ = PaymentId{"ord_2"};
  EXPECT_EQ(run(PaymentStep::authorise, "other", Money{1'000}, "declined").result.error().kind, ErrorKind::Rejected);
  const CallOutcome again = run(PaymentStep::authorise, "other", Money{1'000}, "declined");
  EXPECT_TRUE(again.is_replayed);
  EXPECT_EQ(again.result.error().kind, ErrorKind::Rejected);
  EXPECT_EQ(payment().state, PaymentState::declined);
}

TEST_F(PaymentCallsTest, RefundTwiceIsMadeOnce) {
  ASSERT_TRUE(run(PaymentStep::authorise).result);
  ASSERT_TRUE(run(PaymentStep::capture).result);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(run(PaymentStep::refund, "", Money{400}).result);
  EXPECT_EQ(payment().refunded(), Money{400});
}

TEST_F(PaymentCallsTest, TroubleIsAsOrdered) {
  EXPECT_EQ(run(PaymentStep::authorise, "k", Money{1'000}, "card", FaultKind::unavailable).result.error().kind,
            ErrorKind::Unavailable);
  EXPECT_EQ(payment().state, PaymentState::none);
  FaultPlan plan;
  plan.delay_ms = std::chrono::milliseconds{1};
  faults_.order(plan);
  EXPECT_TRUE(run(PaymentStep::authorise, "k", Money{1'000}, "lost_answer", FaultKind::delay).is_lost);
  EXPECT_EQ(payment().state, PaymentState::authorised);
  EXPECT_FALSE(run(PaymentStep::authorise, "k", Money{1'000}, "lost_answer").is_lost);
  EXPECT_TRUE(run(PaymentStep::capture).is_lost);
  EXPECT_EQ(payment().state, PaymentState::captured);
}

TEST_F(PaymentCallsTest, EveryStepIsTold) {
  run(PaymentStep::authorise);
  run(PaymentStep::capture);
  run(PaymentStep::refund, "", Money{400});
  run(PaymentStep::dispute);
  EXPECT_EQ(told_, events_of(payment()));
  id_ = PaymentId{"ord_2"};
  run(PaymentStep::authorise, "", Money{1'000}, "declined");
  EXPECT_EQ(told_.back().kind, PaymentEventKind::declined);
}

// The sandbox dies at each write of a payment's life; whoever calls again with the same keys gets it whole.
TEST_F(PaymentCallsTest, ADeathAtAnyWriteLeavesNothingTwice) {
  int lives = 0;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes, ++lives) {
      id_ = PaymentId{"ord_" + std::to_string(100 + lives)};
      const auto live = [&] {
        const std::string key = id_.str();
        bool whole = run(PaymentStep::authorise, key + ":a").result.has_value();
        whole = whole && run(PaymentStep::capture, key + ":c").result;
        return whole && run(PaymentStep::refund, key + ":r", Money{400}).result;
      };
      kv_.die_after(writes, last);
      const bool whole = live();
      died = kv_.is_dead();
      EXPECT_NE(whole, died) << writes;
      kv_.revive();
      EXPECT_TRUE(live()) << writes;
      EXPECT_EQ(payment().captures, 1) << writes;
      EXPECT_EQ(payment().refunded(), Money{400}) << writes;
      ASSERT_LT(writes, 50);
    }
  }
  EXPECT_GE(lives, 12);
}

}  // namespace
}  // namespace qm::sandbox
