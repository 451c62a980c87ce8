// GET /api/admin/audit, and what a route needs to write an entry.
#pragma once
#include <string>

#include "platform/http/api.hpp"
#include "QuickMart-backend/app/audit.hpp"

namespace qm::shop {

// Of the caller of `request`.
inline AuditEntry audit_entry(const http::Request& request, std::string action, AuditSubject subject,
                              std::string detail = {}) {
  AuditEntry entry;
  entry.actor = request.principal.subject;
  entry.action = std::move(action);
  entry.subject = std::move(subject);
  entry.detail = std::move(detail);
  entry.request_id = request.request_id;
  return entry;
}

void add_audit_routes(http::Api& api, Audit& audit);  // `audit` outlives `api`

}  // namespace qm::shop
