// The audit log of what staff do. One line in a route:
//
//   AuditEntry entry = audit_entry(*call.request, "order.status", {"order", id.str()}, "to shipped");
//   auto work = staff.advance(id, status, by);                              // a task that has not begun
//   auto order = co_await audit.around(std::move(entry), std::move(work));  // instead of co_await staff.advance(…)
//
// The entry is written, durably, before the action begins: no action without an entry, whatever crashes. If it cannot
// be written, the action does not happen. How it ended is written as a second record after it and before the answer;
// an entry without one tells of an action that may have happened or not (the process died, or it is in doubt). Nothing
// is ever written twice.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/store/audit_store.hpp"

namespace qm::shop {

// Thread-safe.
class Audit {
 public:
  Audit(AuditStore& store, const Clock& clock) : store_(store), clock_(clock) {}

  // The action's own result. `tell`, if given, says in few words what came of it.
  template <class T>
  Task<Result<T>> around(AuditEntry entry, Task<Result<T>> action, std::function<std::string(const T&)> tell = {}) {
    auto begun = co_await begin(std::move(entry));
    if (!begun) co_return begun.error();
    auto result = co_await std::move(action);
    std::string said;
    if (result && tell) said = tell(*result);
    std::optional<Error> failure;
    if (!result) failure = result.error();
    co_await end(std::move(*begun), std::move(failure), std::move(said));
    co_return result;
  }
  Task<Result<void>> around(AuditEntry entry, Task<Result<void>> action);

  // Something that happened already, or happens in the same step for sure: an entry with its outcome. Idempotent when
  // `entry.id` is given.
  Task<Result<void>> note(AuditEntry entry);

  Task<Result<AuditPage>> page(AuditFilter filter, std::string cursor, std::size_t limit);

 private:
  Task<Result<AuditId>> begin(AuditEntry entry);
  Task<void> end(AuditId entry, std::optional<Error> failure, std::string said);

  AuditStore& store_;
  const Clock& clock_;
};

}  // namespace qm::shop
