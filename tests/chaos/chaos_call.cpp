#include "tests/chaos/chaos_call.hpp"

#include <cmath>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qm::chaos {
namespace {

constexpr std::chrono::milliseconds kCallTimeout{10'000};

const boost::json::value* find(const boost::json::value& json, const char* pointer) {
  boost::system::error_code failed;
  return json.find_pointer(pointer, failed);
}

}  // namespace

void Service::renew(std::uint16_t port) {
  http::ClientOptions options;
  options.timeout_ms = kCallTimeout;
  options.max_retries = 0;  // who retries, and how, is the customers' affair
  options.max_connections = 1'000;
  options.max_idle_connections = 1'000;
  options.max_response_bytes = 64 * 1024 * 1024;
  options.breaker_failures = 1'000'000'000;
  auto client = std::make_shared<http::Client>("http://127.0.0.1:" + std::to_string(port), options);
  const std::lock_guard lock{mutex_};
  client_ = std::move(client);
}

Task<Reply> Service::call(http::Method method, std::string target, std::string body, std::string token,
                          std::string key, std::string if_match) {
  std::shared_ptr<http::Client> client;
  {
    const std::lock_guard lock{mutex_};
    client = client_;
  }
  http::ClientRequest request;
  request.method = method;
  request.target = std::move(target);
  request.body = std::move(body);
  request.headers.emplace_back("Authorization", "Bearer " + token);
  if (!key.empty()) request.headers.emplace_back("Idempotency-Key", std::move(key));
  if (!if_match.empty()) request.headers.emplace_back("If-Match", std::move(if_match));
  auto answered = co_await client->send(std::move(request), deadline_in(kCallTimeout));
  Reply reply;
  if (!answered) co_return reply;
  reply.status = answered->status;
  for (const auto& [name, value] : answered->headers) {
    if (name == "retry-after" || name == "Retry-After") reply.try_again = true;
    if (name == "etag" || name == "ETag") reply.etag = value;
  }
  boost::system::error_code malformed;
  reply.json = boost::json::parse(answered->body, malformed);
  if (malformed && !answered->body.empty()) reply.status = 0;
  co_return reply;
}

Task<void> pause_for(std::chrono::milliseconds time) {
  using Steady = std::chrono::steady_clock;
  const Executor executor = co_await boost::asio::this_coro::executor;
  boost::asio::basic_waitable_timer<Steady, boost::asio::wait_traits<Steady>, Executor> timer{executor, time};
  co_await timer.async_wait(boost::asio::use_awaitable_t<Executor>{});
}

std::string text_of(const boost::json::value& json, const char* pointer) {
  const auto* found = find(json, pointer);
  return found != nullptr && found->is_string() ? std::string{found->get_string()} : std::string{};
}

std::int64_t number_of(const boost::json::value& json, const char* pointer) {
  const auto* found = find(json, pointer);
  return found != nullptr && found->is_number() ? found->to_number<std::int64_t>() : 0;
}

std::int64_t minor_of(const boost::json::value& json, const char* pointer) {
  const auto* found = find(json, pointer);
  return found != nullptr && found->is_number() ? std::llround(found->to_number<double>() * 100) : 0;
}

std::string amount_text(std::int64_t minor) {
  return std::to_string(minor / 100) + "." + std::to_string(minor / 10 % 10) + std::to_string(minor % 10);
}

const boost::json::array& list_of(const boost::json::value& json, const char* pointer) {
  static const boost::json::array none;
  const auto* found = find(json, pointer);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

}  // namespace qm::chaos
