// An HTTP/1.1 server: thread per core, each worker accepting on a SO_REUSEPORT socket of its own.
//
// Limits hold for every connection; a peer that sends too slowly is cut off. Pipelined requests are answered in order.
// drain() stops accepting, lets requests in flight finish, answers new ones 503 with `Connection: close`.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "platform/core/runtime.hpp"
#include "platform/http/api.hpp"

namespace qm::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one
  std::size_t max_connections = 10'000;          // of all workers; one more is answered 503 and closed
  std::size_t max_header_bytes = 16 * 1024;      // 431
  std::size_t max_body_bytes = 1024 * 1024;      // 413; an endpoint may ask for less
  std::size_t max_requests_per_connection = 1'000'000;
  std::chrono::milliseconds idle_timeout_ms{60'000};     // between requests
  std::chrono::milliseconds request_timeout_ms{10'000};  // from a request's first byte to its last
  std::chrono::milliseconds write_timeout_ms{20'000};
  std::size_t gzip_min_bytes = 4096;             // 0: never compress
  std::vector<std::string> cors_origins{};       // exact origins, or "*"; empty: no CORS headers
};

// What the server counted, for /metrics and /monitoring. Per endpoint label.
struct EndpointStats {
  std::string name;
  std::uint64_t requests = 0;
  std::uint64_t by_status_class[6] = {};  // [2]: 2xx …
  double seconds_sum = 0;
  std::vector<std::uint64_t> buckets;     // cumulative, upper bounds in latency_bounds_s()
};
const std::vector<double>& latency_bounds_s();

class Server {
 public:
  // `api` and `workers` outlive the server. Throws std::runtime_error when the address cannot be bound, with a
  // sentence that says why («port 3010 is in use»).
  Server(WorkerThreads& workers, const Api& api, ServerOptions options);
  ~Server();

  std::uint16_t port() const;
  void start();  // begins to accept

  // Begins to refuse; returns when no request is in flight or the time is up (blocking; not on a worker thread).
  // → true when everything finished.
  bool drain(std::chrono::milliseconds timeout_ms);

  std::vector<EndpointStats> stats() const;
  std::size_t open_connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qm::http
