// Brings one message to a merchant's endpoint.
#pragma once
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "platform/core/result.hpp"
#include "platform/core/task.hpp"

namespace qm::shop {

class WebhookSender {
 public:
  virtual ~WebhookSender() = default;

  // Rejected, with a sentence, when nothing is sent to such an address.
  virtual Result<void> check(const std::string& url) const = 0;
  // One attempt → the status of the answer, whose body does not matter. Rejected as check(); any other error: there was
  // no answer in time.
  virtual Task<Result<int>> send(std::string url, std::vector<std::pair<std::string, std::string>> headers,
                                 std::string body, Deadline deadline) = 0;
};

}  // namespace qm::shop
