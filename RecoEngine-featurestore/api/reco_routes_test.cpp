// Training, monitoring and health over HTTP, and who may call.
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "RecoEngine-featurestore/api/authenticator.hpp"
#include "RecoEngine-featurestore/api/health_api.hpp"
#include "RecoEngine-featurestore/api/monitoring_api.hpp"
#include "RecoEngine-featurestore/api/train_api.hpp"
#include "RecoEngine-featurestore/app/reco_metrics.hpp"
#include "RecoEngine-featurestore/app/serving_fixture.hpp"
#include "platform/http/request_fixture.hpp"

namespace qm::reco {
namespace {

const Timestamp kAt{std::chrono::seconds{1'790'000'000}};
const std::string kToken = "a-service-token-of-thirty-two-bytes-or-more";

class TrainRoutes : public testing::Test {
 protected:
  TrainRoutes() {
    workers_.start();
    add_train_routes(api_, generate_, judge_, train_);
    api_.authenticate_with(make_authenticator(kToken, Tokenless::loopback));
  }
  ~TrainRoutes() override {
    train_.stop();
    workers_.stop();
    workers_.join();
  }

  using Query = std::vector<std::pair<std::string, std::string>>;
  http::Response ask(http::Method method, std::string path, Query query = {}) {
    http::Request request = http::test_request(method, std::move(path), {}, std::move(query));
    auto executor = workers_.context(0).get_executor();
    return boost::asio::co_spawn(executor, api_.serve(request), boost::asio::use_future).get();
  }
  // Of an answer that is made while it is sent.
  std::string all_of(const http::Response& response) {
    std::string whole;
    while (true) {
      const auto part =
          boost::asio::co_spawn(workers_.context(0).get_executor(), response.parts(), boost::asio::use_future).get();
      if (!part || part->empty()) return whole;
      whole += *part;
    }
  }
  boost::json::object ok(http::Method method, std::string path, Query query = {}) {
    const auto response = ask(method, std::move(path), std::move(query));
    EXPECT_EQ(response.status, 200) << response.payload();
    return boost::json::parse(response.payload()).as_object();
  }

  ManualClock clock_{kAt};
  std::unique_ptr<kv::Store> store_ = kv::make_memory_store("churn_features", clock_);
  WorkerThreads workers_{1};
  CpuPool pool_{1, 4};
  TrainingSetStore sets_{*store_};
  EventStore events_{*store_, std::chrono::hours{24 * 730}};
  FeatureStore features_{*store_, std::chrono::hours{24 * 730}};
  ReplayFeatures replay_{events_, features_, clock_};
  CollectSamples collect_{events_, replay_, clock_, std::chrono::hours{24 * 7}};
  TrainingJobStore jobs_{*store_};
  ModelRegistry registry_{*store_};
  Champion champion_{registry_};
  GenerateTrainingData generate_{sets_, pool_, clock_};
  JudgeTrainingData judge_{sets_, pool_};
  TrainModel train_{sets_, collect_, jobs_, registry_, champion_, clock_};
  http::Api api_{http::ApiInfo{"RecoEngine", "test", ""}};
};

using enum http::Method;

TEST_F(TrainRoutes, GenerateTrainAndReport) {
  EXPECT_TRUE(ok(Get, "/train/status").at("job_id").is_null());
  EXPECT_EQ(ask(Get, "/train/metrics").status, 404);
  EXPECT_EQ(ask(Get, "/train/report").status, 404);
  EXPECT_EQ(ask(Post, "/train/start").status, 400);

  const auto data = ok(Post, "/train/generate-data", {{"samples", "200"}, {"random_seed", "7"}});
  for (const char* name : {"samples_generated", "samples_stored", "total_training_samples", "samples_requested"}) {
    EXPECT_EQ(data.at(name).as_int64(), 200) << name;
  }
  EXPECT_EQ(data.at("random_seed").as_int64(), 7);
  EXPECT_FALSE(data.at("cleared_existing").as_bool());
  EXPECT_EQ(data.at("timestamp").as_string(), to_rfc3339(kAt));

  const auto trained = ok(Post, "/train/start", {{"test_size", "0.25"}});
  EXPECT_TRUE(trained.at("model_saved").as_bool());
  EXPECT_EQ(trained.at("training_metrics").at("test_samples").as_int64(), 50);
  const auto& cutoffs = trained.at("cutoffs").as_array();
  EXPECT_GT(trained.at("data_quality").at("samples").as_int64(), 200 * 2) << "each is seen at several moments";
  EXPECT_EQ(cutoffs.size(), 5U);
  EXPECT_EQ(trained.at("model_version").as_string(), champion_.current()->version);
  EXPECT_FALSE(trained.contains("former"));

  const auto status = ok(Get, "/train/status");
  EXPECT_EQ(status.at("state").as_string(), "succeeded");
  EXPECT_EQ(status.at("progress").to_number<double>(), 1);
  const auto metrics = ok(Get, "/train/metrics");
  EXPECT_EQ(metrics.at("training_metrics"), trained.at("training_metrics"));
  EXPECT_TRUE(metrics.at("former").is_null());
  const auto report = ask(Get, "/train/report");
  EXPECT_EQ(report.status, 200);
  EXPECT_EQ(report.content_type, "text/html; charset=utf-8");
  const std::string page = all_of(report);
  EXPECT_NE(page.find(trained.at("model_version").as_string()), std::string::npos) << page;
  EXPECT_GT(ok(Get, "/train/data-quality").at("quality_score").to_number<double>(), 0);
  EXPECT_EQ(ask(Delete, "/train/jobs/" + std::string{status.at("job_id").as_string()}).status, 409);
}

TEST_F(TrainRoutes, ComparesWithTheFormerChampion) {
  ok(Post, "/train/generate-data", {{"samples", "200"}});
  const auto first = ok(Post, "/train/start");
  const auto second = ok(Post, "/train/start", {{"random_state", "5"}});
  EXPECT_EQ(second.at("former").at("model_version"), first.at("model_version"));
  const double change = second.at("change").at("roc_auc").to_number<double>();
  EXPECT_DOUBLE_EQ(change, second.at("training_metrics").at("roc_auc").to_number<double>() -
                               first.at("training_metrics").at("roc_auc").to_number<double>());
}

TEST_F(TrainRoutes, AnswersAtOnceWhenNobodyWaits) {
  ok(Post, "/train/generate-data", {{"samples", "100"}});
  const auto response = ask(Post, "/train/start", {{"wait", "false"}});
  ASSERT_EQ(response.status, 202) << response.payload();
  const auto started = boost::json::parse(response.payload());
  EXPECT_EQ(started.at("state").as_string(), "queued");
  EXPECT_FALSE(started.at("model_saved").as_bool());
  EXPECT_FALSE(started.at("job_id").as_string().empty());
}

TEST_F(TrainRoutes, RefuseWhatDoesNotFit) {
  struct Case { http::Method method; const char* path; Query query; int status; };
  const Case cases[] = {{Post, "/train/generate-data", {{"samples", "99"}}, 422},
                        {Post, "/train/generate-data", {{"samples", "100001"}}, 422},
                        {Post, "/train/generate-data", {{"samples", "many"}}, 422},
                        {Post, "/train/generate-data", {{"random_seed", "-1"}}, 422},
                        {Post, "/train/start", {{"test_size", "0.09"}}, 422},
                        {Post, "/train/start", {{"test_size", "0.51"}}, 422},
                        {Post, "/train/start", {{"wait", "perhaps"}}, 422},
                        {Get, "/train/start", {}, 405},
                        {Delete, "/train/jobs/train_none", {}, 404}};
  for (const auto& c : cases) EXPECT_EQ(ask(c.method, c.path, c.query).status, c.status) << c.path;
}

class FigureRoutes : public ServingTest {
 protected:
  FigureRoutes() {
    add_monitoring_routes(api_, monitoring_, [] { return std::vector<http::EndpointStats>{}; });
    add_health_routes(api_, health_);
    api_.authenticate_with(make_authenticator(kToken, Tokenless::loopback));
  }
  boost::json::object get(std::string path) {
    http::Request request;
    request.path = std::move(path);
    request.remote_address = "127.0.0.1";
    const auto response = run(api_.serve(request));
    EXPECT_EQ(response.status, 200) << response.payload();
    return boost::json::parse(response.payload()).as_object();
  }

  EventStore events_{*kv_, std::chrono::hours{24 * 730}};
  JoinOutcomes outcomes_{observed_scores_, events_, clock_};
  Monitoring monitoring_{champion_, predict_, nudges_, outcomes_};
  ServiceHealth health_{*kv_, champion_, rules_, clock_};
  http::Api api_{http::ApiInfo{"RecoEngine", "test", ""}};
};

TEST_F(FigureRoutes, MonitoringKnowsOnlyWhatWasMeasured) {
  const auto before = get("/monitoring");
  EXPECT_EQ(before.at("api_performance").at("total_requests").as_int64(), 0);
  const std::pair<const char*, const char*> unknown[] = {
      {"api_performance", "avg_response_time_ms"}, {"api_performance", "p50_ms"},
      {"api_performance", "p99_ms"},               {"api_performance", "error_rate"},
      {"feature_freshness", "avg_feature_age_hours"}, {"feature_freshness", "stale_features_count"},
      {"nudge_responses", "response_rate"},        {"nudge_responses", "conversion_rate"}};
  for (const auto& [part, name] : unknown) EXPECT_TRUE(before.at(part).at(name).is_null()) << name;

  know("user_1");
  clock_.advance(std::chrono::hours{3});
  model_->probability = 0.9;
  ASSERT_TRUE(predict("user_1"));
  const auto nudges = nudges_of("user_1");
  ASSERT_FALSE(nudges.empty());
  NudgeOutcome outcome;
  outcome.status = NudgeStatus::used;
  outcome.at = clock_.now();
  ASSERT_TRUE(run(report_.run(nudges[0].nudge_id, outcome)));
  const auto after = get("/monitoring");
  EXPECT_NEAR(after.at("feature_freshness").at("avg_feature_age_hours").to_number<double>(), 3, 1e-6);
  EXPECT_EQ(after.at("feature_freshness").at("stale_features_count").as_int64(), 0);
  const auto sent = after.at("nudge_responses").at("nudges_sent").as_int64();
  EXPECT_EQ(sent, static_cast<std::int64_t>(nudges.size()));
  const double converted = after.at("nudge_responses").at("conversion_rate").to_number<double>();
  EXPECT_DOUBLE_EQ(converted, 1.0 / static_cast<double>(sent));
}

TEST_F(FigureRoutes, MonitoringTellsHowScoresCameTrue) {
  ASSERT_TRUE(run(observed_scores_.open()));
  EXPECT_TRUE(get("/monitoring").at("outcomes").is_null()) << "no outcome is known";
  constexpr int kCustomers = 40;  // every other one leaves, and the model knows
  const auto judge = [&](int i, bool left) {
    const UserId user{"user_" + std::to_string(i)};
    const LabelRule rule;
    std::vector<ObservedScore> scores{{user, "model_1", left ? 0.8 : 0.2, clock_.now(), rule.horizon}};
    ASSERT_EQ(run(observed_scores_.observe(std::move(scores), std::chrono::hours{0})).value(), 1);
    const auto due = run(observed_scores_.due(clock_.now() + rule.horizon, "", 10));
    ASSERT_EQ(due->scores.size(), 1U);
    ASSERT_TRUE(run(observed_scores_.judge(due->scores[0], left, clock_.now())));
  };
  judge(0, true);
  ASSERT_TRUE(run(outcomes_.count()));
  const auto few = get("/monitoring").at("outcomes").at("all");
  EXPECT_EQ(few.at("customers").as_int64(), 1);
  EXPECT_TRUE(few.at("roc_auc").is_null()) << "one customer is no sample";

  for (int i = 1; i < kCustomers; ++i) judge(i, i % 2 == 0);
  ASSERT_TRUE(run(outcomes_.count()));
  const auto outcomes = get("/monitoring").at("outcomes");
  const auto& all = outcomes.at("all");
  EXPECT_TRUE(all.at("model_version").is_null());
  EXPECT_EQ(all.at("customers").as_int64(), kCustomers);
  EXPECT_DOUBLE_EQ(all.at("left").to_number<double>(), 0.5);
  EXPECT_DOUBLE_EQ(all.at("mean_score").to_number<double>(), 0.5);
  EXPECT_DOUBLE_EQ(all.at("roc_auc").to_number<double>(), 1);
  EXPECT_NEAR(all.at("calibration_error").to_number<double>(), 0.2, 1e-9);
  EXPECT_EQ(all.at("calibration").as_array().size(), 10U);
  EXPECT_EQ(outcomes.at("models").at(0).at("model_version").as_string(), "model_1");
}

TEST_F(FigureRoutes, MonitoringTellsOfDrift) {
  EXPECT_TRUE(get("/monitoring").at("drift").is_null()) << "the model knows nothing of its training data";

  DriftReference reference;  // nothing was known of anybody but, half of the time, one thing
  for (const auto& feature : model_features())
    reference.features.push_back({std::string{feature_table()[feature.feature].name}, true, {}, {0, 400}});
  auto& known = reference.features.at(0);
  known.counts = {200, 200};
  reference.scores = {"score", true, {0.5}, {400, 0, 0}};
  auto watched = served(model_);
  watched.drift = DriftWatch::over(reference);
  ASSERT_TRUE(watched.drift);
  const std::vector<float> row(model_columns().size(), std::numeric_limits<float>::quiet_NaN());
  for (int i = 0; i < 150; ++i) watched.drift->add("user_" + std::to_string(i), row, 0.5);
  Champion champion{registry_, std::make_shared<const ServedModel>(std::move(watched))};
  Monitoring monitoring{champion, predict_, nudges_, outcomes_};
  http::Api api{http::ApiInfo{"RecoEngine", "test", ""}};
  add_monitoring_routes(api, monitoring, [] { return std::vector<http::EndpointStats>{}; });
  api.authenticate_with(make_authenticator(kToken, Tokenless::loopback));
  http::Request request;
  request.path = "/monitoring";
  request.remote_address = "127.0.0.1";
  const auto drift = boost::json::parse(run(api.serve(request)).payload()).at("drift");
  EXPECT_EQ(drift.at("model_version").as_string(), "model_1");
  EXPECT_EQ(drift.at("customers").as_int64(), 150);
  EXPECT_TRUE(drift.at("drifted").as_bool());
  EXPECT_TRUE(drift.at("scores").at("enough_rows").as_bool());
  EXPECT_FALSE(drift.at("scores").at("drifted").as_bool());
  const auto& features = drift.at("features").as_array();
  ASSERT_EQ(features.size(), model_features().size());
  EXPECT_EQ(features.at(0).at("name").as_string(), feature_table()[model_features()[0].feature].name);
  EXPECT_TRUE(features.at(0).at("drifted").as_bool());
  EXPECT_EQ(features.at(0).at("rows").as_int64(), 150);
  EXPECT_EQ(features.at(0).at("reference_rows").as_int64(), 400);
  EXPECT_GT(features.at(0).at("statistic").to_number<double>(), features.at(0).at("threshold").to_number<double>());
  EXPECT_FALSE(features.at(1).at("drifted").as_bool());
}

TEST_F(FigureRoutes, MetricsCountBySegment) {
  know("user_1");
  for (const double probability : {0.1, 0.5, 0.7, 0.9, 0.95}) {
    model_->probability = probability;
    ASSERT_TRUE(predict("user_1"));
  }
  std::map<std::string, double> counted;
  const auto families = prediction_families(predict_);
  for (const auto& sample : families.at(0).samples) counted[sample.labels.at(0).second] = sample.value;
  EXPECT_EQ(counted, (std::map<std::string, double>{{"low", 1}, {"medium", 1}, {"high", 1}, {"critical", 2}}));
  EXPECT_EQ(model_families(champion_.current()).at(1).samples.at(0).labels.at(0).second, "model_1");
  EXPECT_EQ(model_families(nullptr).size(), 1U);
}

TEST_F(FigureRoutes, HealthSaysWhatIsThere) {
  const auto health = get("/health");
  EXPECT_EQ(health.at("status").as_string(), "healthy");
  EXPECT_EQ(health.at("aerospike").as_string(), "embedded");
  EXPECT_TRUE(health.at("model").at("model_loaded").as_bool());
  EXPECT_EQ(health.at("model").at("model_version").as_string(), "model_1");
  EXPECT_GT(health.at("model").at("feature_count").as_int64(), 20);
  EXPECT_EQ(health.at("nudge_engine").at("rules_loaded").as_int64(), 12);
  EXPECT_FALSE(health.contains("warnings"));
}

TEST_F(FigureRoutes, HealthWarnsOfWhatTheStoreCannotGive) {
  http::Api api{http::ApiInfo{"RecoEngine", "test", ""}};
  add_health_routes(api, health_, {"one", "two"});
  http::Request request;
  request.path = "/health";
  for (int call = 0; call < 2; ++call) {
    const auto health = boost::json::parse(run(api.serve(request)).payload()).as_object();
    EXPECT_EQ(health.at("status").as_string(), "healthy");
    EXPECT_EQ(health.at("warnings"), (boost::json::array{"one", "two"}));
  }
}

TEST_F(FigureRoutes, HealthIsDegradedWithoutAModel) {
  Champion nobody{registry_};
  ServiceHealth health{*kv_, nobody, rules_, clock_};
  const HealthFigures figures = run(health.run());
  EXPECT_EQ(figures.status, HealthStatus::degraded);
  EXPECT_FALSE(figures.model);
}

TEST(RecoAuthenticator, TakesTheTokenAndFromNearbyWhereAllowedNone) {
  struct Case { Tokenless tokenless; const char* address; std::string header; bool let_in; };
  using enum Tokenless;
  const Case cases[] = {{loopback, "127.0.0.1", "", true},
                        {loopback, "::1", "", true},
                        {loopback, "::ffff:127.0.0.1", "", true},
                        {loopback, "10.0.0.1", "", false},
                        {loopback, "127.0.0.1", "Bearer wrong", false},
                        {loopback, "10.0.0.1", "Bearer " + kToken, true},
                        {loopback, "no address", "", false},
                        {private_networks, "127.0.0.1", "", true},
                        {private_networks, "10.89.0.1", "", true},
                        {private_networks, "172.16.0.1", "", true},
                        {private_networks, "172.31.255.254", "", true},
                        {private_networks, "172.32.0.1", "", false},
                        {private_networks, "192.168.1.1", "", true},
                        {private_networks, "192.169.1.1", "", false},
                        {private_networks, "fd00::1", "", true},
                        {private_networks, "2001:db8::1", "", false},
                        {private_networks, "8.8.8.8", "", false},
                        {private_networks, "10.89.0.1", "Bearer wrong", false},
                        {nobody, "127.0.0.1", "", false},
                        {nobody, "127.0.0.1", "Bearer " + kToken, true},
                        {nobody, "127.0.0.1", "bearer " + kToken, true},
                        {nobody, "127.0.0.1", "Bearer " + kToken + "x", false},
                        {nobody, "127.0.0.1", "Bearer ", false},
                        {nobody, "127.0.0.1", "Basic " + kToken, false},
                        {nobody, "127.0.0.1", kToken, false}};
  for (const auto& c : cases) {
    http::Request request;
    request.remote_address = c.address;
    if (!c.header.empty()) request.headers.emplace_back("Authorization", c.header);
    const auto principal = make_authenticator(kToken, c.tokenless)(request, http::Access::Service);
    EXPECT_EQ(principal.has_value(), c.let_in) << static_cast<int>(c.tokenless) << " " << c.address << " " << c.header;
    if (!principal) EXPECT_EQ(principal.error().kind, ErrorKind::Unauthenticated);
  }
}

TEST(Performance, IsWhatTheServerCounted) {
  const auto nothing = performance_of({});
  EXPECT_EQ(nothing.total_requests, 0);
  EXPECT_FALSE(nothing.p50_ms);
  EXPECT_FALSE(nothing.error_rate);

  const auto& bounds = http::latency_bounds_s();
  http::EndpointStats quick, slow;
  quick.requests = 98;
  quick.by_status_class[2] = 98;
  quick.seconds_sum = 0.98;
  quick.buckets.assign(bounds.size(), 98);  // all below the first bound
  slow.requests = 2;
  slow.by_status_class[5] = 2;
  slow.seconds_sum = 0.02;
  slow.buckets.assign(bounds.size(), 0);
  slow.buckets.back() = 2;  // all below the last bound only
  const auto both = performance_of({quick, slow});
  EXPECT_EQ(both.total_requests, 100);
  EXPECT_DOUBLE_EQ(*both.avg_response_time_ms, 10);
  EXPECT_DOUBLE_EQ(*both.error_rate, 0.02);
  EXPECT_NEAR(*both.p50_ms, 1000 * bounds.front() * 50 / 98, 1e-9);
  EXPECT_GT(*both.p99_ms, 1000 * bounds[bounds.size() - 2]);
  EXPECT_LE(*both.p99_ms, 1000 * bounds.back());
}

}  // namespace
}  // namespace qm::reco
