#include "QuickMart-backend/api/health_api.hpp"

#include "platform/json/describe.hpp"

namespace qm::shop {
namespace wire {

enum class ShopStatus { healthy, degraded, unhealthy };
BOOST_DESCRIBE_ENUM(ShopStatus, healthy, degraded, unhealthy)
enum class DatabaseState { connected, embedded, disconnected };
BOOST_DESCRIBE_ENUM(DatabaseState, connected, embedded, disconnected)
enum class PeerState { connected, disconnected };
BOOST_DESCRIBE_ENUM(PeerState, connected, disconnected)

struct ShopHealth {
  ShopStatus status = ShopStatus::healthy;
  DatabaseState database = DatabaseState::embedded;
  PeerState reco_engine = PeerState::connected;
  std::string version;
  Timestamp timestamp{};
  std::optional<std::vector<std::string>> warnings;  // what the store's setup cannot give; never empty
};
BOOST_DESCRIBE_STRUCT(ShopHealth, (), (status, database, reco_engine, version, timestamp, warnings))

}  // namespace wire

namespace {

wire::DatabaseState database_of(const kv::HealthReport& store) {
  if (store.health == kv::Health::Down) return wire::DatabaseState::disconnected;
  return store.engine == "aerospike" ? wire::DatabaseState::connected : wire::DatabaseState::embedded;
}

// The shop sells without RecoEngine, but not without its store.
wire::ShopStatus status_of(const ShopHealthReport& report) {
  if (report.store.health == kv::Health::Down) return wire::ShopStatus::unhealthy;
  const bool whole = report.store.health == kv::Health::Ok && report.reco_engine_alive;
  return whole ? wire::ShopStatus::healthy : wire::ShopStatus::degraded;
}

}  // namespace

void add_health_route(http::Api& api, ShopHealth& health, std::string version, std::vector<std::string> warnings) {
  http::EndpointInfo info;
  info.name = "health";
  info.summary = "How the shop is, and whether it reaches RecoEngine";
  info.tag = "service";
  info.errors = {503};
  api.get("/health", std::move(info),
          [&health, version, warnings](http::Call<>) -> Task<Result<http::Answer<wire::ShopHealth>>> {
            std::string program_version = version;
            std::vector<std::string> to_warn_of = warnings;
            const ShopHealthReport report = co_await health.measure();
            http::Answer<wire::ShopHealth> answer;
            answer.body.status = status_of(report);
            answer.body.database = database_of(report.store);
            answer.body.reco_engine =
                report.reco_engine_alive ? wire::PeerState::connected : wire::PeerState::disconnected;
            answer.body.version = std::move(program_version);
            answer.body.timestamp = report.at;
            if (!to_warn_of.empty()) answer.body.warnings = std::move(to_warn_of);
            answer.status = answer.body.status == wire::ShopStatus::unhealthy ? 503 : 200;
            co_return answer;
          });
}

}  // namespace qm::shop
