#include "QuickMart-backend/api/audit_api.hpp"

namespace qm::shop {
namespace wire {

struct AuditChange {
  std::string field;
  std::string before;
  std::string after;
};
BOOST_DESCRIBE_STRUCT(AuditChange, (), (field, before, after))

enum class AuditEnd { succeeded, failed, unknown };
BOOST_DESCRIBE_ENUM(AuditEnd, succeeded, failed, unknown)

struct AuditEntry {
  std::string entry_id;
  Timestamp at{};
  std::string actor;
  std::string action;
  std::string subject_kind;
  std::string subject_id;
  std::string detail;
  std::vector<AuditChange> changes;
  std::string request_id;
  AuditEnd outcome = AuditEnd::unknown;  // unknown: the action may have happened or not
  std::optional<std::string> outcome_detail;
  std::optional<Timestamp> ended_at;
};
BOOST_DESCRIBE_STRUCT(AuditEntry, (),
                      (entry_id, at, actor, action, subject_kind, subject_id, detail, changes, request_id, outcome,
                       outcome_detail, ended_at))

struct AuditLog {
  std::vector<AuditEntry> entries;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AuditLog, (), (entries, cursor))

struct AuditQuery {
  std::int64_t limit = 100;
  std::optional<std::string> cursor;  // of the answer before
  std::optional<std::string> actor;
  std::optional<std::string> action;
  std::optional<std::string> subject_kind;
  std::optional<std::string> subject_id;
  std::optional<Timestamp> since;
  std::optional<Timestamp> until;
};
BOOST_DESCRIBE_STRUCT(AuditQuery, (), (limit, cursor, actor, action, subject_kind, subject_id, since, until))
inline auto constraints(const AuditQuery*) {
  using Q = AuditQuery;
  return json::fields(json::field(&Q::limit, json::defaulted(), json::range(1, 500)),
                      json::field(&Q::cursor, json::length(1, 256)), json::field(&Q::actor, json::length(1, 128)),
                      json::field(&Q::action, json::length(1, 64)), json::field(&Q::subject_kind, json::length(1, 64)),
                      json::field(&Q::subject_id, json::length(1, kMaxAuditTextBytes)));
}

namespace {

AuditEntry to_audit_wire(const AuditRecord& record) {
  const shop::AuditEntry& entry = record.entry;
  AuditEntry out;
  out.entry_id = entry.id.str();
  out.at = entry.at;
  out.actor = entry.actor;
  out.action = entry.action;
  out.subject_kind = entry.subject.kind;
  out.subject_id = entry.subject.id;
  out.detail = entry.detail;
  for (const shop::AuditChange& change : entry.changes)
    out.changes.push_back({change.field, change.before, change.after});
  out.request_id = entry.request_id;
  if (!record.outcome) return out;
  out.outcome = record.outcome->succeeded ? AuditEnd::succeeded : AuditEnd::failed;
  if (!record.outcome->detail.empty()) out.outcome_detail = record.outcome->detail;
  out.ended_at = record.outcome->at;
  return out;
}

AuditFilter to_filter(AuditQuery&& query) {
  AuditFilter filter;
  filter.actor = std::move(query.actor).value_or("");
  filter.action = std::move(query.action).value_or("");
  filter.subject.kind = std::move(query.subject_kind).value_or("");
  filter.subject.id = std::move(query.subject_id).value_or("");
  filter.since = query.since;
  filter.until = query.until;
  return filter;
}

}  // namespace
}  // namespace wire

void add_audit_routes(http::Api& api, Audit& audit) {
  using AuditCall = http::Call<http::None, wire::AuditQuery>;
  http::EndpointInfo info;
  info.name = "audit_log";
  info.summary = "What staff did, newest first; a page may be less than full";
  info.tag = "admin";
  info.access = http::Access::Staff;
  info.errors = {400, 403};
  api.get("/api/admin/audit", std::move(info), [&audit](AuditCall call) -> Task<Result<wire::AuditLog>> {
    const auto limit = static_cast<std::size_t>(call.query.limit);
    std::string cursor = std::move(call.query.cursor).value_or("");
    AuditFilter filter = wire::to_filter(std::move(call.query));
    auto page = co_await audit.page(std::move(filter), std::move(cursor), limit);
    if (!page) co_return page.error();
    wire::AuditLog out;
    for (const AuditRecord& each : page->records) out.entries.push_back(wire::to_audit_wire(each));
    if (!page->cursor.empty()) out.cursor = std::move(page->cursor);
    co_return out;
  });
}

}  // namespace qm::shop
