#include "PaymentSandbox/clients/http_merchant_client.hpp"

#include "platform/json/print.hpp"
#include "platform/security/webhook_signature.hpp"

namespace qm::sandbox {
namespace {

// "http://host:port/path" → where the path begins; the length when there is none.
std::size_t path_begin(const std::string& url) {
  const std::size_t scheme = url.find("://");
  return std::min(url.find('/', scheme == std::string::npos ? 0 : scheme + 3), url.size());
}

http::ClientOptions merchant_options() {
  http::ClientOptions options;
  options.timeout_ms = std::chrono::milliseconds{10'000};  // the caller's deadline is shorter
  options.max_retries = 0;                                  // the queue does that
  return options;
}

}  // namespace

HttpMerchantClient::HttpMerchantClient(const std::string& url, std::string secret, const Clock& clock)
    : path_(url.substr(path_begin(url))),
      client_(url.substr(0, path_begin(url)), merchant_options()),
      secret_(std::move(secret)),
      clock_(clock) {
  if (path_.empty()) path_ = "/";
}

Task<Result<void>> HttpMerchantClient::tell(contracts::PaymentEvent event, Deadline deadline) {
  http::ClientRequest call;
  call.method = http::Method::Post;
  call.target = path_;
  call.body = json::print(event);
  call.headers.emplace_back(contracts::kPaymentSignatureHeader,
                            security::sign_webhook(secret_, call.body, clock_.now()));
  auto answer = co_await client_.send(std::move(call), deadline);
  if (!answer) co_return answer.error();
  if (answer->status / 100 != 2)
    co_return unavailable("The merchant answered " + std::to_string(answer->status) + ".");
  co_return Result<void>{};
}

}  // namespace qm::sandbox
