#include "platform/service/standard_routes.hpp"

#include "platform/http/error_answer.hpp"

namespace qm::service {

struct Greeting {
  std::string message;
  std::string version;
  std::string status;
};
BOOST_DESCRIBE_STRUCT(Greeting, (), (message, version, status))

struct Liveness {
  std::string status;  // "alive", "ready"
};
BOOST_DESCRIBE_STRUCT(Liveness, (), (status))

namespace {

using http::Call;

std::vector<metrics::Family> families_of(const kv::Stats& stats) {
  metrics::Family records{"qm_store_records", "Records by set.", metrics::Kind::Gauge, {}};
  metrics::Family bytes{"qm_store_bytes", "Bytes of records by set, before compression.", metrics::Kind::Gauge, {}};
  for (const auto& set : stats.sets) {
    const metrics::Labels labels{{"namespace", stats.name_space}, {"set", set.set}};
    records.samples.push_back({labels, static_cast<double>(set.records)});
    bytes.samples.push_back({labels, static_cast<double>(set.bytes)});
  }
  metrics::Family compacting{"qm_store_compacting", "1 while the embedded engine puts what was written in order.",
                             metrics::Kind::Gauge, {}};
  compacting.samples.push_back({{{"namespace", stats.name_space}}, stats.is_compacting ? 1.0 : 0.0});
  return {std::move(records), std::move(bytes), std::move(compacting)};
}

void add_health(http::Api& api, kv::Store& store, const std::atomic<bool>& draining) {
  api.get("/health/live", {.name = "health_live", .summary = "Whether the process lives", .tag = "health"},
          [](Call<>) -> Task<Result<http::Printed<Liveness>>> {
            http::Printed<Liveness> alive{R"({"status":"alive"})"};
            co_return alive;
          });
  api.get("/health/ready",
          {.name = "health_ready", .summary = "Whether it takes requests", .tag = "health", .errors = {503}},
          [&store, &draining](Call<>) -> Task<Result<Liveness>> {
            if (draining) co_return unavailable("The service is stopping.");
            const auto report = co_await store.health();
            if (!report) co_return report.error();
            if (report->health == kv::Health::Down) co_return unavailable("The store is down.");
            Liveness ready{"ready"};
            co_return ready;
          });
}

void add_metrics(http::Api& api, kv::Store& store, const metrics::Registry& registry) {
  api.raw(http::Method::Get, "/metrics", {.name = "metrics"},
          [&store, &registry](const http::Request&) -> Task<http::Response> {
            std::vector<metrics::Family> of_store;
            const auto stats = co_await store.stats();
            if (stats) of_store = families_of(*stats);
            http::Response answer;
            answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
            answer.body = registry.text(std::move(of_store));
            co_return answer;
          });
}

}  // namespace

void add_standard_routes(http::Api& api, StandardRoutes routes) {
  const Greeting greeting{routes.identity.title, version(), "running"};
  api.get("/",
          {.name = "greeting", .summary = "Which service this is", .tag = "health", .access = routes.identity.access},
          [greeting](Call<>) -> Task<Result<Greeting>> { co_return greeting; });
  add_health(api, routes.store, routes.draining);
  add_metrics(api, routes.store, routes.metrics);
  api.add_docs(std::move(routes.swagger_dir), routes.identity.access);
}

}  // namespace qm::service
