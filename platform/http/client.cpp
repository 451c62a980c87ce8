#include "platform/http/client.hpp"

#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/url/parse.hpp>
#include <mutex>
#include <random>
#include <stdexcept>

#include "platform/http/await.hpp"
#include "platform/http/public_address.hpp"

namespace qm::http {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
namespace beast = boost::beast;
namespace ssl = boost::asio::ssl;
using Stream = beast::basic_stream<tcp, Executor, beast::unlimited_rate_policy>;

// One connection. Its deadlines are those of `tcp`, whether TLS runs over it or not.
struct Line {
  explicit Line(Executor executor) : tcp(std::move(executor)) {}
  Stream tcp;
  std::unique_ptr<ssl::stream<Stream&>> tls;  // null: plain
};

std::unique_ptr<ssl::context> make_tls(const std::string& ca_file) {
  auto context = std::make_unique<ssl::context>(ssl::context::tls_client);
  error_code failed;
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_verify_mode(ssl::verify_peer);
  if (ca_file.empty()) context->set_default_verify_paths(failed);
  else context->load_verify_file(ca_file, failed);
  if (failed) throw std::invalid_argument("the trusted certificates cannot be used: " + failed.message());
  return context;
}

// How far a call came before it failed: what decides whether it may be made again.
enum class Progress { NotSent, Sent };

struct Attempt {
  Progress progress = Progress::NotSent;
  bool reused = false;  // the connection came from the pool: the peer may have closed it meanwhile
  error_code failed;
  ClientResponse response;
};

// Whether the peer has neither closed an idle connection nor sent what nobody asked for.
bool is_quiet(Stream& stream) {
  char byte = 0;
  return ::recv(stream.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool is_idempotent(const ClientRequest& request) {
  return request.idempotent || request.method == Method::Get || request.method == Method::Head ||
         request.method == Method::Put || request.method == Method::Delete;
}

// RFC 6761, section 6.3: these names are this machine, and nobody needs to be asked. A machine so bare that it has no
// list of hosts could not say either.
bool is_localhost(std::string_view host) { return host == "localhost" || host.ends_with(".localhost"); }

}  // namespace

struct Client::Impl {
  std::string host, port, host_header;
  ClientOptions options;
  std::unique_ptr<ssl::context> tls;  // null: plain

  // One pool per worker thread: streams belong to its io_context.
  struct Pool {
    std::vector<std::unique_ptr<Line>> idle;
    std::size_t open = 0;
  };
  std::mutex mutex;
  std::map<const void*, Pool> pools;

  std::atomic<int> failures{0};
  std::atomic<std::int64_t> open_until{0};  // steady clock ticks; 0: closed

  static std::int64_t ticks() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

  // Whether a call may go out; while the breaker is open one trial call a period may.
  bool admit() {
    std::int64_t until = open_until.load();
    if (until == 0) return true;
    const std::int64_t now = ticks();
    return now >= until && open_until.compare_exchange_strong(
                               until, now + std::chrono::steady_clock::duration{options.breaker_open_ms}.count());
  }
  void note(bool good) {
    if (good) {
      failures = 0;
      open_until = 0;
    } else if (++failures >= options.breaker_failures) {
      open_until = ticks() + std::chrono::steady_clock::duration{options.breaker_open_ms}.count();
    }
  }

  std::unique_ptr<Line> take_idle(const void* thread) {
    std::lock_guard lock{mutex};
    auto& pool = pools[thread];
    while (!pool.idle.empty()) {
      auto line = std::move(pool.idle.back());
      pool.idle.pop_back();
      if (is_quiet(line->tcp)) return line;
      --pool.open;
    }
    return nullptr;
  }
  bool may_open(const void* thread) {
    std::lock_guard lock{mutex};
    auto& pool = pools[thread];
    if (pool.open >= options.max_connections) return false;
    ++pool.open;
    return true;
  }
  void closed(const void* thread) {
    std::lock_guard lock{mutex};
    --pools[thread].open;
  }
  void give_back(const void* thread, std::unique_ptr<Line> line) {
    std::lock_guard lock{mutex};
    auto& pool = pools[thread];
    if (pool.idle.size() < options.max_idle_connections) {
      pool.idle.push_back(std::move(line));
    } else {
      --pool.open;
    }
  }

  std::string head_of(const ClientRequest& request) const {
    std::string text{to_string(request.method)};
    text.append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ").append(host_header).append("\r\n");
    for (const auto& [name, value] : request.headers) text.append(name).append(": ").append(value).append("\r\n");
    if (!request.body.empty()) text.append("Content-Type: ").append(request.content_type).append("\r\n");
    if (!request.body.empty() || request.method == Method::Post || request.method == Method::Put) {
      text.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
    }
    return text.append("\r\n");
  }

  Task<error_code> connect(Stream& stream, Deadline deadline) const {
    error_code failed;
    tcp::resolver::results_type found;
    const auto literal = boost::asio::ip::make_address(is_localhost(host) ? "127.0.0.1" : host, failed);
    stream.expires_at(std::min(deadline, deadline_in(options.connect_timeout_ms)));
    if (!failed) {
      if (options.public_addresses_only && !is_public(literal)) co_return boost::asio::error::access_denied;
      const tcp::endpoint endpoint{literal, static_cast<std::uint16_t>(std::stoi(port))};
      co_await stream.async_connect(endpoint, boost::asio::redirect_error(kAwait, failed));
    } else {
      failed = {};
      boost::asio::ip::basic_resolver<tcp, Executor> resolver{stream.get_executor()};
      found = co_await resolver.async_resolve(host, port, boost::asio::redirect_error(kAwait, failed));
      std::vector<tcp::endpoint> allowed;
      for (const auto& each : found)
        if (!options.public_addresses_only || is_public(each.endpoint().address())) allowed.push_back(each.endpoint());
      if (!failed && allowed.empty()) failed = boost::asio::error::access_denied;
      if (!failed) co_await stream.async_connect(allowed, boost::asio::redirect_error(kAwait, failed));
    }
    if (!failed) stream.socket().set_option(tcp::no_delay(true), failed);
    co_return failed;
  }

  // The peer must prove to be the host. The time to connect holds for this too.
  Task<error_code> shake_hands(Line& line) const {
    line.tls = std::make_unique<ssl::stream<Stream&>>(line.tcp, *tls);
    error_code failed;
    if (SSL_set_tlsext_host_name(line.tls->native_handle(), host.c_str()) != 1)
      co_return boost::asio::error::invalid_argument;
    line.tls->set_verify_callback(ssl::host_name_verification(host), failed);
    if (!failed)
      co_await line.tls->async_handshake(ssl::stream_base::client, boost::asio::redirect_error(kAwait, failed));
    co_return failed;
  }

  Task<Attempt> attempt(const ClientRequest& request, Deadline deadline) {
    Attempt result;
    const auto executor = co_await boost::asio::this_coro::executor;
    const void* thread = &executor.context();
    auto line = take_idle(thread);
    result.reused = line != nullptr;
    if (!line) {
      while (!may_open(thread)) {
        if (std::chrono::steady_clock::now() >= deadline) {
          result.failed = boost::asio::error::timed_out;
          co_return result;
        }
        Timer pause{executor, std::chrono::milliseconds{5}};
        co_await pause.async_wait(kAwait);
        if ((line = take_idle(thread))) break;
      }
      result.reused = line != nullptr;
      if (!line) {
        line = std::make_unique<Line>(executor);
        result.failed = co_await connect(line->tcp, deadline);
        if (!result.failed && tls) result.failed = co_await shake_hands(*line);
        if (result.failed) {
          closed(thread);
          co_return result;
        }
      }
    }
    line->tcp.expires_at(deadline);
    bool keep = false;
    if (line->tls) keep = co_await exchange(*line->tls, request, result);
    else keep = co_await exchange(line->tcp, request, result);
    if (keep) {
      line->tcp.expires_never();
      give_back(thread, std::move(line));
    } else {
      closed(thread);
    }
    co_return result;
  }

  // → whether the connection can be used again.
  template <class Wire>
  Task<bool> exchange(Wire& stream, const ClientRequest& request, Attempt& result) const {
    const std::string head = head_of(request);
    const std::array<boost::asio::const_buffer, 2> bytes{boost::asio::buffer(head), boost::asio::buffer(request.body)};
    result.progress = Progress::Sent;
    co_await boost::asio::async_write(stream, bytes, boost::asio::redirect_error(kAwait, result.failed));
    if (result.failed) co_return false;
    beast::flat_buffer buffer{64 * 1024 + options.max_response_bytes};
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(options.max_response_bytes);
    if (request.method == Method::Head) parser.skip(true);
    co_await beast::http::async_read(stream, buffer, parser, boost::asio::redirect_error(kAwait, result.failed));
    if (result.failed == beast::http::error::body_limit && options.cut_large_bodies) {
      result.failed = {};
      result.response.status = parser.get().result_int();
      co_return false;
    }
    if (result.failed) co_return false;
    const bool keep = parser.keep_alive() && buffer.size() == 0;
    auto message = parser.release();
    result.response.status = message.result_int();
    for (const auto& field : message) {
      result.response.headers.emplace_back(std::string{field.name_string()}, std::string{field.value()});
    }
    result.response.body = std::move(message.body());
    co_return keep;
  }
};

Client::Client(std::string base_url, ClientOptions options) : impl_(std::make_shared<Impl>()) {
  const auto url = boost::urls::parse_uri(base_url);
  const bool is_secure = url && url->scheme() == "https";
  const bool is_plain = url && url->scheme() == "http";
  if ((!is_secure && !is_plain) || url->host().empty() || (url->path() != "" && url->path() != "/")) {
    throw std::invalid_argument("'" + base_url + "' is not of the form http://host:port or https://host:port");
  }
  if (is_secure) impl_->tls = make_tls(options.ca_file);
  impl_->host = url->host_address();
  impl_->port = url->has_port() ? std::string{url->port()} : is_secure ? "443" : "80";
  impl_->host_header = std::string{url->encoded_host_and_port()};
  impl_->options = std::move(options);
}

Client::~Client() = default;

bool Client::breaker_open() const { return impl_->open_until != 0; }

bool Client::would_call() const {
  const std::int64_t until = impl_->open_until;
  return until == 0 || Impl::ticks() >= until;
}

Task<Result<ClientResponse>> Client::send(ClientRequest request, Deadline deadline) {
  auto impl = impl_;
  deadline = std::min(deadline, deadline_in(impl->options.timeout_ms));
  thread_local std::minstd_rand random{std::random_device{}()};
  const Error in_doubt{ErrorKind::InDoubt, "The other service did not answer.", std::chrono::seconds{1}};
  bool sent = false;  // by any of the attempts
  for (int tries = 0;; ++tries) {
    if (!sent && std::chrono::steady_clock::now() >= deadline) {
      co_return Error{ErrorKind::Timeout, "There was no time left to ask the other service.", std::chrono::seconds{1}};
    }
    if (!impl->admit()) {
      if (sent) co_return in_doubt;
      co_return unavailable("The other service is not reachable at the moment.");
    }
    Attempt made = co_await impl->attempt(request, deadline);
    sent = sent || made.progress == Progress::Sent;
    if (!made.failed) {
      impl->note(made.response.status < 500);
      co_return std::move(made.response);
    }
    // A pooled connection that the peer had closed says nothing of the peer.
    const bool stale = made.reused && (made.failed == beast::http::error::end_of_stream ||
                                       made.failed == ssl::error::stream_truncated ||
                                       made.failed == boost::asio::error::connection_reset ||
                                       made.failed == boost::asio::error::broken_pipe);
    if (!stale) impl->note(false);
    const bool harmless = made.progress == Progress::NotSent || is_idempotent(request);
    const auto pause_ms = stale ? 0 : std::min(400, 25 << std::min(tries, 4)) / 2 + static_cast<int>(random() % 25);
    const bool time_left = std::chrono::steady_clock::now() + std::chrono::milliseconds{pause_ms} < deadline;
    const bool retries_left = stale || tries < impl->options.max_retries;
    if (harmless && time_left && retries_left) {
      if (pause_ms > 0) {
        Timer pause{co_await boost::asio::this_coro::executor, std::chrono::milliseconds{pause_ms}};
        co_await pause.async_wait(kAwait);
      }
      continue;
    }
    if (sent) co_return in_doubt;
    if (made.failed == beast::error::timeout || made.failed == boost::asio::error::timed_out) {
      co_return Error{ErrorKind::Timeout, "The other service could not be reached in time.", std::chrono::seconds{1}};
    }
    co_return unavailable("The other service is not reachable at the moment.");
  }
}

std::string encode_component(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

}  // namespace qm::http
