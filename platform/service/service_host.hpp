// What a service runs on: store, job queue, worker threads, HTTP server, metrics, and the routes that every service
// has. For composition roots only.
//
//   ServiceHost host{{.program = "shop", …}, config};          // opens the store; throws with a sentence when it
//   cannot host.finish(some_task());                                   // work that must be done before anybody is
//   served add_catalog_routes(host.api(), …); host.queue().handle(…); return host.serve(); // until SIGTERM or SIGINT,
//   then drains; 0
//
// What the routes and handlers refer to is made after the host and outlives serve(): when that returns, no thread of
// the host runs any more.
#pragma once
#include <functional>
#include <future>
#include <memory>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "platform/core/runtime.hpp"
#include "platform/http/server.hpp"
#include "platform/jobs/queue.hpp"
#include "platform/kv/store.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/service/service_config.hpp"

namespace qm::service {

struct Identity {
  std::string program;   // "reco-engine": names the process in log lines
  std::string title;     // of the API's document, and the message of GET /
  std::string about;
  http::Access access = http::Access::Public;  // of GET /, /docs and /openapi.json
};

std::string version();

// What stands in front of the store, if anything: set before main() by a test program that is linked with such a thing.
using StoreFront = std::unique_ptr<kv::Store> (*)(std::unique_ptr<kv::Store> store);
extern StoreFront store_front;

class ServiceHost {
 public:
  // Throws std::runtime_error with a sentence: the store cannot be opened. `config` went through complete_config().
  ServiceHost(Identity identity, ServiceConfig config, jobs::QueueOptions queue_options = {});
  ~ServiceHost();
  ServiceHost(const ServiceHost&) = delete;

  const Clock& clock() const;
  kv::Store& store();
  // What the store's setup cannot give, as found at the start: a sentence each, for GET /health. They are logged.
  const std::vector<std::string>& store_warnings() const;
  jobs::Queue& queue();
  // One more, of a set of its own: started and stopped with the host. Before serve() only. Throws as the constructor.
  jobs::Queue& add_queue(jobs::QueueOptions options);
  WorkerThreads& workers();
  CpuPool& pool();  // one thread per worker
  metrics::Registry& metrics();
  http::Api& api();

  // Runs a task on a worker and waits for it: at start only, never on a worker thread.
  template <class T>
  T finish(Task<T> task) {
    return boost::asio::co_spawn(workers().context(0).get_executor(), std::move(task), boost::asio::use_future).get();
  }
  // Once served: calls `work` now and then `pause` after each end, on a worker, until the drain. A failure is logged.
  void every(std::chrono::milliseconds pause, std::string what, std::function<Task<Result<void>>()> work);

  // Called once when SIGTERM came, before requests in flight are waited for: to cancel what would take long.
  void when_draining(std::function<void()> told);
  // Of a host that serves; empty before.
  std::vector<http::EndpointStats> request_stats() const;
  Timestamp started_at() const;

  // Listens, writes the port file, works until SIGTERM or SIGINT, drains. → the exit code. Throws std::runtime_error
  // with a sentence when the address cannot be bound.
  int serve();

 private:
  struct Impl;
  void find_warnings();
  std::unique_ptr<Impl> impl_;
};

// "embedded", "connected" or "disconnected", as GET /health of both services words the state of the store.
std::string describe_store(const kv::HealthReport& report);

// The whole of main(): turns exceptions of the start into one line on standard error and exit code 1.
int run_program(const std::string& program, const std::function<int()>& body);

}  // namespace qm::service
