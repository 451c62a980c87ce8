// What one worker thread of the server owns: its connections, its coarse clock and its counters. Touched only on that
// thread, except for the counters, which anybody may read.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include "platform/http/await.hpp"
#include "platform/http/server.hpp"

namespace qm::http {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;

// Shared by the workers of one server.
struct ServerShared {
  const Api& api;
  ServerOptions options;
  std::atomic<bool> draining{false};
  std::atomic<bool> stopped{false};
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> in_flight{0};
};

// One endpoint's counters on one worker. One thread writes, so a relaxed load and store count without a lock.
class EndpointCounters {
 public:
  void count(int status, std::chrono::nanoseconds took);
  void add_to(EndpointStats& sum) const;

 private:
  static void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  std::atomic<std::uint64_t> requests_{0}, nanoseconds_{0};
  std::array<std::atomic<std::uint64_t>, 6> by_class_{};
  std::array<std::atomic<std::uint64_t>, 20> buckets_{};  // one for each of latency_bounds_s(), not cumulative
};

// A place in the worker's list, with the time at which the connection is cut off.
class Watched : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  explicit Watched(Socket& socket) : socket_(socket) {}
  void expire_in(std::chrono::milliseconds timeout_ms) { deadline_ = std::chrono::steady_clock::now() + timeout_ms; }
  void expire_never() { deadline_ = Deadline::max(); }
  void set_idle(bool idle) { idle_ = idle; }
  bool idle() const { return idle_; }
  Deadline deadline() const { return deadline_; }
  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }

 private:
  Socket& socket_;
  Deadline deadline_ = Deadline::max();
  bool idle_ = true;
};

class Worker : public std::enable_shared_from_this<Worker> {
 public:
  Worker(boost::asio::io_context& context, std::shared_ptr<ServerShared> shared,
         boost::asio::ip::tcp::endpoint address);

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void start();       // from any thread
  void begin_drain(); // from any thread: closes idle connections
  void stop();        // from any thread: closes the acceptor and all connections

  ServerShared& shared() { return *shared_; }
  void watch(Watched& connection) { watched_.push_back(connection); }
  EndpointCounters& counters(std::size_t endpoint) { return *counters_[std::min(endpoint, counters_.size() - 1)]; }
  const std::vector<std::unique_ptr<EndpointCounters>>& all_counters() const { return counters_; }
  // "Sun, 06 Nov 1994 08:49:37 GMT", made once a second.
  const std::string& date();

 private:
  static Task<void> accept_loop(std::shared_ptr<Worker> self);
  static Task<void> tick_loop(std::shared_ptr<Worker> self);

  boost::asio::io_context& context_;
  std::shared_ptr<ServerShared> shared_;
  Acceptor acceptor_;
  Timer ticker_;
  boost::intrusive::list<Watched, boost::intrusive::constant_time_size<false>> watched_;
  std::vector<std::unique_ptr<EndpointCounters>> counters_;  // the last one: requests that matched no endpoint
  std::string date_;
  std::time_t date_at_ = 0;
};

// Serves one connection to its end.
Task<void> serve_connection(std::shared_ptr<Worker> worker, Socket socket);

}  // namespace qm::http
