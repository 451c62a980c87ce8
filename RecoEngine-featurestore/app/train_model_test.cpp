#include "RecoEngine-featurestore/app/train_model.hpp"

#include <unistd.h>

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "RecoEngine-featurestore/app/generate_training_data.hpp"
#include "RecoEngine-featurestore/app/judge_training_data.hpp"
#include "RecoEngine-featurestore/app/receive_events.hpp"
#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::reco {
namespace {

using test::kNow;

constexpr std::chrono::hours kTrainKeep{24 * 730};

// One instance of the service; several may share a store.
struct TrainingInstance {
  TrainingInstance(kv::Store& store, const Clock& clock)
      : sets(store),
        events(store, kTrainKeep),
        features(store, kTrainKeep),
        replay(events, features, clock),
        collect(events, replay, clock, std::chrono::hours{24 * 7}),
        jobs(store),
        registry(store),
        champion(registry),
        train(sets, collect, jobs, registry, champion, clock),
        generate(sets, pool, clock),
        judge(sets, pool) {}

  TrainingSetStore sets;
  EventStore events;
  FeatureStore features;
  ReplayFeatures replay;
  CollectSamples collect;
  TrainingJobStore jobs;
  ModelRegistry registry;
  CpuPool pool{1, 4};
  Champion champion;
  TrainModel train;
  GenerateTrainingData generate;
  JudgeTrainingData judge;
};

class TrainModelTest : public testing::Test {
 protected:
  TrainModelTest() { workers_.start(); }
  ~TrainModelTest() override {
    here_.train.stop();
    there_.train.stop();
    workers_.stop();
    workers_.join();
  }

  template <class T>
  T run(Task<T> task) {
    return await_on(workers_.context(0), std::move(task));
  }
  Result<TrainingOutcome> train(TrainingInstance& instance, TrainOptions options = {}) {
    return run(instance.train.run(options, deadline_in(std::chrono::minutes{2})));
  }
  Result<TrainingOutcome> train_named(TrainingSource source) {
    return run(here_.train.run({}, deadline_in(std::chrono::minutes{2}), source));
  }
  Result<void> keep(StoredModel model) { return run(here_.registry.save(std::move(model))); }
  void generate(std::int64_t samples, std::uint64_t seed = 1) {
    ASSERT_TRUE(run(here_.generate.run(samples, seed, true)));
  }

  // They buy every 20 days; half of them still do, and the others stopped one after another.
  void real_customers(int buyers) {
    ReceiveEvents receive{here_.events, clock_, std::chrono::hours{24 * 7}};
    int number = 0;
    for (int buyer = 0; buyer < buyers; ++buyer) {
      std::vector<Event> orders;
      const int last_days_ago = buyer % 2 == 0 ? 1 : 60 + 380 * buyer / buyers;
      for (int ago = 500; ago >= last_days_ago; ago -= 20) {
        Event order;
        order.id = EventId{"o" + std::to_string(buyers) + "_" + std::to_string(number++)};
        order.type = EventType::order_placed;
        order.user_id = UserId{"buyer_" + std::to_string(buyer)};
        order.at = kNow - std::chrono::days{ago} - std::chrono::hours{buyer % 100};
        order.data.order_id = order.id.str();
        order.data.amount = Money{2'500};
        orders.push_back(std::move(order));
      }
      const auto taken = run(receive.run(std::move(orders), true));
      ASSERT_TRUE(taken && taken->refused.empty());
    }
  }

  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> store_ = kv::make_memory_store("churn_features", clock_);
  WorkerThreads workers_{1};
  TrainingInstance here_{*store_, clock_};
  TrainingInstance there_{*store_, clock_};
};

TEST_F(TrainModelTest, MakesAChampionAndTellsWhatChanged) {
  generate(200);
  const auto first = train(here_);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->job.state, TrainingState::succeeded);
  EXPECT_EQ(first->job.progress, 1);
  ASSERT_TRUE(first->training);
  EXPECT_FALSE(first->training->former);
  ASSERT_TRUE(here_.champion.current());
  EXPECT_EQ(here_.champion.current()->version, first->job.model_version);
  ASSERT_TRUE(here_.champion.current()->drift) << "it knows what it was trained on";
  EXPECT_EQ(here_.champion.current()->drift->report().scores.reference_rows,
            first->training->model.metrics.test_samples);

  const auto second = train(here_, {0.3, 7});
  ASSERT_TRUE(second);
  EXPECT_NE(second->job.model_version, first->job.model_version) << "in the same second, too";
  ASSERT_TRUE(second->training->former);
  EXPECT_EQ(second->training->former->version, first->job.model_version);
  EXPECT_EQ(second->training->former->metrics.roc_auc, first->training->model.metrics.roc_auc);
  EXPECT_EQ(here_.train.counts().succeeded, 2);
}

TEST_F(TrainModelTest, ALaterOneScoresInShadowUnlessItIsWorse) {
  generate(1'000);
  const auto first = train(here_);
  ASSERT_TRUE(first && first->training) << first->job.error;
  EXPECT_EQ(first->training->stage, ModelStage::champion) << "there was none";
  EXPECT_FALSE(first->training->model.compared);

  const auto same = train(here_);
  ASSERT_TRUE(same && same->training) << same->job.error;
  EXPECT_EQ(same->training->stage, ModelStage::shadow);
  EXPECT_FALSE(same->training->promoted);
  EXPECT_EQ(same->training->model.gates.at(3).text, "not judged: 0 of 200 customers were scored in shadow");
  ASSERT_TRUE(same->training->model.compared);
  const ComparedModels& compared = *same->training->model.compared;
  EXPECT_EQ(compared.champion, first->job.model_version);
  EXPECT_EQ(compared.figures.candidate.roc_auc, compared.figures.champion.roc_auc) << "it is the same model";
  EXPECT_EQ(compared.figures.roc_auc_error, 0);
  EXPECT_GT(std::min(compared.figures.candidate.left, compared.figures.candidate.stayed), kMinJudged);
  EXPECT_EQ(run(here_.registry.roles())->shadow, same->job.model_version);

  generate(100);
  const auto worse = train(here_);
  ASSERT_TRUE(worse && worse->training) << worse->job.error;
  EXPECT_EQ(worse->training->stage, ModelStage::candidate);
  EXPECT_FALSE(worse->training->model.gates.at(0).passed) << worse->training->model.gates.at(0).text;
  EXPECT_EQ(here_.champion.current()->version, first->job.model_version);
  EXPECT_EQ(run(here_.registry.roles())->shadow, same->job.model_version) << "it takes nobody's place";
  const auto last = run(there_.train.last());
  ASSERT_TRUE(last);
  EXPECT_FALSE(last->promoted);
  EXPECT_EQ(last->stage, ModelStage::candidate);
}

TEST_F(TrainModelTest, WhereNobodyHasToWaitAnEquallyGoodOneIsChampionAtOnce) {
  TrainingRules rules;
  rules.shadow_scores = 0;
  rules.revision = "1a2b3c4d5e6f";
  TrainModel hasty{here_.sets, here_.collect, here_.jobs, here_.registry, here_.champion, clock_, rules};
  generate(200);
  for (int training = 0; training < 2; ++training) {
    const auto done = run(hasty.run({}, deadline_in(std::chrono::minutes{2})));
    ASSERT_TRUE(done && done->training) << done->job.error;
    EXPECT_TRUE(done->training->promoted) << done->training->model.gates.at(0).text;
    EXPECT_EQ(done->training->model.revision, "1a2b3c4d5e6f");
    EXPECT_EQ(here_.champion.current()->version, done->job.model_version);
  }
  hasty.stop();
}

TEST_F(TrainModelTest, IsKnownToOtherInstancesAndAfterARestart) {
  EXPECT_EQ(run(there_.train.status()).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(run(there_.train.last()).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(run(there_.champion.follow()).error().kind, ErrorKind::NotFound);
  generate(200);
  const auto done = train(here_);
  ASSERT_TRUE(done);
  EXPECT_EQ(run(there_.train.status())->model_version, done->job.model_version);
  const auto last = run(there_.train.last());
  ASSERT_TRUE(last);
  EXPECT_EQ(print_metadata(last->model), print_metadata(done->training->model));
  ASSERT_TRUE(run(there_.champion.follow()));
  const auto served = there_.champion.current();
  EXPECT_EQ(served->version, done->job.model_version);
  EXPECT_EQ(served->metrics.roc_auc, done->training->model.metrics.roc_auc);
  ASSERT_TRUE(served->drift);
  EXPECT_EQ(served->drift->report().features.at(0).reference_rows, 200);
  ASSERT_TRUE(run(there_.champion.follow()));
  EXPECT_EQ(there_.champion.current(), served) << "the same version is not loaded again";
}

TEST_F(TrainModelTest, RefusesTooFewSamples) {
  const auto refused = train(here_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Rejected);
  EXPECT_NE(refused.error().detail.find("generate-data"), std::string::npos);
  EXPECT_EQ(run(here_.train.status()).error().kind, ErrorKind::NotFound);
}

TEST_F(TrainModelTest, TakesTheLogOnlyWhereNothingWasSimulatedOrItIsNamed) {
  const auto learns_from = [&](std::optional<TrainingSource> named) {
    return run(here_.train.run({}, deadline_in(std::chrono::minutes{2}), named));
  };
  EXPECT_EQ(learns_from(TrainingSource::events).error().kind, ErrorKind::Rejected) << "nobody is known";
  Event order;
  order.id = EventId{"e1"};
  order.type = EventType::order_placed;
  order.user_id = UserId{"ann"};
  order.at = kNow;
  CustomerState ann;
  apply(ann, order);
  ASSERT_TRUE(run(here_.events.write_states({{UserId{"ann"}, std::move(ann), 0}})));
  const auto unnamed = learns_from(std::nullopt);
  ASSERT_TRUE(unnamed);
  EXPECT_EQ(unnamed->job.source, TrainingSource::events);
  EXPECT_EQ(unnamed->job.state, TrainingState::failed);
  EXPECT_NE(unnamed->job.error.find("source=synthetic"), std::string::npos) << unnamed->job.error;
  EXPECT_EQ(run(there_.train.status())->source, TrainingSource::events) << "as it is stored";
  EXPECT_EQ(learns_from(TrainingSource::synthetic).error().kind, ErrorKind::Rejected) << "nobody was simulated";

  generate(200);
  const auto simulated = learns_from(std::nullopt);
  ASSERT_TRUE(simulated);
  EXPECT_EQ(simulated->job.source, TrainingSource::synthetic);
  EXPECT_EQ(simulated->training->model.source, TrainingSource::synthetic);
  EXPECT_EQ(learns_from(TrainingSource::events)->job.state, TrainingState::failed);
}

// As soon as the shop's own customers are enough to compare models by, they are what is learned from.
TEST_F(TrainModelTest, TakesTheCustomersOfTheLogOnceTheyAreEnoughToCompareBy) {
  generate(200);
  real_customers(100);  // enough for a model, too few to judge one beside another
  const auto few = train(here_);
  ASSERT_TRUE(few && few->training) << few->job.error;
  EXPECT_EQ(few->job.source, TrainingSource::synthetic);
  EXPECT_EQ(few->training->model.source, TrainingSource::synthetic);
  EXPECT_EQ(run(there_.train.status())->source, TrainingSource::synthetic) << "as it is stored";
  EXPECT_EQ(train_named(TrainingSource::events)->job.state, TrainingState::succeeded);

  real_customers(800);
  const auto many = train(here_);
  ASSERT_TRUE(many && many->training) << many->job.error;
  EXPECT_EQ(many->job.source, TrainingSource::events);
  EXPECT_EQ(many->training->model.source, TrainingSource::events);
  EXPECT_EQ(run(there_.train.status())->source, TrainingSource::events);
  EXPECT_GE(std::min(many->training->model.compared->figures.candidate.left,
                     many->training->model.compared->figures.candidate.stayed), kMinJudged);
  EXPECT_EQ(train_named(TrainingSource::synthetic)->job.source, TrainingSource::synthetic) << "whoever asks for it";
}

// Whose model is the better one is asked of the shop's own customers, however well a model of simulated ones did among
// its like.
TEST_F(TrainModelTest, AModelOfRealCustomersIsNotHeldToWhatTheChampionShowedAmongSimulatedOnes) {
  generate(1'000);
  const auto simulated = train(here_);
  ASSERT_TRUE(simulated && simulated->training) << simulated->job.error;
  real_customers(800);
  const auto real = run(here_.train.run({}, deadline_in(std::chrono::minutes{2}), TrainingSource::events));
  ASSERT_TRUE(real && real->training) << real->job.error;
  ASSERT_TRUE(real->training->model.compared);
  const Comparison& both = real->training->model.compared->figures;
  EXPECT_EQ(both.candidate.left + both.candidate.stayed, real->training->model.metrics.test_samples);
  EXPECT_GT(both.candidate.roc_auc, 0.95) << "who does not buy for 20 days has stopped: the champion sees that, too";
  for (std::size_t gate = 0; gate < 3; ++gate)
    EXPECT_TRUE(real->training->model.gates.at(gate).passed) << real->training->model.gates.at(gate).text;
  EXPECT_EQ(real->training->stage, ModelStage::shadow);

  ASSERT_TRUE(run(here_.champion.promote(real->job.model_version, simulated->job.model_version)));
  const auto again = train_named(TrainingSource::synthetic);
  ASSERT_TRUE(again && again->training) << again->job.error;
  EXPECT_EQ(again->training->stage, ModelStage::candidate) << "simulated customers say nothing of real ones";
  EXPECT_NE(again->training->model.gates.at(0).text.find("simulated"), std::string::npos);
}

// So many samples that the training outlives the steps of the test.
TEST_F(TrainModelTest, RunsOneAtATimeAndStopsWhenTold) {
  TrainingBatch many{kMaxTrainingSamples, 1, kNow};
  ASSERT_TRUE(run(here_.sets.add(many, true)));
  const auto job = run(here_.train.start({}));
  ASSERT_TRUE(job);
  EXPECT_FALSE(is_over(job->state));
  for (TrainingInstance* instance : {&here_, &there_}) {
    const auto second = run(instance->train.start({}));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::Conflict);
    EXPECT_NE(second.error().detail.find(job->id), std::string::npos);
  }
  EXPECT_EQ(run(here_.train.cancel("train_other")).error().kind, ErrorKind::NotFound);
  // From the other instance: the one that trains hears of it with its lease.
  ASSERT_TRUE(run(there_.train.cancel(job->id)));
  ASSERT_TRUE(run(here_.train.keep_lease()));
  here_.train.stop();
  const auto ended = run(there_.train.status());
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->state, TrainingState::cancelled);
  EXPECT_TRUE(ended->finished_at);
  EXPECT_EQ(run(here_.train.cancel(job->id)).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(here_.train.counts().cancelled, 1);
  EXPECT_FALSE(here_.champion.current());
  EXPECT_TRUE(run(here_.registry.versions())->empty());
  EXPECT_EQ(run(here_.train.start({})).error().kind, ErrorKind::Unavailable) << "after stop()";
}

TEST_F(TrainModelTest, ALostLeaseEndsTheTraining) {
  TrainingBatch many{kMaxTrainingSamples, 1, kNow};
  ASSERT_TRUE(run(here_.sets.add(many, true)));
  const auto job = run(here_.train.start({}));
  ASSERT_TRUE(job);
  clock_.advance(kTrainingLease);
  EXPECT_EQ(run(there_.train.status())->state, TrainingState::failed) << "it seems to have died";
  TrainingJob other;
  other.id = "train_other";
  ASSERT_TRUE(run(there_.jobs.begin(other, clock_.now())));
  EXPECT_EQ(run(here_.train.keep_lease()).error().kind, ErrorKind::Conflict);
  here_.train.stop();
  EXPECT_EQ(here_.train.counts().cancelled, 1);
  EXPECT_EQ(run(there_.train.status())->id, "train_other");
}

TEST_F(TrainModelTest, TheWaitEndsWithItsDeadline) {
  TrainingBatch many{kMaxTrainingSamples, 1, kNow};
  ASSERT_TRUE(run(here_.sets.add(many, true)));
  const auto outcome = run(here_.train.run({}, std::chrono::steady_clock::now()));
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(is_over(outcome->job.state));
  EXPECT_FALSE(outcome->training);
}

TEST_F(TrainModelTest, ServesNoModelOfOtherFeatures) {
  generate(200);
  const auto done = train(here_);
  ASSERT_TRUE(done);
  const StoredModel stored = run(here_.registry.load(done->job.model_version)).value();
  auto metadata = parse_metadata(stored.metadata).value();
  metadata.feature_hash = to_hex(1);
  ASSERT_TRUE(keep({"v_other", stored.model, print_metadata(metadata)}));
  ASSERT_TRUE(keep({"v_broken", "no model", stored.metadata}));
  ASSERT_TRUE(keep({"v_nameless", stored.model, "{}"}));
  for (const char* version : {"v_other", "v_broken", "v_nameless"}) {
    const auto refused = run(here_.champion.promote(version, done->job.model_version));
    ASSERT_FALSE(refused) << version;
    EXPECT_EQ(refused.error().kind, ErrorKind::Rejected) << version;
  }
  EXPECT_EQ(run(here_.champion.promote("v_none", done->job.model_version)).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(here_.champion.current()->version, done->job.model_version);
  EXPECT_EQ(run(here_.registry.champion()).value(), done->job.model_version);
}

TEST_F(TrainModelTest, JudgesTheDataAsItIsNow) {
  EXPECT_FALSE(run(here_.judge.run())->enough);
  generate(150);
  const std::int64_t before = run(here_.judge.run())->samples;
  EXPECT_GT(before, 150 * 2) << "each is seen at several moments";
  ASSERT_TRUE(run(here_.generate.run(100, 2, false)));
  EXPECT_GT(run(here_.judge.run())->samples, before + 100 * 2);
  here_.generate.stop();
  EXPECT_EQ(run(here_.generate.run(100, 2, false)).error().kind, ErrorKind::Unavailable);
  EXPECT_EQ(run(here_.sets.read())->total(), 250);
}

}  // namespace
}  // namespace qm::reco
