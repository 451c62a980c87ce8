#include "QuickMart-backend/app/send_events.hpp"

#include "platform/log/log.hpp"
#include "platform/security/password.hpp"
#include "QuickMart-backend/app/event_payload.hpp"

namespace qm::shop {
namespace {

constexpr std::chrono::milliseconds kSendTimeoutMs{3'000};
constexpr std::size_t kJobBytes = 60 * 1024;  // a job takes 64 KiB
constexpr std::int64_t kJobsBehind = 500;
constexpr std::size_t kJobDigits = 40;

std::string job_id_of(const std::vector<contracts::Event>& events) {
  std::string ids;
  for (const auto& event : events) ids.append(event.event_id).append(" ");
  return std::string{SendEvents::kJobKind} + "." + security::sha256_hex(ids).substr(0, kJobDigits);
}

}  // namespace

Task<Result<void>> SendEvents::owe(std::vector<contracts::Event> events) {
  while (!events.empty()) {
    jobs::Job job;
    job.kind = kJobKind;
    std::size_t count = std::min(events.size(), contracts::kMaxEventsPerBatch);
    for (;; count = (count + 1) / 2) {
      const std::vector<contracts::Event> part{events.begin(), events.begin() + static_cast<std::ptrdiff_t>(count)};
      job.id = job_id_of(part);
      job.payload = print_events(part);
      if (job.payload.size() <= kJobBytes || count == 1) break;
    }
    auto enqueued = co_await queue_.enqueue(std::move(job));
    if (!enqueued) co_return enqueued;
    events.erase(events.begin(), events.begin() + static_cast<std::ptrdiff_t>(count));
  }
  co_return Result<void>{};
}

Task<Result<void>> SendEvents::handle(jobs::Job job) {
  auto events = parse_events(job.payload);
  if (!events) co_return events.error();
  co_return co_await send(std::move(*events));
}

Task<Result<void>> SendEvents::send(std::vector<contracts::Event> events) {
  const auto count = static_cast<std::int64_t>(events.size());
  auto answer = co_await reco_.send_events(std::move(events), deadline_in(kSendTimeoutMs));
  if (!answer) co_return answer.error();
  const auto ignored = static_cast<std::int64_t>(answer->ignored.size());
  sent_ += count - ignored;
  ignored_ += ignored;
  if (ignored > 0)
    log::warn("RecoEngine does not take an event",
              {{"event", answer->ignored.front().event_id}, {"reason", answer->ignored.front().reason}});
  co_return Result<void>{};
}

bool SendEvents::is_behind() const { return queue_.stats().waiting >= kJobsBehind; }

}  // namespace qm::shop
