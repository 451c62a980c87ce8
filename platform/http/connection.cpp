// One connection: read, serve, write, again. Pipelined requests are answered in order; their answers leave together.
#include <charconv>

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
    continued_ = false;
    stream_bytes_left_ = 0;
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
        if (failed == beast_error::body_limit && begin_stream()) co_return true;
        if (failed) {
          refuse(failed);
          co_return false;
        }
        if (parser_->is_done()) co_return true;
        if (parser_->is_header_done()) ask_for_body();
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

  void ask_for_body() {
    if (!parser_->expects_continue() || std::exchange(continued_, true)) return;
    out_.append("HTTP/1.1 100 Continue\r\n\r\n");
  }

  // A body over the limit: whether its endpoint takes it as it comes.
  bool begin_stream() {
    if (!split_target(request_)) return false;
    stream_bytes_left_ = shared_.api.streamed_body_limit(request_);
    if (stream_bytes_left_ < parser_->announced_bytes()) stream_bytes_left_ = 0;
    if (stream_bytes_left_ == 0) return false;
    parser_->take_body_as_it_comes();
    request_.parts = [this] { return next_part(); };
    return true;
  }

  // Of a body that is taken as it comes; each has as long as a whole request.
  Task<Result<std::string>> next_part() {
    while (request_.body.empty() && !parser_->is_done()) {
      if (!unread_.empty()) {
        error_code failed;
        const std::size_t consumed = parser_->put(boost::asio::buffer(unread_), failed);
        unread_.remove_prefix(consumed);
        if (failed && failed != beast_error::need_more) co_return rejected("The body is not well-formed.");
        if (consumed > 0) continue;
      }
      if (unread_.size() > shared_.options.max_header_bytes) co_return rejected("The body is not well-formed.");
      ask_for_body();
      if (!out_.empty() && !co_await flush()) co_return rejected("The connection broke.");
      watched_.expire_in(shared_.options.request_timeout_ms);
      if (!co_await read_more()) co_return rejected("The body broke off.");
    }
    watched_.expire_never();
    std::string part = std::exchange(request_.body, {});
    if (part.size() > stream_bytes_left_) co_return Error{ErrorKind::TooLarge, "The body is too large."};
    stream_bytes_left_ -= part.size();
    co_return part;
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
    request_.parts = nullptr;
    if (!parser_->is_done()) {  // nobody wanted the rest of the body
      close_ = true;
      unread_ = {};
    }
    if (shared_.draining.load(std::memory_order_relaxed)) close_ = true;
    if (response.lost) {
      close_ = true;
      unread_ = {};
      worker_.counters(endpoint).count(response.status, std::chrono::steady_clock::now() - started_);
      co_return;
    }
    if (response.parts) co_await write_parts(std::move(response), endpoint);
    else write(std::move(response), endpoint);
  }

  // Part by part, as chunks (RFC 9112, section 7.1); HTTP/1.0 has none, and reads to the end.
  Task<void> write_parts(Response response, std::size_t endpoint) {
    const bool chunked = parser_->is_http_1_1();
    if (!chunked) close_ = true;
    apply_cors(shared_.options, request_, response);
    write_head({shared_.options, worker_.date(), close_, chunked}, request_, response, out_);
    while (request_.method != Method::Head) {
      auto part = co_await response.parts();
      if (!part) {
        log::warn("an answer broke off", {{"request_id", request_.request_id}, {"error", part.error().detail}});
        close_ = true;
        break;
      }
      if (chunked) out_.append(chunk_head(part->size()));
      out_.append(*part);
      if (chunked) out_.append("\r\n");
      if (part->empty()) break;
      if (!co_await flush()) {
        close_ = true;
        break;
      }
      watched_.expire_never();
    }
    worker_.counters(endpoint).count(response.status, std::chrono::steady_clock::now() - started_);
  }

  static std::string chunk_head(std::size_t bytes) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, bytes, 16).ptr;
    return std::string(digits, end) + "\r\n";
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
  bool continued_ = false;             // 100 Continue was said
  std::size_t stream_bytes_left_ = 0;  // of a body that is taken as it comes
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
