#include "platform/service/host_metrics.hpp"

#include <unistd.h>

#include <fstream>

#include "platform/service/service_host.hpp"

namespace qm::service {

namespace {

using metrics::Family;
using metrics::Kind;

double resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  std::int64_t total = 0, resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE));
}

metrics::Sample histogram_of(const http::EndpointStats& stats) {
  metrics::Sample sample{{{"endpoint", stats.name}}};
  const auto& bounds = http::latency_bounds_s();
  for (std::size_t i = 0; i < bounds.size(); ++i) sample.buckets.emplace_back(bounds[i], stats.buckets[i]);
  sample.count = stats.requests;
  sample.sum = stats.seconds_sum;
  return sample;
}

}  // namespace

std::vector<Family> request_families(const std::vector<http::EndpointStats>& stats, std::size_t open_connections) {
  Family requests{"qm_http_requests_total", "Requests by endpoint and class of status.", Kind::Counter, {}};
  Family latency{"qm_http_request_seconds", "Time from a request's last byte to its answer.", Kind::Histogram, {}};
  for (const auto& endpoint : stats) {
    if (endpoint.requests == 0) continue;
    for (int status_class = 1; status_class <= 5; ++status_class) {
      const auto count = endpoint.by_status_class[status_class];
      if (count == 0) continue;
      requests.samples.push_back({{{"endpoint", endpoint.name}, {"class", std::to_string(status_class) + "xx"}},
                                  static_cast<double>(count)});
    }
    latency.samples.push_back(histogram_of(endpoint));
  }
  if (requests.samples.empty()) requests.samples.push_back({{{"endpoint", "none"}, {"class", "2xx"}}, 0});
  Family connections{"qm_http_connections", "Open connections.", Kind::Gauge, {}};
  connections.samples.push_back({{}, static_cast<double>(open_connections)});
  return {std::move(requests), std::move(latency), std::move(connections)};
}

std::vector<Family> job_families(const jobs::Queue& queue) {
  Family events{"qm_jobs_total", "Jobs by kind and event, since the start of this process.", Kind::Counter, {}};
  Family running{"qm_jobs_running", "Jobs running in this process.", Kind::Gauge, {}};
  for (const auto& [kind, stats] : queue.stats_by_kind()) {
    const std::pair<const char*, std::int64_t> counts[] = {
        {"enqueued", stats.enqueued}, {"completed", stats.completed}, {"retried", stats.retried}, {"dead", stats.dead}};
    for (const auto& [event, count] : counts)
      events.samples.push_back({{{"kind", kind}, {"event", event}}, static_cast<double>(count)});
    running.samples.push_back({{{"kind", kind}}, static_cast<double>(stats.running)});
  }
  const auto all = queue.stats();
  Family waiting{"qm_jobs_waiting", "Jobs that wait in the store, counted up to 1,000.", Kind::Gauge, {}};
  waiting.samples.push_back({{}, static_cast<double>(all.waiting)});
  Family dead{"qm_jobs_dead_letters", "Jobs given up, counted up to 1,000.", Kind::Gauge, {}};
  dead.samples.push_back({{}, static_cast<double>(all.dead_letters)});
  return {std::move(events), std::move(running), std::move(waiting), std::move(dead)};
}

std::vector<Family> cluster_families(const aerospike::Client& cluster) {
  const aerospike::Stats stats = cluster.stats();
  const auto one = [](const char* name, const char* help, Kind kind, std::uint64_t value) {
    return Family{name, help, kind, {{{}, static_cast<double>(value)}}};
  };
  Family troubles{"qm_aerospike_troubles_total", "What went wrong on the way to the cluster and back.", Kind::Counter,
                  {}};
  const std::pair<const char*, std::uint64_t> counts[] = {
      {"retried", stats.retries}, {"timed_out", stats.timeouts}, {"connection_lost", stats.broken},
      {"in_doubt", stats.in_doubt}, {"queue_full", stats.rejected}, {"not_connected", stats.connections_failed}};
  for (const auto& [what, count] : counts) troubles.samples.push_back({{{"what", what}}, static_cast<double>(count)});
  std::vector<Family> families;
  families.push_back(one("qm_aerospike_calls_total", "Reads, writes, batches and pages asked for.", Kind::Counter,
                         stats.calls));
  families.push_back(one("qm_aerospike_requests_total", "Requests handed to a connection, one or more for a call.",
                         Kind::Counter, stats.attempts));
  families.push_back(one("qm_aerospike_sent_bytes_total", "Bytes sent to the cluster.", Kind::Counter,
                         stats.bytes_out));
  families.push_back(one("qm_aerospike_received_bytes_total", "Bytes received from the cluster.", Kind::Counter,
                         stats.bytes_in));
  families.push_back(std::move(troubles));
  families.push_back(one("qm_aerospike_in_flight", "Requests that wait for their replies.", Kind::Gauge,
                         stats.in_flight));
  families.push_back(one("qm_aerospike_connections", "Open connections.", Kind::Gauge, stats.connections_open()));
  families.push_back(one("qm_aerospike_nodes", "Nodes of the cluster that are known.", Kind::Gauge, stats.nodes));
  return families;
}

std::vector<Family> process_families(Timestamp started_at) {
  Family build{"qm_build_info", "Always 1; the label says the version.", Kind::Gauge, {}};
  build.samples.push_back({{{"version", version()}}, 1});
  Family started{"process_start_time_seconds", "When the process started, in seconds since 1970.", Kind::Gauge, {}};
  started.samples.push_back({{}, static_cast<double>(started_at.time_since_epoch().count()) / 1000});
  Family memory{"process_resident_memory_bytes", "Resident memory.", Kind::Gauge, {}};
  memory.samples.push_back({{}, resident_bytes()});
  return {std::move(build), std::move(started), std::move(memory)};
}

}  // namespace qm::service
