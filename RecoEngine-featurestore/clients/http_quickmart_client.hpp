#pragma once
#include <string>

#include "RecoEngine-featurestore/clients/quickmart_client.hpp"
#include "platform/http/client.hpp"

namespace qm::reco {

class HttpQuickmartClient final : public QuickmartClient {
 public:
  // Throws std::invalid_argument for anything but "http://host:port".
  HttpQuickmartClient(std::string base_url, std::string service_token);

  Task<Result<contracts::AssignCouponAnswer>> assign_coupon(contracts::AssignCouponRequest request,
                                                            Deadline deadline) override;

 private:
  http::Client client_;
  std::string service_token_;
};

}  // namespace qm::reco
