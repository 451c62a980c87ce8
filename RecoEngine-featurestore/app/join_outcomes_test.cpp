#include "RecoEngine-featurestore/app/join_outcomes.hpp"

#include "RecoEngine-featurestore/app/receive_events.hpp"
#include "RecoEngine-featurestore/app/reco_metrics.hpp"
#include "RecoEngine-featurestore/app/serving_fixture.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr days kOutcomeHorizon = LabelRule{}.horizon;
constexpr days kOutcomeLate{7};  // as the fixture's

class JoinOutcomesTest : public ServingTest {
 protected:
  JoinOutcomesTest() { EXPECT_TRUE(run(observed_scores_.open())); }

  void buys(const std::string& user, Timestamp at) {
    Event order;
    order.id = EventId{"e" + std::to_string(next_event_++)};
    order.user_id = UserId{user};
    order.type = EventType::order_placed;
    order.at = at;
    order.data.amount = Money{2'000};
    std::vector<Event> events{order};
    ReceiveEvents receive{events_, clock_, kOutcomeLate};
    const auto received = run(receive.run(std::move(events), true));
    ASSERT_TRUE(received) << received.error().detail;
    ASSERT_EQ(received->accepted, 1) << received->refused.at(0).reason;
  }
  void scored(const std::string& user, double probability) {
    model_->probability = probability;
    ASSERT_TRUE(predict(user));
    ASSERT_TRUE(run(observe_.write()));
  }
  // A customer who bought a while ago, and of whom a score was asked.
  void known_and_scored(const std::string& user, double probability) {
    buys(user, clock_.now() - days{20});
    scored(user, probability);
  }
  void join() {
    ASSERT_TRUE(run(join_.run()));
    ASSERT_TRUE(run(join_.count()));
  }
  std::size_t counted() const { return join_.figures() ? join_.figures()->all.scores.customers : 0; }

  int next_event_ = 0;
  EventStore events_{*kv_, hours{24 * 730}};
  JoinOutcomes join_{observed_scores_, events_, clock_};
};

TEST_F(JoinOutcomesTest, SaysOfAScoreWhatItsCustomerDidOnceThatIsKnown) {
  known_and_scored("stays", 0.2);
  known_and_scored("leaves", 0.9);
  clock_.advance(days{30});
  buys("stays", clock_.now());
  clock_.advance(kOutcomeHorizon - days{30} + kOutcomeLate - minutes{1});
  join();
  EXPECT_EQ(counted(), 0U) << "an order of the horizon may still come";
  EXPECT_EQ(join_.figures(), nullptr);

  clock_.advance(minutes{1});
  join();
  ASSERT_EQ(counted(), 2U);
  const auto& all = join_.figures()->all;
  EXPECT_DOUBLE_EQ(all.scores.mean_score, 0.55);
  EXPECT_DOUBLE_EQ(all.scores.churn_rate, 0.5);
  EXPECT_DOUBLE_EQ(all.scores.roc_auc, 1);
  EXPECT_FALSE(all.enough) << "two customers are no sample";
  EXPECT_EQ(join_.judged(), 2);
  join();
  EXPECT_EQ(join_.judged(), 2) << "nothing is looked up twice";
}

TEST_F(JoinOutcomesTest, ACustomerScoredAgainAndAgainCountsOnceWithTheFirst) {
  known_and_scored("often", 0.3);
  for (int day = 0; day < 5; ++day) {
    clock_.advance(days{1});
    scored("often", 0.9);
  }
  clock_.advance(kOutcomeHorizon + kOutcomeLate);
  join();
  ASSERT_EQ(counted(), 1U);
  EXPECT_DOUBLE_EQ(join_.figures()->all.scores.mean_score, 0.3);
  EXPECT_EQ(observe_.observed(), 1);

  buys("often", clock_.now());
  clock_.advance(kKeepOutcomes + minutes{1});
  buys("often", clock_.now());
  scored("often", 0.4);
  EXPECT_EQ(observe_.observed(), 2) << "the first one's outcome has been forgotten";
}

TEST_F(JoinOutcomesTest, WhoBoughtNothingBeforeHasNoOutcome) {
  know("visitor");
  scored("visitor", 0.7);
  clock_.advance(kOutcomeHorizon + kOutcomeLate);
  join();
  EXPECT_EQ(counted(), 0U);
  const auto waiting = run(observed_scores_.due(clock_.now(), "", 10));
  ASSERT_TRUE(waiting);
  EXPECT_TRUE(waiting->scores.empty()) << "it is not looked up for ever";
}

TEST_F(JoinOutcomesTest, AsksAboutTheHorizonOfTheModelThatScored) {
  auto model = served(model_);
  model.version = "of_a_month";
  model.horizon = days{30};
  Champion champion{registry_, std::make_shared<const ServedModel>(std::move(model))};
  PredictChurn monthly{features_, champion, trigger_, observe_, clock_};
  buys("u", clock_.now() - days{1});
  ASSERT_TRUE(run(monthly.predict(UserId{"u"})));
  ASSERT_TRUE(run(observe_.write()));
  clock_.advance(days{40});
  buys("u", clock_.now());
  join();
  ASSERT_EQ(counted(), 1U);
  EXPECT_DOUBLE_EQ(join_.figures()->all.scores.churn_rate, 1) << "the order came after the month";
  EXPECT_EQ(join_.figures()->models.at(0).model_version, "of_a_month");
}

TEST_F(JoinOutcomesTest, TellsEachModelApartAndHowSureItsAreaIs) {
  // Of fifty customers of each version every other one leaves; the older model knows, the newer says the opposite.
  for (const bool newer : {false, true}) {
    auto model = served(model_);
    model.version = newer ? "v2" : "v1";
    Champion champion{registry_, std::make_shared<const ServedModel>(std::move(model))};
    PredictChurn predict{features_, champion, trigger_, observe_, clock_};
    for (int i = 0; i < 50; ++i) {
      const std::string user = (newer ? "n" : "o") + std::to_string(i);
      buys(user, clock_.now() - days{5});
      model_->probability = ((i % 2 == 0) == newer ? 0.2 : 0.6) + 0.001 * i;
      ASSERT_TRUE(run(predict.predict(UserId{user})));
    }
  }
  ASSERT_TRUE(run(observe_.write()));
  clock_.advance(days{10});
  for (int i = 1; i < 50; i += 2)
    for (const char* group : {"o", "n"}) buys(group + std::to_string(i), clock_.now());
  clock_.advance(kOutcomeHorizon + kOutcomeLate);
  join();
  const auto figures = join_.figures();
  ASSERT_TRUE(figures);
  EXPECT_EQ(figures->all.scores.customers, 100U);
  ASSERT_EQ(figures->models.size(), 2U);
  EXPECT_EQ(figures->models[0].model_version, "v2");
  EXPECT_TRUE(figures->models[0].enough);
  EXPECT_DOUBLE_EQ(figures->models[0].scores.roc_auc, 0);
  EXPECT_DOUBLE_EQ(figures->models[1].scores.roc_auc, 1);
  EXPECT_NEAR(figures->all.scores.roc_auc, 0.5, 0.02);
  // Hanley and McNeil's, by hand: sqrt((1/4 + 2 * 49 * (1/3 - 1/4)) / 2500) at an area of a half.
  EXPECT_NEAR(figures->all.roc_auc_error, 0.058, 0.001);

  const auto families = outcome_families(observe_, join_);
  const auto auc = std::ranges::find(families, "qm_reco_live_roc_auc", &metrics::Family::name);
  ASSERT_NE(auc, families.end());
  EXPECT_EQ(auc->samples.size(), 3U) << "of all, and of each model";
}

TEST_F(JoinOutcomesTest, TwoInstancesCountAnOutcomeOnce) {
  for (int i = 0; i < 20; ++i) known_and_scored("u" + std::to_string(i), 0.5);
  clock_.advance(kOutcomeHorizon + kOutcomeLate);
  // The other one read what is due before this one judged it.
  const auto read_before = run(observed_scores_.due(clock_.now(), "", 100));
  ASSERT_TRUE(read_before);
  ASSERT_EQ(read_before->scores.size(), 20U);
  join();
  const auto late = run(observed_scores_.judge(read_before->scores[0], false, clock_.now()));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::GenerationMismatch);
  JoinOutcomes other{observed_scores_, events_, clock_};
  ASSERT_TRUE(run(other.run()));
  ASSERT_TRUE(run(other.count()));
  EXPECT_EQ(other.judged(), 0);
  EXPECT_EQ(other.figures()->all.scores.customers, 20U);
  EXPECT_DOUBLE_EQ(other.figures()->all.scores.churn_rate, 1);
}

TEST_F(JoinOutcomesTest, ACrowdIsSampled) {
  ChurnScore score;
  score.scored_at = clock_.now();
  for (std::size_t i = 0; i < ObserveScores::kMostWaiting + 50; ++i) {
    score.user_id = UserId{"c" + std::to_string(i)};
    observe_.add(score, kOutcomeHorizon);
  }
  ASSERT_TRUE(run(observe_.write()));
  EXPECT_EQ(observe_.observed(), static_cast<std::int64_t>(ObserveScores::kMostWaiting));
  score.user_id = UserId{"next"};
  observe_.add(score, kOutcomeHorizon);
  ASSERT_TRUE(run(observe_.write()));
  EXPECT_EQ(observe_.observed(), static_cast<std::int64_t>(ObserveScores::kMostWaiting) + 1);
}

}  // namespace
}  // namespace qm::reco
