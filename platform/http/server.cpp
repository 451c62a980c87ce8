#include "platform/http/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <stdexcept>
#include <thread>

#include "platform/http/worker.hpp"

namespace qm::http {

using boost::asio::ip::tcp;

namespace {

// SO_REUSEPORT would let a second process share the port without a word, so a plain bind asks first.
void refuse_port_in_use(const tcp::endpoint& address) {
  boost::asio::io_context context;
  tcp::acceptor probe{context};
  boost::system::error_code failed;
  probe.open(address.protocol());
  probe.set_option(tcp::acceptor::reuse_address(true));
  probe.bind(address, failed);
  if (!failed) return;
  std::string why = failed == boost::asio::error::address_in_use ? "is in use by another process"
                                                                 : "cannot be used: " + failed.message();
  throw std::runtime_error("port " + std::to_string(address.port()) + " on " + address.address().to_string() + " " +
                           why);
}

}  // namespace

struct Server::Impl {
  std::shared_ptr<ServerShared> shared;
  std::vector<std::shared_ptr<Worker>> workers;
};

Server::Server(WorkerThreads& workers, const Api& api, ServerOptions options) : impl_(std::make_unique<Impl>()) {
  boost::system::error_code failed;
  tcp::endpoint address{boost::asio::ip::make_address(options.address, failed), options.port};
  if (failed) throw std::runtime_error("'" + options.address + "' is not an IP address to listen on");
  if (options.port != 0) refuse_port_in_use(address);
  impl_->shared = std::make_shared<ServerShared>(api, std::move(options));
  for (std::size_t i = 0; i < workers.size(); ++i) {
    impl_->workers.push_back(std::make_shared<Worker>(workers.context(i), impl_->shared, address));
    address.port(impl_->workers.front()->port());
  }
}

Server::~Server() {
  impl_->shared->draining = true;
  impl_->shared->stopped = true;
  for (auto& worker : impl_->workers) worker->stop();
}

std::uint16_t Server::port() const { return impl_->workers.front()->port(); }

void Server::start() {
  for (auto& worker : impl_->workers) worker->start();
}

bool Server::drain(std::chrono::milliseconds timeout_ms) {
  impl_->shared->draining = true;
  for (auto& worker : impl_->workers) worker->begin_drain();
  const Deadline deadline = deadline_in(timeout_ms);
  while (impl_->shared->in_flight > 0 || impl_->shared->connections > 0) {
    if (std::chrono::steady_clock::now() >= deadline) return impl_->shared->in_flight == 0;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

std::vector<EndpointStats> Server::stats() const {
  const auto& endpoints = impl_->shared->api.endpoints();
  std::vector<EndpointStats> all(endpoints.size() + 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].name = i < endpoints.size() ? endpoints[i].info.name : "unmatched";
    for (const auto& worker : impl_->workers) worker->all_counters()[i]->add_to(all[i]);
  }
  return all;
}

std::size_t Server::open_connections() const { return impl_->shared->connections; }

}  // namespace qm::http
