#include "QuickMart-backend/app/send_features.hpp"

#include "platform/log/log.hpp"
#include "QuickMart-backend/app/job_payload.hpp"

namespace qm::shop {
namespace {

constexpr std::chrono::milliseconds kIngestTimeoutMs{3'000};

}  // namespace

Task<Result<void>> SendFeatures::owe(UserId user) {
  jobs::Job job;
  job.id = make_id(kJobKind, clock_.now());
  job.kind = kJobKind;
  job.payload = print_customer_job(user);
  co_return co_await queue_.enqueue(std::move(job));
}

Task<Result<void>> SendFeatures::handle(jobs::Job job) {
  auto user = parse_customer_job(job.payload);
  if (!user) co_return user.error();
  auto groups = co_await features_.of(*user);
  if (!groups) {
    if (groups.error().kind == ErrorKind::NotFound) co_return Result<void>{};
    co_return groups.error();
  }
  for (auto& [group, features] : *groups) {
    std::string name = group;
    auto sent = co_await reco_.ingest(*user, std::move(name), std::move(features), deadline_in(kIngestTimeoutMs));
    if (!sent) co_return sent.error();
    if (!sent->ignored.empty())
      log::warn("RecoEngine knows no such feature", {{"group", group}, {"feature", sent->ignored.front()}});
  }
  co_return Result<void>{};
}

}  // namespace qm::shop
