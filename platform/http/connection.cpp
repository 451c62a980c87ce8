// One connection: read, serve, write, again. Pipelined requests are answered in order; their answers leave together.
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include "platform/http/answer_writer.hpp"
#include "platform/http/error_answer.hpp"
#include "platform/http/request_parser.hpp"
#include "platform/http/target.hpp"
#include "platform/http/worker.hpp"
#include "platform/log/log.hpp"

namespace qm::http {

namespace {

using boost::system::error_code;
using beast_error = boost::beast::http::error;

constexpr std::chrono::milliseconds kLastRequestMs{200};  // for a connection that comes while draining
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::size_t kFlushBytes = 64 * 1024;    // answers to pipelined requests wait for each other up to this
constexpr std::size_t kKeepBytes = 256 * 1024;    // a buffer that grew beyond is given back

struct CountGuard {
  std::atomic<std::size_t>& counter;
  explicit CountGuard(std::atomic<std::size_t>& c) : counter(c) { counter.fetch_add(1, std::memory_order_relaxed); }
  ~CountGuard() { counter.fetch_sub(1, std::memory_order_relaxed); }
  CountGuard(const CountGuard&) = delete;
};

Response answer_to_broken_request(const error_code& failed, std::string_view request_id) {
  if (failed == beast_error::header_limit) return problem(431, "The headers are too large.", request_id);
  if (failed == beast_error::body_limit) return problem(413, "The body is too large.", request_id);
  if (failed == beast_error::bad_version) return problem(505, "This server speaks HTTP/1.1.", request_id);
  return problem(400, "This is not a well-formed HTTP request.", request_id);
}

class Connection {
 public:
  Connection(Worker& worker, Socket socket)
      : worker_(worker), shared_(worker.shared()), socket_(std::move(socket)), watched_(socket_) {
    worker.watch(watched_);
    error_code ignored;
    const auto peer = socket_.remote_endpoint(ignored);
    if (!ignored) request_.remote_address = peer.address().to_string();
    read_.resize(kReadBytes);
  }

  Task<void> run() {
    for (std::size_t served = 0; !close_; ++served) {
      if (served + 1 >= shared_.options.max_requests_per_connection) close_ = true;
      parser_.emplace(request_, shared_.options.max_header_bytes, shared_.options.max_body_bytes);
      if (!co_await read_request()) break;
      co_await answer();
      fresh_ = false;
      if (out_.size() >= kFlushBytes || close_ || unread_.empty()) {
        if (!co_await flush()) break;
      }
    }
    if (!out_.empty()) co_await flush();
    co_await say_goodbye();
  }

 private:
  // Reads until a request is whole; false: nothing (more) to answer.
  Task<bool> read_request() {
    bool begun = false;
    bool continued = false;
    watched_.set_idle(true);
    watched_.expire_in(shared_.options.idle_timeout_ms);
    while (true) {
      if (!unread_.empty()) {
        if (!begun) {
          begun = true;
          started_ = std::chrono::steady_clock::now();
          watched_.set_idle(false);
          watched_.expire_in(shared_.options.request_timeout_ms);
        }
        error_code failed;
        const std::size_t consumed = parser_->put(boost::asio::buffer(unread_), failed);
        unread_.remove_prefix(consumed);
        if (failed == beast_error::need_more) failed = {};
        if (failed) {
          refuse(failed);
          co_return false;
        }
        if (parser_->is_done()) co_return true;
        if (parser_->is_header_done() && parser_->expects_continue() && !continued) {
          continued = true;
          out_.append("HTTP/1.1 100 Continue\r\n\r\n");
        }
        if (consumed > 0 && !unread_.empty()) continue;
      }
      if (!out_.empty() && !co_await flush()) co_return false;
      if (shared_.draining.load(std::memory_order_relaxed) && !begun) {
        if (!fresh_) co_return false;
        watched_.expire_in(std::min(shared_.options.idle_timeout_ms, kLastRequestMs));
      }
      // No line of a request, be it a header or the head of a chunk, is longer than all headers may be.
      if (unread_.size() > shared_.options.max_header_bytes) {
        refuse(beast_error::header_limit);
        co_return false;
      }
      if (!co_await read_more()) co_return false;
    }
  }

  Task<bool> read_more() {
    // What the parser could not yet use stands at the front again; headers may need more room than one read.
    const std::size_t kept = unread_.size();
    if (kept > 0) std::memmove(read_.data(), unread_.data(), kept);
    if (read_.size() - kept < kReadBytes / 2) read_.resize(read_.size() * 2);
    error_code failed;
    const std::size_t n = co_await socket_.async_read_some(
        boost::asio::buffer(read_.data() + kept, read_.size() - kept), boost::asio::redirect_error(kAwait, failed));
    unread_ = {read_.data(), kept + n};
    co_return !failed;
  }

  void refuse(const error_code& failed) {
    close_ = true;
    unread_ = {};
    if (!parser_->is_header_done()) request_.headers.clear();  // they may be the last request's
    choose_request_id({}, request_.request_id);
    choose_traceparent({}, request_.traceparent);
    write(answer_to_broken_request(failed, request_.request_id), Api::npos);
  }

  Task<void> answer() {
    CountGuard in_flight{shared_.in_flight};
    // The handler has its own deadline; the connection's begins again with the write.
    watched_.expire_never();
    choose_request_id(request_.header("x-request-id"), request_.request_id);
    choose_traceparent(request_.header("traceparent"), request_.traceparent);
    request_.principal = {};
    if (!parser_->keep_alive()) close_ = true;
    std::size_t endpoint = Api::npos;
    Response response;
    if (shared_.draining.load(std::memory_order_relaxed)) {
      close_ = true;
      response = problem(503, "The service is about to stop; please try again.", request_.request_id);
      response.headers.emplace_back("Retry-After", "1");
    } else if (parser_->is_http_1_1() && !parser_->has_host()) {
      close_ = true;
      response = problem(400, "A request needs one Host header.", request_.request_id);
    } else if (!split_target(request_)) {
      response = problem(400, "The path or query is not well encoded.", request_.request_id);
    } else {
      response = co_await shared_.api.serve(request_, &endpoint);
    }
    if (shared_.draining.load(std::memory_order_relaxed)) close_ = true;
    if (response.lost) {
      close_ = true;
      unread_ = {};
      worker_.counters(endpoint).count(response.status, std::chrono::steady_clock::now() - started_);
      co_return;
    }
    write(std::move(response), endpoint);
  }

  void write(Response response, std::size_t endpoint) {
    apply_cors(shared_.options, request_, response);
    apply_gzip(shared_.options, request_, response);
    write_head({shared_.options, worker_.date(), close_}, request_, response, out_);
    if (request_.method != Method::Head && response.status != 204 && response.status != 304)
      out_.append(response.payload());
    worker_.counters(endpoint).count(response.status, std::chrono::steady_clock::now() - started_);
  }

  Task<bool> flush() {
    watched_.expire_in(shared_.options.write_timeout_ms);
    error_code failed;
    co_await boost::asio::async_write(socket_, boost::asio::buffer(out_), boost::asio::redirect_error(kAwait, failed));
    out_.clear();
    if (out_.capacity() > kKeepBytes) out_.shrink_to_fit();
    co_return !failed;
  }

  // Closing with unread input would reset the connection and lose the last answer on its way (RFC 9112, section 9.6).
  Task<void> say_goodbye() {
    error_code failed;
    socket_.shutdown(Socket::shutdown_send, failed);
    watched_.expire_in(std::min(shared_.options.request_timeout_ms, std::chrono::milliseconds{500}));
    std::size_t drained = 0;
    while (!failed && drained < 8 * shared_.options.max_body_bytes) {
      drained +=
          co_await socket_.async_read_some(boost::asio::buffer(read_), boost::asio::redirect_error(kAwait, failed));
    }
  }

  Worker& worker_;
  ServerShared& shared_;
  Socket socket_;
  Watched watched_;
  Request request_;
  std::optional<RequestParser> parser_;
  std::vector<char> read_;
  std::string_view unread_;  // into read_
  std::string out_;
  std::chrono::steady_clock::time_point started_{};
  bool close_ = false;
  bool fresh_ = true;  // nothing was answered yet
};

}  // namespace

Task<void> serve_connection(std::shared_ptr<Worker> worker, Socket socket) {
  CountGuard open{worker->shared().connections};
  try {
    Connection connection{*worker, std::move(socket)};
    co_await connection.run();
  } catch (const std::exception& broken) {
    log::error("a connection failed", {{"error", broken.what()}});
  }
}

}  // namespace qm::http
