#include "RecoEngine-featurestore/app/trigger_nudges.hpp"

#include "RecoEngine-featurestore/app/serving_fixture.hpp"
#include "platform/kv/forwarding_store_fixture.hpp"
#include "platform/core/runtime.hpp"

namespace qm::reco {
namespace {

class TriggerNudgesTest : public ServingTest {
 protected:
  TriggerNudgesTest() {
    know("ann");
    model_->probability = 0.75;
    model_->shap = {{"cart_abandon", 1.5}};
  }

  TriggeredNudges triggered() {
    auto prediction = predict("ann");
    EXPECT_TRUE(prediction) << prediction.error().detail;
    EXPECT_TRUE(prediction->nudges.has_value());
    return prediction->nudges.value_or(TriggeredNudges{});
  }
};

TEST_F(TriggerNudgesTest, DecidesByTheRuleAndOwesItsCoupon) {
  const auto nudges = triggered();
  EXPECT_EQ(nudges.rule_id, "rule_8");
  ASSERT_EQ(nudges.nudges.size(), 2U);
  const Nudge& email = nudges.nudges[0].nudge;
  const Nudge& coupon = nudges.nudges[1].nudge;
  EXPECT_EQ(email.type, NudgeType::Email);
  EXPECT_FALSE(email.coupon_code.has_value());
  EXPECT_FALSE(job_of(email.nudge_id).has_value());
  EXPECT_EQ(coupon.type, NudgeType::DiscountCoupon);
  EXPECT_EQ(coupon.coupon_code, "WELCOME_BACK20");
  EXPECT_TRUE(job_of(coupon.nudge_id).has_value());
  EXPECT_EQ(coupon.churn_probability, 0.75);
  EXPECT_EQ(coupon.reasons, std::vector{ReasonFamily::CART_ABANDONMENT});
  EXPECT_EQ(coupon.model_version, "model_1");
  EXPECT_NE(nudges.nudges[0].content->find("{{name}}"), std::string::npos);
  EXPECT_EQ(nudges_of("ann").size(), 2U);
  EXPECT_TRUE(quickmart_.asked().empty()) << "a prediction never waits for QuickMart";
}

TEST_F(TriggerNudgesTest, TheSameNudgesStandForTheCoolDown) {
  const auto first = triggered();
  clock_.advance(std::chrono::hours{23});
  const auto second = triggered();
  ASSERT_EQ(second.nudges.size(), 2U);
  EXPECT_EQ(second.nudges[1].nudge.nudge_id, first.nudges[1].nudge.nudge_id);
  EXPECT_EQ(nudges_of("ann").size(), 2U);
  clock_.advance(std::chrono::hours{2});
  EXPECT_NE(triggered().nudges[1].nudge.nudge_id, first.nudges[1].nudge.nudge_id);
  EXPECT_EQ(nudges_of("ann").size(), 4U);
}

// As after a crash between the decision and the job.
TEST_F(TriggerNudgesTest, OwesTheCouponAgainWhenItsJobIsMissing) {
  const NudgeId coupon = triggered().nudges[1].nudge.nudge_id;
  ASSERT_TRUE(run(kv_->remove(kv::Key{"job", std::string{TriggerNudges::kJobKind} + "." + coupon.str()})));
  kv::Bins unmarked;
  unmarked["owed"] = {};
  kv::WriteOptions only_there;
  only_there.mode = kv::WriteMode::UpdateOnly;
  ASSERT_TRUE(run(kv_->put(kv::Key{"nudge_decision", "ann~rule_8"}, unmarked, only_there)));
  ASSERT_FALSE(job_of(coupon).has_value());
  triggered();
  EXPECT_TRUE(job_of(coupon).has_value());
}

class WriteCounter final : public kv::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Task<Result<std::uint32_t>> put(kv::Key key, kv::Bins bins, kv::WriteOptions options) override {
    ++writes;
    return ForwardingStore::put(std::move(key), std::move(bins), std::move(options));
  }
  Task<Result<kv::Operated>> operate(kv::Key key, std::vector<kv::Op> ops, kv::OperateOptions options) override {
    ++writes;
    return ForwardingStore::operate(std::move(key), std::move(ops), std::move(options));
  }
  int writes = 0;
};

// Customers log in many times while it stands, and a write waits for the disk.
TEST_F(TriggerNudgesTest, AStandingDecisionIsAnsweredWithoutAWrite) {
  WriteCounter store{kv::make_memory_store("churn_features", clock_)};
  NudgeStore nudges{store};
  jobs::Queue queue{store, clock_};
  TriggerNudges trigger{nudges, quickmart_, queue, rules_, clock_, std::chrono::hours{24}};
  const auto scored = run(predict_.score(UserId{"ann"}));
  const auto first = run(trigger.trigger(*scored));
  ASSERT_TRUE(first);
  EXPECT_GT(store.writes, 0);
  store.writes = 0;
  const auto again = run(trigger.trigger(*scored));
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->nudges.at(1).nudge.nudge_id, (*first)->nudges.at(1).nudge.nudge_id);
  EXPECT_EQ(store.writes, 0);
}

TEST_F(TriggerNudgesTest, LeavesPeopleBelowHighRiskAlone) {
  for (const double probability : {0.0, 0.4, 0.59}) {
    model_->probability = probability;
    EXPECT_FALSE(predict("ann")->nudges.has_value()) << probability;
  }
  EXPECT_TRUE(nudges_of("ann").empty());
}

TEST_F(TriggerNudgesTest, SendsNothingWhenNoRuleFits) {
  NudgeRules none{NudgeRuleFile{"nowhere.json"}, clock_};
  TriggerNudges without{nudges_, quickmart_, queue_, none, clock_, std::chrono::hours{1}};
  auto scored = run(predict_.score(UserId{"ann"}));
  const auto result = run(without.trigger(*scored));
  ASSERT_TRUE(result);
  ASSERT_TRUE(result->has_value());
  EXPECT_FALSE((*result)->rule_id.has_value());
  EXPECT_TRUE((*result)->nudges.empty());
}

TEST_F(TriggerNudgesTest, AssignsTheCouponOfTheNudge) {
  const Nudge nudge = triggered().nudges[1].nudge;
  EXPECT_TRUE(run(trigger_.assign_coupon(assignment_of(nudge.nudge_id))));
  EXPECT_TRUE(run(trigger_.assign_coupon(assignment_of(nudge.nudge_id)))) << "a job may run twice";
  const auto asked = quickmart_.asked();
  ASSERT_EQ(asked.size(), 2U);
  for (const auto& request : asked) {
    EXPECT_EQ(request.user_id, "ann");
    EXPECT_EQ(request.coupon_id, "WELCOME_BACK20");
    EXPECT_EQ(request.nudge_id, nudge.nudge_id.str());
    EXPECT_EQ(request.churn_score, 0.75);
  }
}

TEST_F(TriggerNudgesTest, RetriesWhatTimeCanMendAndNothingElse) {
  const jobs::Job job = assignment_of(triggered().nudges[1].nudge.nudge_id);
  struct Case {
    ErrorKind answer;
    bool ends;
  };
  const Case cases[] = {{ErrorKind::Unavailable, false},
                        {ErrorKind::Timeout, false},
                        {ErrorKind::InDoubt, false},
                        {ErrorKind::NotFound, true},
                        {ErrorKind::Rejected, true}};
  for (const auto& c : cases) {
    quickmart_.failure = Error{c.answer, "no"};
    const auto ended = run(trigger_.assign_coupon(job));
    EXPECT_EQ(ended.has_value(), c.ends) << static_cast<int>(c.answer);
    if (!ended) EXPECT_EQ(ended.error().kind, c.answer);
  }
}

TEST_F(TriggerNudgesTest, RefusesJobsThatNameNoCouponNudge) {
  jobs::Job job;
  for (const char* payload : {"", "\"", "\"a b\"", "\"nudge_nobody\""}) {
    job.payload = payload;
    EXPECT_FALSE(run(trigger_.assign_coupon(job))) << payload;
  }
  job.payload = "\"" + triggered().nudges[0].nudge.nudge_id.str() + "\"";
  EXPECT_EQ(run(trigger_.assign_coupon(job)).error().kind, ErrorKind::Rejected);
  EXPECT_TRUE(quickmart_.asked().empty());
}

TEST_F(TriggerNudgesTest, TheQueueAsksQuickMartByItself) {
  WorkerThreads workers{1};
  ASSERT_TRUE(run(queue_.open()));
  queue_.handle(TriggerNudges::kJobKind, [this](const jobs::Job& job) { return trigger_.assign_coupon(job); });
  queue_.start(workers);
  workers.start();
  triggered();
  EXPECT_EQ(quickmart_.asked_first.get_future().wait_for(std::chrono::seconds{30}), std::future_status::ready);
  queue_.stop();
  workers.stop();
  workers.join();
}

class TestNudgeTest : public TriggerNudgesTest {};

TEST_F(TestNudgeTest, TakesWhatIsNotGivenFromTheCustomersPrediction) {
  struct Case {
    const char* user;
    std::optional<double> probability;
    std::vector<ReasonFamily> reasons;
    const char* rule;
  };
  using enum ReasonFamily;
  const Case cases[] = {{"ann", {}, {}, "rule_8"},
                        {"ann", 0.85, {}, "rule_10"},
                        {"ann", {}, {PRODUCT_AVAILABILITY}, "rule_6"},
                        {"nobody", 0.65, {PRICE_SENSITIVITY}, "rule_4"},
                        {"nobody", 0.65, {}, "high_risk_any"},
                        {"ann", 0.3, {INACTIVITY}, nullptr}};
  for (const auto& c : cases) {
    const auto trial = run(test_.run(UserId{c.user}, c.probability, c.reasons));
    ASSERT_TRUE(trial) << c.user;
    EXPECT_EQ(trial->rule.has_value(), c.rule != nullptr);
    if (trial->rule && c.rule != nullptr) EXPECT_EQ(trial->rule->rule_id, c.rule);
  }
  EXPECT_EQ(run(test_.run(UserId{"nobody"}, std::nullopt, {})).error().kind, ErrorKind::NotFound);
  EXPECT_TRUE(nudges_of("ann").empty()) << "a test sends nothing";
}

class ReportOutcomeTest : public TriggerNudgesTest {};

TEST_F(ReportOutcomeTest, IsIdempotentAndNeverGoesBack) {
  const NudgeId id = triggered().nudges[1].nudge.nudge_id;
  NudgeOutcome clicked;
  clicked.status = NudgeStatus::clicked;
  clicked.at = clock_.now() + std::chrono::hours{1};
  auto first = run(report_.run(id, clicked));
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->changed);
  EXPECT_EQ(first->nudge.status_at, clock_.now()) << "the future counts as now";
  EXPECT_FALSE(run(report_.run(id, clicked))->changed);
  NudgeOutcome viewed = clicked;
  viewed.status = NudgeStatus::viewed;
  EXPECT_FALSE(run(report_.run(id, viewed))->changed);
  EXPECT_EQ(run(nudges_.find(id))->status, NudgeStatus::clicked);
  EXPECT_EQ(run(report_.run(NudgeId{"nudge_nobody"}, clicked)).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(run(nudges_.stats())->responded, 1);
}

}  // namespace
}  // namespace qm::reco
