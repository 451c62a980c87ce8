#include "PaymentSandbox/domain/fault.hpp"

#include <gtest/gtest.h>

namespace qm::sandbox {
namespace {

CallName call(int payment, std::string step = "capture", std::int64_t attempt = 1) {
  return {"ord_" + std::to_string(payment), std::move(step), attempt};
}

TEST(Faults, AreDrawnFromTheSeedAndTheCall) {
  FaultPlan plan;
  plan.lost_answer = 0.25;
  plan.unavailable = 0.1;
  int lost = 0, refused = 0, differ = 0;
  FaultPlan other = plan;
  other.seed = 2;
  for (int i = 0; i < 4'000; ++i) {
    const CallFaults faults = faults_of(plan, call(i), {}, "card");
    const CallFaults again = faults_of(plan, call(i), {}, "card");
    EXPECT_EQ(faults.is_lost, again.is_lost);
    EXPECT_EQ(faults.is_unavailable, again.is_unavailable);
    lost += faults.is_lost ? 1 : 0;
    refused += faults.is_unavailable ? 1 : 0;
    differ += faults_of(other, call(i), {}, "card").is_lost != faults.is_lost ? 1 : 0;
  }
  EXPECT_NEAR(lost, 1'000, 150);
  EXPECT_NEAR(refused, 400, 100);
  EXPECT_GT(differ, 500);
}

TEST(Faults, AnotherAttemptMayFareBetterButADeclinedCardStaysSo) {
  FaultPlan plan;
  plan.lost_answer = 0.5;
  plan.decline = 0.5;
  int changed = 0;
  for (int i = 0; i < 100; ++i) {
    const CallFaults first = faults_of(plan, call(i, "authorise", 1), {}, "card");
    const CallFaults second = faults_of(plan, call(i, "authorise", 2), {}, "card");
    changed += first.is_lost != second.is_lost ? 1 : 0;
    EXPECT_EQ(first.is_declined, second.is_declined);
  }
  EXPECT_GT(changed, 20);
}

TEST(Faults, AreOrderedByHeaderOrMethodToo) {
  const FaultPlan plan;
  EXPECT_TRUE(faults_of(plan, call(1), FaultKind::lost_answer, "card").is_lost);
  EXPECT_TRUE(faults_of(plan, call(1), FaultKind::unavailable, "card").is_unavailable);
  EXPECT_TRUE(faults_of(plan, call(1), FaultKind::decline, "card").is_declined);
  EXPECT_EQ(faults_of(plan, call(1), FaultKind::delay, "card").wait_before, plan.delay_ms);
  EXPECT_EQ(faults_of(plan, call(1), FaultKind::slow_answer, "card").wait_after, plan.delay_ms);
  EXPECT_TRUE(faults_of(plan, call(1), {}, "declined").is_declined);
  EXPECT_TRUE(faults_of(plan, call(1, "capture", 1), {}, "lost_answer").is_lost);
  EXPECT_FALSE(faults_of(plan, call(1, "capture", 2), {}, "lost_answer").is_lost);
  EXPECT_EQ(faults_of(plan, call(1), {}, "timeout").wait_before, plan.delay_ms);
  EXPECT_FALSE(faults_of(plan, call(1), {}, "card").is_lost);
  EXPECT_FALSE(parse_fault_kind("nonsense"));
}

TEST(Faults, OfWebhooksAreLateTwiceOrNever) {
  FaultPlan plan;
  plan.webhook_delay_ms = std::chrono::milliseconds{1'000};
  plan.webhook_drop = 0.3;
  plan.webhook_repeat = 0.3;
  int dropped = 0, repeated = 0;
  std::chrono::milliseconds longest{0};
  for (int i = 0; i < 1'000; ++i) {
    const WebhookFaults faults = webhook_faults_of(plan, "evt_" + std::to_string(i));
    dropped += faults.is_dropped ? 1 : 0;
    repeated += faults.is_repeated ? 1 : 0;
    longest = std::max(longest, faults.delay);
    EXPECT_LE(faults.delay, plan.webhook_delay_ms);
  }
  EXPECT_NEAR(dropped, 300, 75);
  EXPECT_NEAR(repeated, 300, 75);
  EXPECT_GT(longest.count(), 900);
}

}  // namespace
}  // namespace qm::sandbox
