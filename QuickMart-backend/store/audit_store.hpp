// The audit log: set "audit", id = entry id, and what came of an action in set "audit_outcome" under the same id. Both
// are created and never written again; there is no call that would. Thread-safe.
#pragma once
#include <string>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/audit.hpp"
#include "QuickMart-backend/store/hourly_log.hpp"

namespace qm::shop {

struct AuditPage {
  std::vector<AuditRecord> records;
  std::string cursor;  // empty: no more
};

class AuditStore {
 public:
  explicit AuditStore(kv::Store& store) : store_(store), log_(store, "audit") {}

  Task<Result<void>> open();
  // Durable when it returns. AlreadyExists.
  Task<Result<void>> add(AuditEntry entry);
  // The first outcome of an entry stands: another changes nothing.
  Task<Result<void>> end(AuditId entry, AuditOutcome outcome);
  // Newest first, at most `limit` (1…500). It looks at some thousands of entries at most, so a page may be less than
  // full and yet have a cursor. Rejected for a cursor that is none.
  Task<Result<AuditPage>> page(AuditFilter filter, std::string cursor, std::size_t limit);

 private:
  Task<Result<void>> add_outcomes(std::vector<AuditRecord>& records);

  kv::Store& store_;
  HourlyLog log_;
};

}  // namespace qm::shop
