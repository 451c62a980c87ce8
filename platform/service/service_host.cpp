#include "platform/service/service_host.hpp"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "platform/kv/aerospike_store.hpp"
#include "platform/kv/memory_store.hpp"
#include "platform/kv/rocks_store.hpp"
#include "platform/log/log.hpp"
#include "platform/service/cluster_nodes.hpp"
#include "platform/service/cluster_warnings.hpp"
#include "platform/service/host_metrics.hpp"
#include "platform/service/standard_routes.hpp"

namespace qm::service {

namespace {

using Timer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;
constexpr boost::asio::use_awaitable_t<Executor> kAwait{};
constexpr std::size_t kPoolQueueLimit = 256;

log::Level level_of(const std::string& name) {
  if (name == "debug") return log::Level::Debug;
  if (name == "warn") return log::Level::Warn;
  if (name == "error") return log::Level::Error;
  return log::Level::Info;
}

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

constexpr std::chrono::seconds kClusterPatience{30};
constexpr std::chrono::seconds kWarningsPatience{5};
// Over TLS a connection has one command under way at a time.
constexpr std::size_t kTlsConnections = 64;

std::unique_ptr<aerospike::Client> make_client(const ServiceConfig& config, WorkerThreads& workers) {
  if (!config.on_cluster()) return nullptr;
  aerospike::ClientOptions options;
  options.seeds =
      parse_cluster_nodes(config.aerospike_host, static_cast<std::uint16_t>(config.aerospike_port)).value();
  options.user = config.aerospike_user;
  options.password = config.aerospike_password;
  options.tls = config.aerospike_tls;
  if (options.tls.enabled) options.connections = kTlsConnections;
  auto client = std::make_unique<aerospike::Client>(std::move(options));
  std::vector<boost::asio::io_context*> contexts;
  for (std::size_t i = 0; i < workers.size(); ++i) contexts.push_back(&workers.context(i));
  client->start(contexts);
  return client;
}

std::unique_ptr<kv::Store> open_store(const ServiceConfig& config, aerospike::Client* cluster, const Clock& clock) {
  if (cluster != nullptr) return kv::make_aerospike_store(*cluster, config.name_space);
  if (config.store == "memory") return kv::make_memory_store(config.name_space, clock);
  kv::RocksOptions options;
  options.cache_bytes = static_cast<std::size_t>(config.store_cache_mb) * 1024 * 1024;
  const auto directory = std::filesystem::path{config.data_dir} / config.name_space;
  auto opened = kv::open_rocks_store(directory, config.name_space, clock, options);
  if (!opened) throw std::runtime_error(opened.error().detail);
  return std::move(*opened);
}

http::ServerOptions server_options(const ServiceConfig& config) {
  http::ServerOptions options;
  options.address = config.address;
  options.port = static_cast<std::uint16_t>(config.port);
  options.cors_origins = config.allowed_origins();
  return options;
}

// Whole or not at all: whoever waits for the file never reads half a number.
void write_port_file(const std::string& path, std::uint16_t port) {
  if (path.empty()) return;
  const std::string half = path + ".tmp";
  std::ofstream file{half};
  file << port << '\n';
  file.close();
  std::error_code failed;
  if (file) std::filesystem::rename(half, path, failed);
  if (!file || failed) throw std::runtime_error("the port file '" + path + "' cannot be written");
}

}  // namespace

std::string version() { return QM_VERSION; }

struct Repeated {
  std::chrono::milliseconds pause;
  std::string what;
  std::function<Task<Result<void>>()> work;
  std::shared_ptr<Timer> timer;
};

StoreFront store_front = nullptr;

namespace {

std::unique_ptr<kv::Store> with_front(std::unique_ptr<kv::Store> store) {
  return store_front == nullptr ? std::move(store) : store_front(std::move(store));
}

}  // namespace

struct ServiceHost::Impl {
  Impl(Identity i, ServiceConfig c, jobs::QueueOptions queue_options)
      : identity(std::move(i)),
        config(std::move(c)),
        started_at(clock.now()),
        workers(static_cast<std::size_t>(config.threads), std::chrono::microseconds{config.spin_us}),
        pool(static_cast<std::size_t>(config.threads), kPoolQueueLimit),
        cluster(make_client(config, workers)),
        store(with_front(open_store(config, cluster.get(), clock))),
        queue(*store, clock, queue_options),
        api(http::ApiInfo{identity.title, version(), identity.about}) {}

  static Task<void> repeat(Impl& self, std::shared_ptr<Repeated> job) {
    while (!self.draining) {
      try {
        const auto done = co_await job->work();
        if (!done) log::warn("will be tried again: " + job->what, {{"error", done.error().detail}});
      } catch (const std::exception& broken) {
        log::error("failed: " + job->what, {{"error", broken.what()}});
      }
      if (self.draining) co_return;
      boost::system::error_code ignored;
      job->timer->expires_after(job->pause);
      co_await job->timer->async_wait(boost::asio::redirect_error(kAwait, ignored));
    }
  }

  const Identity identity;
  const ServiceConfig config;
  SystemClock clock;
  Timestamp started_at;
  std::atomic<bool> draining{false};
  metrics::Registry metrics;
  // The store answers on the workers' contexts and the pool resumes there: both end before the contexts do.
  WorkerThreads workers;
  CpuPool pool;
  std::unique_ptr<aerospike::Client> cluster;  // of a cluster's store
  std::unique_ptr<kv::Store> store;
  std::vector<std::string> store_warnings;
  jobs::Queue queue;
  std::vector<std::unique_ptr<jobs::Queue>> more_queues;
  http::Api api;
  std::vector<std::shared_ptr<Repeated>> repeated;
  std::vector<std::function<void()>> told_of_drain;
  std::unique_ptr<http::Server> server;
};

ServiceHost::ServiceHost(Identity identity, ServiceConfig config, jobs::QueueOptions queue_options) {
  // Before any thread starts, so that all of them leave the signals to serve().
  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  log::init(identity.program, level_of(config.log_level));
  impl_ = std::make_unique<Impl>(std::move(identity), std::move(config), queue_options);
  impl_->workers.start();
  if (impl_->cluster) {
    std::vector<std::string> name_spaces{impl_->config.name_space};
    auto ready = finish(impl_->cluster->wait_until_ready(std::move(name_spaces), deadline_in(kClusterPatience)));
    if (!ready) throw std::runtime_error(ready.error().detail);
    find_warnings();
  }
  if (auto opened = finish(impl_->queue.open()); !opened) throw std::runtime_error(opened.error().detail);
  add_standard_routes(impl_->api,
                      {impl_->identity, *impl_->store, impl_->metrics, impl_->draining, impl_->config.swagger_dir});
  impl_->metrics.add_source([impl = impl_.get()] { return job_families(impl->queue); });
  impl_->metrics.add_source([impl = impl_.get()] { return process_families(impl->started_at); });
  if (impl_->cluster) impl_->metrics.add_source([impl = impl_.get()] { return cluster_families(*impl->cluster); });
  impl_->metrics.add_source([impl = impl_.get()]() -> std::vector<metrics::Family> {
    if (!impl->server) return {};
    return request_families(impl->server->stats(), impl->server->open_connections());
  });
}

void ServiceHost::find_warnings() {
  const ServiceConfig& config = impl_->config;
  auto found = finish(find_cluster_warnings(*impl_->cluster, config.name_space, config.production(),
                                            deadline_in(kWarningsPatience)));
  if (!found) return log::warn("the cluster's setup cannot be checked", {{"error", found.error().detail}});
  impl_->store_warnings = std::move(*found);
  for (const std::string& warning : impl_->store_warnings) log::warn("the cluster's setup", {{"warning", warning}});
}

ServiceHost::~ServiceHost() {
  impl_->workers.stop();
  impl_->workers.join();
}

const Clock& ServiceHost::clock() const { return impl_->clock; }
kv::Store& ServiceHost::store() { return *impl_->store; }
const std::vector<std::string>& ServiceHost::store_warnings() const { return impl_->store_warnings; }
jobs::Queue& ServiceHost::queue() { return impl_->queue; }
jobs::Queue& ServiceHost::add_queue(jobs::QueueOptions options) {
  auto queue = std::make_unique<jobs::Queue>(store(), clock(), std::move(options));
  if (auto opened = finish(queue->open()); !opened) throw std::runtime_error(opened.error().detail);
  return *impl_->more_queues.emplace_back(std::move(queue));
}
WorkerThreads& ServiceHost::workers() { return impl_->workers; }
CpuPool& ServiceHost::pool() { return impl_->pool; }
metrics::Registry& ServiceHost::metrics() { return impl_->metrics; }
http::Api& ServiceHost::api() { return impl_->api; }
Timestamp ServiceHost::started_at() const { return impl_->started_at; }

void ServiceHost::every(std::chrono::milliseconds pause, std::string what, std::function<Task<Result<void>>()> work) {
  auto executor = impl_->workers.context(impl_->repeated.size() % impl_->workers.size()).get_executor();
  impl_->repeated.push_back(std::make_shared<Repeated>(
      Repeated{pause, std::move(what), std::move(work), std::make_shared<Timer>(executor)}));
}

void ServiceHost::when_draining(std::function<void()> told) { impl_->told_of_drain.push_back(std::move(told)); }

std::vector<http::EndpointStats> ServiceHost::request_stats() const {
  return impl_->server ? impl_->server->stats() : std::vector<http::EndpointStats>{};
}

int ServiceHost::serve() {
  Impl& self = *impl_;
  self.server = std::make_unique<http::Server>(self.workers, self.api, server_options(self.config));
  self.queue.start(self.workers);
  for (auto& queue : self.more_queues) queue->start(self.workers);
  for (auto& job : self.repeated)
    boost::asio::co_spawn(job->timer->get_executor(), Impl::repeat(self, job), boost::asio::detached);
  self.server->start();
  ::malloc_trim(0);  // what the start needed and nobody needs again
  write_port_file(self.config.port_file, self.server->port());
  const auto took_ms = (self.clock.now() - self.started_at).count();
  log::info("listening", {{"address", self.config.address}, {"port", self.server->port()}, {"start_ms", took_ms}});

  const sigset_t signals = ending_signals();
  int received = 0;
  while (sigwait(&signals, &received) != 0) {
  }
  log::info("stopping", {{"signal", received == SIGTERM ? "SIGTERM" : "SIGINT"}});
  self.draining = true;
  for (const auto& told : self.told_of_drain) told();
  const bool finished = self.server->drain(self.config.drain_timeout_ms);
  self.queue.stop(self.config.drain_timeout_ms);
  for (auto& queue : self.more_queues) queue->stop(self.config.drain_timeout_ms);
  self.workers.stop();
  self.workers.join();
  self.pool.stop();
  if (!finished) log::warn("requests were still running when the time was up");
  log::info("stopped");
  return finished ? 0 : 1;
}

std::string describe_store(const kv::HealthReport& report) {
  if (report.health == kv::Health::Down) return "disconnected";
  return report.engine == "aerospike" ? "connected" : "embedded";
}

int run_program(const std::string& program, const std::function<int()>& body) {
  try {
    return body();
  } catch (const std::exception& broken) {
    std::cerr << program << ": " << broken.what() << '\n';
    return 1;
  }
}

}  // namespace qm::service
