#include "RecoEngine-featurestore/clients/http_event_sender.hpp"

#include "contracts/events.hpp"

namespace qm::reco {

namespace {
// Well below what POST /events takes at once.
constexpr std::size_t kMaxBatchBytes = 256 * 1024;
}  // namespace

HttpEventSender::HttpEventSender(const std::string& url, const std::string& service_token) {
  if (!url.empty()) engine_.emplace(url, service_token);
}

void HttpEventSender::add(const std::string& event) {
  if (!engine_) return;
  if (events_ == contracts::kMaxEventsPerBatch || batch_.size() + event.size() > kMaxBatchBytes) send();
  batch_ += (batch_.empty() ? "" : ",") + event;
  ++events_;
}

void HttpEventSender::send() {
  if (!engine_ || events_ == 0) return;
  const auto answer = engine_->post<contracts::EventsAnswer>("/events?import=true", R"({"events":[)" + batch_ + "]}");
  if (!answer.ignored.empty())
    throw RecoEngineFailed("RecoEngine does not take " + answer.ignored.front().event_id + ": " +
                           answer.ignored.front().reason);
  accepted_ += answer.accepted;
  duplicates_ += answer.duplicates;
  batch_.clear();
  events_ = 0;
}

}  // namespace qm::reco
