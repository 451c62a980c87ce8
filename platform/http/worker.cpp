#include "platform/http/worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <ctime>

#include "platform/log/log.hpp"

namespace qm::http {

using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kTickMs{50};  // how exact the connections' time-outs are

using ReusePort = boost::asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

}  // namespace

const std::vector<double>& latency_bounds_s() {
  static const std::vector<double> bounds{0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                          0.05,    0.1,    0.25,    0.5,    1,     2.5,    5,     10};
  return bounds;
}

void EndpointCounters::count(int status, std::chrono::nanoseconds took) {
  bump(requests_);
  bump(nanoseconds_, static_cast<std::uint64_t>(took.count()));
  bump(by_class_[static_cast<std::size_t>(std::clamp(status / 100, 0, 5))]);
  const double seconds = static_cast<double>(took.count()) / 1e9;
  const auto& bounds = latency_bounds_s();
  const auto bucket =
      static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin());
  if (bucket < bounds.size()) bump(buckets_[bucket]);
}

void EndpointCounters::add_to(EndpointStats& sum) const {
  sum.requests += requests_.load(std::memory_order_relaxed);
  sum.seconds_sum += static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) / 1e9;
  for (std::size_t i = 0; i < by_class_.size(); ++i)
    sum.by_status_class[i] += by_class_[i].load(std::memory_order_relaxed);
  sum.buckets.resize(latency_bounds_s().size());
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < sum.buckets.size(); ++i) {
    below += buckets_[i].load(std::memory_order_relaxed);
    sum.buckets[i] += below;
  }
}

Worker::Worker(boost::asio::io_context& context, std::shared_ptr<ServerShared> shared, tcp::endpoint address)
    : context_(context),
      shared_(std::move(shared)),
      acceptor_(context.get_executor()),
      ticker_(context.get_executor()) {
  acceptor_.open(address.protocol());
  acceptor_.set_option(tcp::acceptor::reuse_address(true));
  acceptor_.set_option(ReusePort(true));
  acceptor_.bind(address);
  acceptor_.listen(4096);
  for (std::size_t i = 0; i <= shared_->api.endpoints().size(); ++i)
    counters_.push_back(std::make_unique<EndpointCounters>());
}

void Worker::start() {
  boost::asio::co_spawn(context_.get_executor(), accept_loop(shared_from_this()), boost::asio::detached);
  boost::asio::co_spawn(context_.get_executor(), tick_loop(shared_from_this()), boost::asio::detached);
}

void Worker::begin_drain() {
  boost::asio::post(context_, [self = shared_from_this()] {
    for (auto& connection : self->watched_) {
      if (connection.idle()) connection.close();
    }
  });
}

void Worker::stop() {
  boost::asio::post(context_, [self = shared_from_this()] {
    error_code ignored;
    self->acceptor_.close(ignored);
    self->ticker_.cancel();
    for (auto& connection : self->watched_) connection.close();
  });
}

const std::string& Worker::date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_at_) {
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    char text[64];
    date_.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc));
    date_at_ = now;
  }
  return date_;
}

Task<void> Worker::tick_loop(std::shared_ptr<Worker> self) {
  while (!self->shared_->stopped) {
    error_code failed;
    self->ticker_.expires_after(kTickMs);
    co_await self->ticker_.async_wait(boost::asio::redirect_error(kAwait, failed));
    const auto now = std::chrono::steady_clock::now();
    for (auto& connection : self->watched_) {
      if (connection.deadline() <= now) connection.close();
    }
  }
}

Task<void> Worker::accept_loop(std::shared_ptr<Worker> self) {
  ServerShared& shared = *self->shared_;
  while (!shared.stopped) {
    error_code failed;
    Socket socket = co_await self->acceptor_.async_accept(boost::asio::redirect_error(kAwait, failed));
    if (failed == boost::asio::error::operation_aborted || !self->acceptor_.is_open()) co_return;
    if (failed) {  // out of file descriptors, most likely: give the others time to end
      log::warn("cannot accept a connection", {{"error", failed.message()}});
      Timer pause{self->context_.get_executor(), kTickMs};
      co_await pause.async_wait(boost::asio::redirect_error(kAwait, failed));
      continue;
    }
    if (shared.connections.load(std::memory_order_relaxed) >= shared.options.max_connections) {
      static constexpr std::string_view kFull =
          "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      socket.non_blocking(true, failed);
      socket.write_some(boost::asio::buffer(kFull), failed);
      continue;
    }
    socket.set_option(tcp::no_delay(true), failed);
    boost::asio::co_spawn(self->context_.get_executor(), serve_connection(self, std::move(socket)),
                          boost::asio::detached);
  }
}

}  // namespace qm::http
