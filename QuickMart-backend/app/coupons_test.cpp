#include "QuickMart-backend/app/coupons.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/core/runtime.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/app/owed_events_fixture.hpp"

namespace qm::shop {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using test::kNow;

class CouponsTest : public testing::Test {
 protected:
  CouponsTest() { workers_.start(); }
  ~CouponsTest() override {
    workers_.stop();
    workers_.join();
  }

  // Runs a task on a worker and waits for what it gives.
  template <class T>
  Result<T> run(Task<Result<T>> task) {
    return await_on(workers_.context(0), std::move(task));
  }

  // Runs all of them at once, spread over the workers.
  template <class T>
  std::vector<Result<T>> run_all(std::vector<Task<Result<T>>> tasks) {
    return await_all(workers_, workers_.size(), std::move(tasks));
  }

  void create(std::string code, Discount discount, std::optional<std::int64_t> limit = {}) {
    Coupon coupon;
    coupon.code = std::move(code);
    coupon.name = "Test";
    coupon.discount = discount;
    coupon.usage_limit = limit;
    coupon.valid_from = kNow - days{1};
    coupon.valid_until = kNow + days{10};
    ASSERT_TRUE(run(app_.create.run(std::move(coupon))));
  }
  void add_user(std::string id) {
    kv::Bins bins;
    bins["email"] = id + "@example.com";
    ASSERT_TRUE(run(kv_->put(kv::Key{"user", std::move(id)}, std::move(bins))));
  }
  std::int64_t usage(std::string code) { return run(coupons_.find(std::move(code)))->usage_count; }
  std::string statuses(const char* user) {
    std::string text;
    for (const auto& each : *run(app_.list.history(UserId{user})))
      text += std::string{to_string(each.status)} + " ";
    return text;
  }
  Result<AppliedCoupon> apply(const char* user, const char* code, std::int64_t total = 100'00) {
    return run(app_.apply.run(UserId{user}, code, Money{total}));
  }
  AssignCouponInput nudge(std::string user, std::string coupon, std::string id) {
    AssignCouponInput input;
    input.user_id = UserId{std::move(user)};
    input.coupon = std::move(coupon);
    input.nudge_id = std::move(id);
    input.churn_score = 0.9;
    return input;
  }

  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("quick_mart", clock_);
  CouponStore coupons_{*kv_};
  UserCouponStore held_{*kv_};
  UserStore users_{*kv_};
  CampaignStore campaigns_{*kv_};
  FirstOrderStore first_orders_{*kv_};
  OrderStore orders_{*kv_};
  jobs::Queue queue_{*kv_, clock_};
  ListeningReco reco_;
  SendEvents events_{queue_, reco_};
  CouponApp app_{{coupons_, held_, campaigns_, first_orders_, orders_, users_, clock_, events_}};
  WorkerThreads workers_{4};
};

// --- apply -----------------------------------------------------------------------------------------------------------

TEST_F(CouponsTest, ACouponIsSpentOnce) {
  create("SAVE20", AmountOff{Money{20'00}}, 500);
  const auto applied = apply("user_1", "save20");
  ASSERT_TRUE(applied) << applied.error().detail;
  EXPECT_EQ(applied->discount.minor(), 20'00);
  EXPECT_EQ(applied->final_amount.minor(), 80'00);
  EXPECT_EQ(usage("SAVE20"), 1);
  EXPECT_EQ(statuses("user_1"), "used ");
  EXPECT_EQ(owed_of(*kv_, "user_1"), "coupon_redeemed ");

  const auto again = apply("user_1", "SAVE20");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::Rejected);
  EXPECT_NE(again.error().detail.find("already used"), std::string::npos);
  EXPECT_EQ(usage("SAVE20"), 1);
  EXPECT_TRUE(apply("user_2", "SAVE20"));
}

TEST_F(CouponsTest, NothingIsSpentWhenItIsRefused) {
  create("SAVE20", AmountOff{Money{20'00}}, 1);
  for (const auto& [code, total] : {std::pair{"NOSUCH", 100'00}, {"not a code!", 100'00}}) {
    const auto refused = apply("user_1", code, total);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Rejected);
  }
  clock_.advance(days{11});
  ASSERT_FALSE(apply("user_1", "SAVE20"));
  EXPECT_EQ(usage("SAVE20"), 0);
  EXPECT_EQ(statuses("user_1"), "");
}

TEST_F(CouponsTest, OfParallelAppliesExactlyOneSucceeds) {
  create("SAVE20", AmountOff{Money{20'00}}, 500);
  for (int round = 0; round < 20; ++round) {
    const UserId user{"user_" + std::to_string(round)};
    std::vector<Task<Result<AppliedCoupon>>> tasks;
    for (int i = 0; i < 16; ++i) tasks.push_back(app_.apply.run(user, "SAVE20", Money{100'00}));
    int succeeded = 0;
    for (const auto& each : run_all(std::move(tasks))) {
      succeeded += each ? 1 : 0;
      if (!each) {
        EXPECT_EQ(each.error().kind, ErrorKind::Rejected) << each.error().detail;
      }
    }
    EXPECT_EQ(succeeded, 1);
    EXPECT_EQ(usage("SAVE20"), round + 1);
  }
}

TEST_F(CouponsTest, TheLimitIsNeverPassed) {
  create("SCARCE", PercentOff{{1'000}}, 7);
  std::vector<Task<Result<AppliedCoupon>>> tasks;
  for (int i = 0; i < 64; ++i)
    tasks.push_back(app_.apply.run(UserId{"user_" + std::to_string(i)}, "SCARCE", Money{100'00}));
  int succeeded = 0;
  for (const auto& each : run_all(std::move(tasks))) succeeded += each ? 1 : 0;
  EXPECT_EQ(succeeded, 7);
  EXPECT_EQ(usage("SCARCE"), 7);
  for (const auto& each : *run(coupons_.list())) EXPECT_TRUE(each.pending.empty());
}

// A process that died in the middle of spending: after taking the lease, and after counting the use.
class CrashTest : public CouponsTest, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    create("SAVE20", AmountOff{Money{20'00}}, 1);
    UserCoupon held;
    held.id = *user_coupon_id_of(UserId{"user_1"}, CouponId{"coupon_save20"});
    held.user_id = UserId{"user_1"};
    held.coupon_id = CouponId{"coupon_save20"};
    held.assigned_at = kNow;
    held.uses.push_back({use_, CouponUseState::reserved, kNow, Money{20'00}, {}, false});
    ASSERT_TRUE(*run(held_.give(std::move(held))));
    if (GetParam()) {
      PendingUse pending{use_, UserId{"user_1"}, kNow};
      ASSERT_TRUE(run(coupons_.count_use(CouponId{"coupon_save20"}, std::move(pending))));
    }
  }
  const CouponUseId use_{"use_1"};
};

TEST_P(CrashTest, TheLeaseHoldsWhileItIsYoung) {
  EXPECT_FALSE(apply("user_1", "SAVE20"));
  EXPECT_EQ(*run(app_.recover.run()), 0);
  EXPECT_EQ(usage("SAVE20"), GetParam() ? 1 : 0);
}

TEST_P(CrashTest, RecoveryMakesItUsableAgain) {
  clock_.advance(seconds{31});
  EXPECT_EQ(*run(app_.recover.run()), GetParam() ? 1 : 0);
  EXPECT_EQ(usage("SAVE20"), 0);
  EXPECT_EQ(statuses("user_1"), "available ");
  EXPECT_EQ(*run(app_.recover.run()), 0);
  EXPECT_TRUE(apply("user_1", "SAVE20"));
  EXPECT_EQ(usage("SAVE20"), 1);
  EXPECT_FALSE(apply("user_2", "SAVE20"));
}
INSTANTIATE_TEST_SUITE_P(BeforeAndAfterCounting, CrashTest, testing::Bool());

TEST_F(CouponsTest, AUseIsCountedOnceHoweverOftenItIsAsked) {
  create("SAVE20", AmountOff{Money{20'00}}, 5);
  const CouponId coupon{"coupon_save20"};
  const PendingUse use{CouponUseId{"use_1"}, UserId{"user_1"}, kNow};
  std::vector<Task<Result<void>>> tasks;
  for (int i = 0; i < 8; ++i) tasks.push_back(coupons_.count_use(coupon, use));
  for (const auto& each : run_all(std::move(tasks))) EXPECT_TRUE(each) << each.error().detail;
  EXPECT_EQ(usage("SAVE20"), 1);
  ASSERT_TRUE(run(coupons_.release_use(coupon, use.use, false)));
  ASSERT_TRUE(run(coupons_.release_use(coupon, use.use, false)));
  EXPECT_EQ(usage("SAVE20"), 0);
}

TEST_F(CouponsTest, ASpentButUnsettledUseBecomesFinal) {
  create("SAVE20", AmountOff{Money{20'00}}, 5);
  const UserId user{"user_1"};
  const Coupon coupon = *run(coupons_.find("SAVE20"));
  ASSERT_TRUE(run(app_.hold.reserve(user, coupon, CouponUseId{"use_1"}, Money{20'00})));
  EXPECT_TRUE(*run(app_.hold.decide(user, coupon.id, CouponUseId{"use_1"})));  // and then it died
  clock_.advance(seconds{31});
  EXPECT_EQ(*run(app_.recover.run()), 1);
  EXPECT_EQ(usage("SAVE20"), 1);
  EXPECT_EQ(statuses("user_1"), "used ");
  EXPECT_TRUE(run(coupons_.list())->front().pending.empty());
  EXPECT_EQ(owed_of(*kv_, "user_1"), "coupon_redeemed ") << "told again, the same";
}

TEST_F(CouponsTest, WhatACrashLeftPendingIsFoundHoweverManyCouponsThereAre) {
  for (std::size_t i = 0; i <= kMaxCoupons; ++i) {
    const std::string code = "MANY" + std::to_string(i);
    create(code, AmountOff{Money{20'00}}, 5);
    ASSERT_TRUE(run(coupons_.count_use(coupon_id_of(code), {CouponUseId{"use_1"}, UserId{"user_1"}, kNow})));
  }
  clock_.advance(seconds{31});
  EXPECT_EQ(*run(app_.recover.run()), static_cast<int>(kMaxCoupons) + 1);
  for (std::size_t i = 0; i <= kMaxCoupons; ++i) ASSERT_EQ(usage("MANY" + std::to_string(i)), 0) << i;
}

// From when a customer's coupon had one use, and a pending use its name.
TEST_F(CouponsTest, PendingUsesOfOldAreSettledToo) {
  for (const char* status : {"used", "spending", "available"}) {
    const std::string code = std::string{"OLD_"} + status;
    create(code, AmountOff{Money{20'00}}, 5);
    const CouponId coupon = coupon_id_of(*normalise_coupon_code(code));
    const UserCouponId id = *user_coupon_id_of(UserId{"user_1"}, coupon);
    const auto now = kNow.time_since_epoch().count();
    kv::Bins held;
    held["user_id"] = "user_1";
    held["coupon_id"] = coupon.str();
    held["status"] = status;
    held["spending_since"] = now;
    ASSERT_TRUE(run(kv_->put(kv::Key{"user_coupon", id.str()}, std::move(held))));
    std::vector<kv::Op> ops;
    ops.push_back(kv::Op::map_put("pending", id.str(), kv::Value{now}));
    ops.push_back(kv::Op::add("usage_count", kv::Value{1}));
    ASSERT_TRUE(run(kv_->operate(kv::Key{"coupon", coupon.str()}, std::move(ops))));
  }
  clock_.advance(seconds{31});
  EXPECT_EQ(*run(app_.recover.run()), 3);
  for (const auto& each : *run(coupons_.list())) {
    EXPECT_TRUE(each.pending.empty()) << each.coupon.code;
    EXPECT_EQ(each.coupon.usage_count, each.coupon.code == "OLD_USED" ? 1 : 0) << each.coupon.code;
  }
  EXPECT_FALSE(apply("user_1", "OLD_USED"));
  EXPECT_TRUE(apply("user_1", "OLD_SPENDING"));
}

// --- validate, lists, create
// ---------------------------------------------------------------------------------------------

TEST_F(CouponsTest, AVerdictSaysWhy) {
  create("WELCOME10", PercentOff{{1'000}});
  const auto good = *run(app_.validate.run(UserId{"user_1"}, "welcome10", Money{80'00}));
  EXPECT_TRUE(good.is_valid);
  EXPECT_EQ(good.discount->minor(), 8'00);
  EXPECT_EQ(good.final_amount->minor(), 72'00);
  EXPECT_EQ(good.coupon->code, "WELCOME10");
  EXPECT_EQ(usage("WELCOME10"), 0);

  const auto unknown = *run(app_.validate.run(UserId{"user_1"}, "NOSUCH", Money{80'00}));
  EXPECT_FALSE(unknown.is_valid || unknown.coupon || unknown.discount);
  EXPECT_FALSE(unknown.message.empty());

  ASSERT_TRUE(apply("user_1", "WELCOME10"));
  const auto used = *run(app_.validate.run(UserId{"user_1"}, "WELCOME10", Money{80'00}));
  EXPECT_FALSE(used.is_valid);
  EXPECT_NE(used.message.find("already used"), std::string::npos);
  EXPECT_TRUE(run(app_.validate.run(UserId{"user_2"}, "WELCOME10", Money{80'00}))->is_valid);
}

TEST_F(CouponsTest, AvailableOnesComeHighestValueFirst) {
  create("FREESHIP", FreeShipping{});
  create("SAVE20", AmountOff{Money{20'00}}, 1);
  create("WELCOME10", PercentOff{{1'000}});
  std::string codes;
  for (const auto& coupon : *run(app_.list.available())) codes += coupon.code + " ";
  EXPECT_EQ(codes, "SAVE20 WELCOME10 FREESHIP ");
  ASSERT_TRUE(apply("user_1", "SAVE20"));
  EXPECT_EQ(run(app_.list.available())->size(), 2U);
  clock_.advance(days{11});
  EXPECT_TRUE(run(app_.list.available())->empty());
}

TEST_F(CouponsTest, ACodeIsTakenOnce) {
  create("SAVE20", AmountOff{Money{20'00}});
  Coupon coupon;
  coupon.code = "save20";
  coupon.name = "Again";
  coupon.discount = FreeShipping{};
  coupon.valid_until = kNow;
  const auto again = run(app_.create.run(coupon));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::AlreadyExists);
  coupon.code = "a b";
  const auto faulty = run(app_.create.run(coupon));
  ASSERT_FALSE(faulty);
  EXPECT_EQ(faulty.error().kind, ErrorKind::Invalid);
  ASSERT_EQ(faulty.error().faults.size(), 1U);
  EXPECT_EQ(faulty.error().faults[0].loc, (std::vector<std::string>{"body", "code"}));
}

// --- assign ----------------------------------------------------------------------------------------------------------

TEST_F(CouponsTest, ANudgeGivesItsCouponOnce) {
  create("SAVE20", AmountOff{Money{20'00}});
  create("FREESHIP", FreeShipping{});
  add_user("user_1");
  const auto first = run(app_.assign.run(nudge("user_1", "SAVE20", "nudge_1")));
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_FALSE(first->duplicate);

  struct Case { const char* what; const char* coupon; const char* nudge; };
  for (const Case& each : {Case{"the same", "SAVE20", "nudge_1"},
                           {"by id", "coupon_save20", "nudge_1"},
                           {"the nudge again, with another coupon", "FREESHIP", "nudge_1"},
                           {"the coupon again, by another nudge", "SAVE20", "nudge_2"}}) {
    const auto again = run(app_.assign.run(nudge("user_1", each.coupon, each.nudge)));
    ASSERT_TRUE(again) << each.what;
    EXPECT_TRUE(again->duplicate) << each.what;
    EXPECT_EQ(again->id, first->id) << each.what;
  }
  const auto usable = *run(app_.list.usable(UserId{"user_1"}));
  ASSERT_EQ(usable.size(), 1U);
  EXPECT_EQ(usable[0].held.source, CouponSource::nudge);
  EXPECT_EQ(usable[0].held.nudge_id, "nudge_1");
  EXPECT_EQ(usable[0].held.churn_score, 0.9);
}

TEST_F(CouponsTest, ParallelAssignmentsGiveOneCoupon) {
  create("SAVE20", AmountOff{Money{20'00}});
  for (int round = 0; round < 10; ++round) {
    const std::string user = "user_" + std::to_string(round);
    add_user(user);
    std::vector<Task<Result<AssignedCoupon>>> tasks;
    for (int i = 0; i < 16; ++i)
      tasks.push_back(app_.assign.run(nudge(user, "SAVE20", "nudge_" + std::to_string(round < 5 ? 0 : i))));
    int fresh = 0;
    for (const auto& each : run_all(std::move(tasks))) {
      ASSERT_TRUE(each);
      fresh += each->duplicate ? 0 : 1;
    }
    EXPECT_EQ(fresh, 1);
    EXPECT_EQ(run(app_.list.history(UserId{user}))->size(), 1U);
  }
}

TEST_F(CouponsTest, AssignmentNeedsBothToExist) {
  create("SAVE20", AmountOff{Money{20'00}});
  add_user("user_1");
  EXPECT_EQ(run(app_.assign.run(nudge("user_2", "SAVE20", "nudge_1"))).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(run(app_.assign.run(nudge("user_1", "NOSUCH", "nudge_1"))).error().kind, ErrorKind::NotFound);
  clock_.advance(days{11});
  EXPECT_EQ(run(app_.assign.run(nudge("user_1", "SAVE20", "nudge_1"))).error().kind, ErrorKind::Rejected);
  EXPECT_EQ(statuses("user_1"), "");
}

TEST_F(CouponsTest, AnAssignmentThatBrokeOffIsFinished) {
  create("SAVE20", AmountOff{Money{20'00}});
  add_user("user_1");
  ASSERT_TRUE(run(held_.claim_nudge(UserId{"user_1"}, "nudge_1", CouponId{"coupon_save20"})));
  const auto assigned = run(app_.assign.run(nudge("user_1", "SAVE20", "nudge_1")));
  ASSERT_TRUE(assigned);
  EXPECT_FALSE(assigned->duplicate);
  EXPECT_EQ(statuses("user_1"), "available ");
}

TEST_F(CouponsTest, AnAssignedCouponIsSpentFromTheHand) {
  create("SAVE20", AmountOff{Money{20'00}});
  add_user("user_1");
  ASSERT_TRUE(run(app_.assign.run(nudge("user_1", "SAVE20", "nudge_1"))));
  ASSERT_TRUE(apply("user_1", "SAVE20"));
  EXPECT_TRUE(run(app_.list.usable(UserId{"user_1"}))->empty());
  const auto history = *run(app_.list.history(UserId{"user_1"}));
  ASSERT_EQ(history.size(), 1U);
  EXPECT_EQ(history[0].held.source, CouponSource::nudge);
  EXPECT_EQ(history[0].held.last_used()->at, kNow);
  EXPECT_TRUE(run(app_.assign.run(nudge("user_1", "SAVE20", "nudge_2")))->duplicate);
}

TEST_F(CouponsTest, HistoryIsNewestFirst) {
  create("SAVE20", AmountOff{Money{20'00}});
  create("FREESHIP", FreeShipping{});
  add_user("user_1");
  ASSERT_TRUE(run(app_.assign.run(nudge("user_1", "SAVE20", "nudge_1"))));
  clock_.advance(seconds{1});
  ASSERT_TRUE(run(app_.assign.run(nudge("user_1", "FREESHIP", "nudge_2"))));
  const auto history = *run(app_.list.history(UserId{"user_1"}));
  ASSERT_EQ(history.size(), 2U);
  EXPECT_EQ(history[0].coupon.code, "FREESHIP");
  clock_.advance(days{11});
  EXPECT_EQ(statuses("user_1"), "expired expired ");
}

}  // namespace
}  // namespace qm::shop
