// RecoEngine's composition root.
#include "RecoEngine-featurestore/api/authenticator.hpp"
#include "RecoEngine-featurestore/api/event_api.hpp"
#include "RecoEngine-featurestore/api/health_api.hpp"
#include "RecoEngine-featurestore/api/ingest_api.hpp"
#include "RecoEngine-featurestore/api/model_api.hpp"
#include "RecoEngine-featurestore/api/monitoring_api.hpp"
#include "RecoEngine-featurestore/api/nudge_api.hpp"
#include "RecoEngine-featurestore/api/predict_api.hpp"
#include "RecoEngine-featurestore/api/train_api.hpp"
#include "RecoEngine-featurestore/app/reco_metrics.hpp"
#include "RecoEngine-featurestore/clients/http_quickmart_client.hpp"
#include "RecoEngine-featurestore/config.hpp"
#include "platform/core/revision.hpp"
#include "platform/http/probe.hpp"
#include "platform/log/log.hpp"
#include "platform/service/service_host.hpp"

namespace qm::reco {
namespace {

constexpr const char* kProgram = "reco-engine";
constexpr std::chrono::seconds kLookEvery{1};
constexpr std::chrono::seconds kPromoteEvery{5};
constexpr std::chrono::minutes kJoinEvery{1};
constexpr std::chrono::minutes kHearEvery{1};
constexpr std::chrono::minutes kCountEvery{10};
constexpr std::size_t kSimulationsAtOnce = 1;
constexpr std::size_t kSimulationsWaiting = 4;
constexpr std::uint64_t kFirstSeed = 42;

service::Identity identity() {
  service::Identity identity;
  identity.program = kProgram;
  identity.title = "RecoEngine";
  identity.about = "Scores the risk that a customer leaves, says why, and picks a nudge.";
  identity.access = http::Access::Service;
  return identity;
}

Tokenless tokenless(const Config& config) {
  if (config.production() || config.tokenless == "nobody") return Tokenless::nobody;
  return config.tokenless == "private" ? Tokenless::private_networks : Tokenless::loopback;
}

TrainingRules rules_of(const Config& config) {
  TrainingRules rules;
  rules.shadow_scores = config.model_shadow_min_scores;
  rules.revision = revision();
  return rules;
}

class RecoEngine {
 public:
  RecoEngine(service::ServiceHost& host, const Config& config)
      : host_(host),
        config_(config),
        features_(host.store(), std::chrono::hours{24} * config.event_keep_days),
        event_store_(host.store(), std::chrono::hours{24} * config.event_keep_days),
        feed_(event_store_),
        nudges_(host.store()),
        sets_(host.store()),
        jobs_(host.store()),
        registry_(host.store()),
        quickmart_(config.quickmart_api_url, config.service_token),
        simulations_(kSimulationsAtOnce, kSimulationsWaiting),
        champion_(registry_),
        rules_(NudgeRuleFile{config.nudge_rules}, host.clock()),
        trigger_(nudges_, quickmart_, host.queue(), rules_, host.clock(), std::chrono::hours{config.nudge_cool_down_h}),
        observed_scores_(host.store()),
        observe_(observed_scores_, std::chrono::hours{24} * config.event_late_days),
        predict_(features_, champion_, trigger_, observe_, host.clock(), &feed_),
        shadow_counts_(host.store()),
        promote_(registry_, champion_, predict_.shadow_scores(), shadow_counts_, config.model_shadow_min_scores),
        ingest_(features_, host.clock()),
        receive_events_(event_store_, host.clock(), std::chrono::hours{24} * config.event_late_days, &feed_),
        test_nudge_(predict_, rules_),
        list_nudges_(nudges_),
        report_outcome_(nudges_, host.clock()),
        generate_(sets_, simulations_, host.clock()),
        judge_(sets_, simulations_),
        replay_(event_store_, features_, host.clock(), &feed_),
        collect_(event_store_, replay_, host.clock(), std::chrono::hours{24} * config.event_late_days),
        train_(sets_, collect_, jobs_, registry_, champion_, host.clock(), rules_of(config)),
        join_outcomes_(observed_scores_, event_store_, host.clock()),
        monitoring_(champion_, predict_, nudges_, join_outcomes_),
        health_(host.store(), champion_, rules_, host.clock()) {}

  // What must be there before anybody is served: the rules, the indexes, and the champion if there is one.
  void prepare() {
    if (auto loaded = rules_.load(); !loaded) throw std::runtime_error(loaded.error().detail);
    const auto opened = host_.finish(observed_scores_.open());
    if (!opened) throw std::runtime_error(opened.error().detail);
    const auto heard = host_.finish(feed_.follow());
    if (!heard) throw std::runtime_error(heard.error().detail);
    const auto followed = host_.finish(champion_.follow());
    if (!followed) log::info("no model yet", {{"reason", followed.error().detail}});
  }

  void add_jobs() {
    host_.queue().handle(TriggerNudges::kJobKind, [this](const jobs::Job& job) { return trigger_.assign_coupon(job); });
    host_.every(kLookEvery, "following the champion", [this] { return follow(); });
    host_.every(kLookEvery, "keeping the training's lease", [this] { return train_.keep_lease(); });
    host_.every(kLookEvery, "reading the nudge rules", [this] { return reload_rules(); });
    host_.every(kLookEvery, "observing scores", [this] { return observe_.write(); });
    host_.every(kLookEvery, "telling what the model in shadow said", [this] { return promote_.tell_shadow(); });
    host_.every(kPromoteEvery, "judging the model in shadow", [this] { return promote_.promote_shadow(); });
    host_.every(kHearEvery, "following the feed of events", [this] { return feed_.follow(); });
    host_.every(kJoinEvery, "joining outcomes", [this] { return join_outcomes_.run(); });
    host_.every(kCountEvery, "counting outcomes", [this] { return join_outcomes_.count(); });
    const bool trains_first = !config_.production() && config_.first_training_samples > 0;
    if (trains_first) host_.every(kLookEvery, "training the first model", [this] { return train_first(); });
    host_.when_draining([this] {
      generate_.stop();
      judge_.stop();
      train_.stop();
    });
  }

  void add_routes() {
    http::Api& api = host_.api();
    api.authenticate_with(make_authenticator(config_.service_token, tokenless(config_)));
    add_ingest_routes(api, ingest_);
    add_event_routes(api, receive_events_);
    add_predict_routes(api, predict_);
    add_nudge_routes(api, rules_, test_nudge_, list_nudges_, report_outcome_);
    add_model_routes(api, promote_);
    add_train_routes(api, generate_, judge_, train_);
    add_monitoring_routes(api, monitoring_, [this] { return host_.request_stats(); });
    add_health_routes(api, health_, host_.store_warnings());
  }

  void add_metrics() {
    host_.metrics().add_source([this] { return training_families(train_.counts()); });
    host_.metrics().add_source([this] { return prediction_families(predict_); });
    host_.metrics().add_source([this] { return model_families(champion_.current()); });
    host_.metrics().add_source([this] { return drift_families(champion_.current()); });
    host_.metrics().add_source([this] { return shadow_families(predict_.shadow_scores()); });
    host_.metrics().add_source([this] { return outcome_families(observe_, join_outcomes_); });
    host_.metrics().add_source([this] { return event_families(receive_events_); });
  }

 private:
  Task<Result<void>> follow() {
    auto followed = co_await champion_.follow();
    if (!followed && followed.error().kind != ErrorKind::NotFound) co_return followed.error();
    co_return Result<void>{};
  }

  Task<Result<void>> reload_rules() {
    rules_.reload_if_changed();
    co_return Result<void>{};
  }

  // Once per process: a training that failed is for people to look at.
  Task<Result<void>> train_first() {
    if (first_begun_ || champion_.current()) co_return Result<void>{};
    auto set = co_await sets_.read();
    if (!set) co_return set.error();
    if (set->total() == 0) {
      auto generated = co_await generate_.run(config_.first_training_samples, kFirstSeed, false);
      if (!generated) co_return generated.error();
    }
    TrainOptions options;
    options.seed = kFirstSeed;
    auto begun = co_await train_.start(options, TrainingSource::synthetic);
    if (!begun && begun.error().kind == ErrorKind::Conflict) co_return Result<void>{};  // somebody else does it
    if (begun || begun.error().kind == ErrorKind::Rejected) first_begun_ = true;
    if (!begun) co_return begun.error();
    co_return Result<void>{};
  }

  service::ServiceHost& host_;
  const Config& config_;
  FeatureStore features_;
  EventStore event_store_;
  WatchFeed feed_;
  NudgeStore nudges_;
  TrainingSetStore sets_;
  TrainingJobStore jobs_;
  ModelRegistry registry_;
  HttpQuickmartClient quickmart_;
  CpuPool simulations_;
  Champion champion_;
  NudgeRules rules_;
  TriggerNudges trigger_;
  ObservedScoreStore observed_scores_;
  ObserveScores observe_;
  PredictChurn predict_;
  ShadowScoreStore shadow_counts_;
  PromoteModel promote_;
  IngestFeatures ingest_;
  ReceiveEvents receive_events_;
  TestNudge test_nudge_;
  ListNudges list_nudges_;
  ReportOutcome report_outcome_;
  GenerateTrainingData generate_;
  JudgeTrainingData judge_;
  ReplayFeatures replay_;
  CollectSamples collect_;
  TrainModel train_;
  JoinOutcomes join_outcomes_;
  Monitoring monitoring_;
  ServiceHealth health_;
  bool first_begun_ = false;  // of train_first() only
};

int run(int argc, const char* const* argv) {
  Config config;
  if (const int code = read_config(argc, argv, config); code >= 0) return code;
  if (config.healthcheck) return http::probe_health(static_cast<std::uint16_t>(config.port)) ? 0 : 1;
  if (auto completed = complete_config(config); !completed) throw std::runtime_error(completed.error().detail);
  service::ServiceHost host{identity(), config};
  RecoEngine engine{host, config};
  engine.prepare();
  engine.add_jobs();
  engine.add_routes();
  engine.add_metrics();
  return host.serve();
}

}  // namespace
}  // namespace qm::reco

int main(int argc, char** argv) {
  return qm::service::run_program(qm::reco::kProgram, [&] { return qm::reco::run(argc, argv); });
}
