#pragma once
#include <string>

#include "platform/core/clock.hpp"
#include "platform/http/client.hpp"
#include "PaymentSandbox/clients/merchant_client.hpp"

namespace qm::sandbox {

// Posts a PaymentEvent of contracts/payment.hpp, with its signature in the header Payment-Signature.
class HttpMerchantClient final : public MerchantClient {
 public:
  // Throws std::invalid_argument for anything but "http://host:port" and a path.
  HttpMerchantClient(const std::string& url, std::string secret, const Clock& clock);

  Task<Result<void>> tell(contracts::PaymentEvent event, Deadline deadline) override;

 private:
  std::string path_;
  http::Client client_;
  std::string secret_;
  const Clock& clock_;
};

}  // namespace qm::sandbox
