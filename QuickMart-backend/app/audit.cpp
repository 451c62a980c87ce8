#include "QuickMart-backend/app/audit.hpp"

#include "platform/log/log.hpp"

namespace qm::shop {
namespace {

void keep_limits(AuditEntry& entry) {
  entry.detail = audit_text(entry.detail);
  entry.subject.id = audit_text(entry.subject.id);
  if (entry.changes.size() > kMaxAuditChanges) entry.changes.resize(kMaxAuditChanges);
}

// Whether it is known that nothing came of it.
bool is_certain(const Error& failure) {
  return failure.kind != ErrorKind::InDoubt && failure.kind != ErrorKind::Internal &&
         failure.kind != ErrorKind::Timeout && failure.kind != ErrorKind::Unavailable;
}

}  // namespace

Task<Result<AuditId>> Audit::begin(AuditEntry entry) {
  entry.at = clock_.now();
  if (entry.id.empty()) entry.id = AuditId::make(entry.at);
  keep_limits(entry);
  AuditId id = entry.id;
  auto added = co_await store_.add(std::move(entry));
  if (!added) co_return added.error();
  co_return id;
}

Task<void> Audit::end(AuditId entry, std::optional<Error> failure, std::string said) {
  // A saga that gave up half-way is finished or undone by its recovery: which, its own record tells.
  if (failure && !is_certain(*failure)) co_return;
  AuditOutcome outcome;
  outcome.succeeded = !failure;
  outcome.detail = audit_text(failure ? failure->detail : said);
  outcome.at = clock_.now();
  const std::string id = entry.str();
  auto ended = co_await store_.end(std::move(entry), std::move(outcome));
  if (!ended) log::warn("the outcome of an action is missing in the audit log", {{"entry", id}});
}

Task<Result<void>> Audit::around(AuditEntry entry, Task<Result<void>> action) {
  auto begun = co_await begin(std::move(entry));
  if (!begun) co_return begun.error();
  auto result = co_await std::move(action);
  std::string said;
  std::optional<Error> failure;
  if (!result) failure = result.error();
  co_await end(std::move(*begun), std::move(failure), std::move(said));
  co_return result;
}

Task<Result<void>> Audit::note(AuditEntry entry) {
  const AuditId given = entry.id;
  auto begun = co_await begin(std::move(entry));
  if (!begun && begun.error().kind != ErrorKind::AlreadyExists) co_return begun.error();
  AuditOutcome outcome;
  outcome.succeeded = true;
  outcome.at = clock_.now();
  AuditId id = begun ? *begun : given;
  co_return co_await store_.end(std::move(id), std::move(outcome));
}

Task<Result<AuditPage>> Audit::page(AuditFilter filter, std::string cursor, std::size_t limit) {
  co_return co_await store_.page(std::move(filter), std::move(cursor), limit);
}

}  // namespace qm::shop
