// GET /monitoring.
#pragma once
#include <functional>
#include <vector>

#include "RecoEngine-featurestore/app/monitoring.hpp"
#include "platform/http/api.hpp"
#include "platform/http/server.hpp"
#include "platform/json/describe.hpp"

namespace qm::reco {

namespace wire {

struct ApiPerformance {
  std::int64_t total_requests = 0;
  json::Nullable<double> avg_response_time_ms;
  json::Nullable<double> p50_ms;
  json::Nullable<double> p99_ms;
  json::Nullable<double> error_rate;  // share of answers with a 5xx status
};
BOOST_DESCRIBE_STRUCT(ApiPerformance, (), (total_requests, avg_response_time_ms, p50_ms, p99_ms, error_rate))

}  // namespace wire

// Over all endpoints. Quantiles by straight lines between the bounds of the histograms.
wire::ApiPerformance performance_of(const std::vector<http::EndpointStats>& stats);

// `monitoring` outlives `api`. `traffic`: what the server counted.
void add_monitoring_routes(http::Api& api, Monitoring& monitoring,
                           std::function<std::vector<http::EndpointStats>()> traffic);

}  // namespace qm::reco
