// WebhookSender over HTTP. Redirects are not followed, bodies of answers not read beyond a few KiB. Outside development
// only https, and only to addresses of the public internet, which is checked of what a name resolves to at each
// connect. Thread-safe.
#pragma once
#include <map>
#include <memory>
#include <mutex>

#include "platform/http/client.hpp"
#include "QuickMart-backend/clients/webhook_sender.hpp"

namespace qm::shop {

class HttpWebhookSender final : public WebhookSender {
 public:
  // `any_address`: plain HTTP, and the machine's own network, are fine.
  explicit HttpWebhookSender(bool any_address) : any_address_(any_address) {}

  Result<void> check(const std::string& url) const override;
  Task<Result<int>> send(std::string url, std::vector<std::pair<std::string, std::string>> headers, std::string body,
                         Deadline deadline) override;

 private:
  Result<std::shared_ptr<http::Client>> client_of(const std::string& origin);

  const bool any_address_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<http::Client>> clients_;  // by origin
};

}  // namespace qm::shop
