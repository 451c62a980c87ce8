#include "RecoEngine-featurestore/api/health_api.hpp"

#include "RecoEngine-featurestore/domain/feature.hpp"

namespace qm::reco {

BOOST_DESCRIBE_ENUM(HealthStatus, healthy, degraded, unhealthy)

namespace wire {

enum class StoreState { connected, embedded, disconnected };
BOOST_DESCRIBE_ENUM(StoreState, connected, embedded, disconnected)

struct ModelHealth {
  bool model_loaded = false;
  json::Nullable<std::string> model_version;
  std::int64_t feature_count = 0;        // features that models of this build look at
  json::Nullable<Timestamp> timestamp;  // when it was trained
};
BOOST_DESCRIBE_STRUCT(ModelHealth, (), (model_loaded, model_version, feature_count, timestamp))

struct NudgeEngineHealth {
  std::int64_t rules_loaded = 0;
  json::Nullable<Timestamp> timestamp;  // when they were read
};
BOOST_DESCRIBE_STRUCT(NudgeEngineHealth, (), (rules_loaded, timestamp))

struct RecoHealth {
  HealthStatus status = HealthStatus::unhealthy;
  StoreState aerospike = StoreState::disconnected;
  ModelHealth model;
  NudgeEngineHealth nudge_engine;
  Timestamp timestamp{};
  std::optional<std::vector<std::string>> warnings;  // what the store's setup cannot give; never empty
};
BOOST_DESCRIBE_STRUCT(RecoHealth, (), (status, aerospike, model, nudge_engine, timestamp, warnings))

}  // namespace wire

namespace {

std::int64_t model_features() {
  const auto table = feature_table();
  return std::count_if(table.begin(), table.end(),
                       [](const FeatureSpec& spec) { return spec.input != ModelInput::None; });
}

wire::StoreState state_of(const kv::HealthReport& report) {
  if (report.health == kv::Health::Down) return wire::StoreState::disconnected;
  return report.engine == "aerospike" ? wire::StoreState::connected : wire::StoreState::embedded;
}

wire::RecoHealth to_wire(const HealthFigures& figures) {
  wire::RecoHealth health;
  health.status = figures.status;
  health.aerospike = state_of(figures.store);
  health.model.feature_count = model_features();
  if (figures.model) {
    health.model.model_loaded = true;
    health.model.model_version = figures.model->version;
    health.model.timestamp = figures.model->trained_at;
  }
  health.nudge_engine.rules_loaded = static_cast<std::int64_t>(figures.rules);
  if (figures.rules > 0) health.nudge_engine.timestamp = figures.rules_loaded_at;
  health.timestamp = figures.at;
  return health;
}

}  // namespace

void add_health_routes(http::Api& api, ServiceHealth& health, std::vector<std::string> warnings) {
  api.get("/health",
          {.name = "health",
           .summary = "Whether the service can do its work, and what it lacks",
           .tag = "health",
           .errors = {503}},
          [&health, warnings](http::Call<>) -> Task<Result<http::Answer<wire::RecoHealth>>> {
            std::vector<std::string> to_warn_of = warnings;
            const HealthFigures figures = co_await health.run();
            http::Answer<wire::RecoHealth> answer;
            answer.body = to_wire(figures);
            if (!to_warn_of.empty()) answer.body.warnings = std::move(to_warn_of);
            if (figures.status == HealthStatus::unhealthy) {
              answer.status = 503;
              answer.headers.emplace_back("Retry-After", "1");
            }
            co_return answer;
          });
}

}  // namespace qm::reco
