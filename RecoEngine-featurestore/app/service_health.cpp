#include "RecoEngine-featurestore/app/service_health.hpp"

namespace qm::reco {

Task<HealthFigures> ServiceHealth::run() {
  HealthFigures figures;
  auto report = co_await store_.health();
  if (report) {
    figures.store = std::move(*report);
  } else {
    figures.store.health = kv::Health::Down;
    figures.store.detail = report.error().detail;
  }
  figures.model = champion_.current();
  figures.rules = rules_.current()->rules.size();
  figures.rules_loaded_at = rules_.loaded_at();
  figures.at = clock_.now();
  const bool whole = figures.store.health == kv::Health::Ok && figures.model && figures.rules > 0;
  figures.status = whole ? HealthStatus::healthy : HealthStatus::degraded;
  if (figures.store.health == kv::Health::Down) figures.status = HealthStatus::unhealthy;
  co_return figures;
}

}  // namespace qm::reco
