// Sends a history of events to a running RecoEngine, in batches: for the programs that tell one.
#pragma once
#include <optional>

#include "RecoEngine-featurestore/clients/http_reco_engine.hpp"

namespace qm::reco {

// POST /events?import=true. Not thread-safe. Both calls that send throw RecoEngineFailed as HttpRecoEngine does, and
// when an event is refused.
class HttpEventSender {
 public:
  // To nobody when `url` is empty: everything below does nothing then.
  HttpEventSender(const std::string& url, const std::string& service_token);

  // `event` as JSON (api/event_wire.hpp); may send those before it.
  void add(const std::string& event);
  // What is left. Call at the end.
  void send();

  bool sends() const { return engine_.has_value(); }
  std::int64_t accepted() const { return accepted_; }
  std::int64_t duplicates() const { return duplicates_; }

 private:
  std::optional<HttpRecoEngine> engine_;
  std::string batch_;
  std::size_t events_ = 0;
  std::int64_t accepted_ = 0, duplicates_ = 0;
};

}  // namespace qm::reco
