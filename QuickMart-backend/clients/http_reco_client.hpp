#pragma once
#include <string>

#include "platform/http/client.hpp"
#include "QuickMart-backend/clients/reco_client.hpp"

namespace qm::shop {

class HttpRecoClient final : public RecoClient {
 public:
  // Throws std::invalid_argument for anything but "http://host:port".
  HttpRecoClient(std::string base_url, std::string service_token);

  Task<Result<contracts::Prediction>> predict(UserId user, Deadline deadline) override;
  Task<Result<contracts::IngestAnswer>> ingest(UserId user, std::string group, FeatureGroup features,
                                               Deadline deadline) override;
  Task<Result<contracts::EventsAnswer>> send_events(std::vector<contracts::Event> events, Deadline deadline) override;
  Task<bool> is_alive() override;

 private:
  Task<Result<std::string>> post(std::string target, std::string body, Deadline deadline);

  http::Client client_;
  http::Client
      probe_;  // on its own, so that looking whether RecoEngine lives neither waits behind work nor opens its breaker
  std::string service_token_;
};

}  // namespace qm::shop
