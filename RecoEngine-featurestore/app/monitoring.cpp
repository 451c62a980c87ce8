#include "RecoEngine-featurestore/app/monitoring.hpp"

namespace qm::reco {

Task<Result<MonitoringFigures>> Monitoring::run() {
  auto nudges = co_await nudges_.stats();
  if (!nudges) co_return nudges.error();
  MonitoringFigures figures;
  figures.nudges = *nudges;
  const FreshnessStats freshness = predict_.freshness();
  if (freshness.predictions > 0) figures.freshness = freshness;
  if (const auto served = champion_.current()) {
    figures.accuracy = served->metrics;
    figures.model_version = served->version;
    if (served->drift) figures.drift = served->drift->report();
  }
  figures.outcomes = outcomes_.figures();
  co_return figures;
}

}  // namespace qm::reco
