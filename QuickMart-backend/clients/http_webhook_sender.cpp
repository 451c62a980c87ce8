#include "QuickMart-backend/clients/http_webhook_sender.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <stdexcept>

#include "platform/http/public_address.hpp"

namespace qm::shop {
namespace {

constexpr std::size_t kMaxOrigins = 200;

struct Target {
  std::string origin;  // "https://host:port"
  std::string path;    // and query
  std::string host;
  bool is_secure = false;
};

Result<Target> parse_target(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || (parsed->scheme() != "https" && parsed->scheme() != "http") || parsed->host().empty())
    return rejected("The url is not of the form https://host/path.");
  if (parsed->has_userinfo() || parsed->has_fragment())
    return rejected("The url has a user or a fragment, which is not sent.");
  Target target;
  target.is_secure = parsed->scheme() == "https";
  target.host = parsed->host_address();
  target.origin = std::string{parsed->scheme()} + "://" + std::string{parsed->encoded_host_and_port()};
  target.path = std::string{parsed->encoded_path()};
  if (target.path.empty()) target.path = "/";
  if (parsed->has_query()) target.path += "?" + std::string{parsed->encoded_query()};
  return target;
}

http::ClientOptions options_for(bool any_address) {
  http::ClientOptions options;
  options.connect_timeout_ms = std::chrono::milliseconds{5'000};
  options.timeout_ms = std::chrono::milliseconds{60'000};  // the caller's deadline is the shorter one
  options.max_retries = 0;                                 // the deliveries have their own
  options.max_idle_connections = 2;
  options.max_response_bytes = 16 * 1024;
  options.cut_large_bodies = true;
  options.breaker_failures = 1'000'000'000;  // an endpoint rests by its deliveries' pauses
  options.public_addresses_only = !any_address;
  return options;
}

}  // namespace

Result<void> HttpWebhookSender::check(const std::string& url) const {
  const auto target = parse_target(url);
  if (!target) return target.error();
  if (any_address_) return {};
  if (!target->is_secure) return rejected("The url must begin with https://.");
  boost::system::error_code not_literal;
  const auto literal = boost::asio::ip::make_address(target->host, not_literal);
  const bool is_own = target->host == "localhost" || target->host.ends_with(".localhost");
  if (is_own || (!not_literal && !http::is_public(literal)))
    return rejected("The url must lead to an address of the public internet.");
  return {};
}

Result<std::shared_ptr<http::Client>> HttpWebhookSender::client_of(const std::string& origin) {
  std::lock_guard lock{mutex_};
  if (const auto known = clients_.find(origin); known != clients_.end()) return known->second;
  if (clients_.size() >= kMaxOrigins) clients_.clear();  // those in use live on in their calls
  try {
    return clients_.emplace(origin, std::make_shared<http::Client>(origin, options_for(any_address_))).first->second;
  } catch (const std::invalid_argument&) {
    return rejected("The url cannot be called.");
  }
}

Task<Result<int>> HttpWebhookSender::send(std::string url, std::vector<std::pair<std::string, std::string>> headers,
                                          std::string body, Deadline deadline) {
  if (auto allowed = check(url); !allowed) co_return allowed.error();
  auto target = parse_target(url);
  if (!target) co_return target.error();
  auto client = client_of(target->origin);
  if (!client) co_return client.error();
  http::ClientRequest request;
  request.method = http::Method::Post;
  request.target = std::move(target->path);
  request.body = std::move(body);
  request.headers = std::move(headers);
  auto answer = co_await (*client)->send(std::move(request), deadline);
  if (!answer) co_return answer.error();
  co_return answer->status;
}

}  // namespace qm::shop
