#include "QuickMart-backend/store/audit_store.hpp"

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kOutcomeSet = "audit_outcome";
constexpr const char* kEveryone = "all";  // there is one log
constexpr std::size_t kMaxLookedAt = 5'000;

kv::Bins encode_audit(const AuditEntry& entry) {
  kv::Bins bins;
  bins["actor"] = entry.actor;
  bins["action"] = entry.action;
  bins["subject_kind"] = entry.subject.kind;
  if (!entry.subject.id.empty()) bins["subject_id"] = entry.subject.id;
  if (!entry.detail.empty()) bins["detail"] = entry.detail;
  if (!entry.request_id.empty()) bins["request_id"] = entry.request_id;
  kv::List changes;
  for (const AuditChange& change : entry.changes) {
    kv::Map fields;
    fields["field"] = change.field;
    fields["before"] = change.before;
    fields["after"] = change.after;
    changes.emplace_back(std::move(fields));
  }
  if (!changes.empty()) bins["changes"] = std::move(changes);
  return bins;
}

AuditEntry decode_audit(const std::string& id, const kv::Record& record) {
  const RecordFields fields{record};
  AuditEntry entry;
  entry.id = AuditId{id};
  entry.at = fields.time(HourlyLog::kAt);
  entry.actor = fields.text("actor");
  entry.action = fields.text("action");
  entry.subject = {fields.text("subject_kind"), fields.text("subject_id")};
  entry.detail = fields.text("detail");
  entry.request_id = fields.text("request_id");
  for (const kv::Value& each : fields.list("changes")) {
    const auto* map = each.as<kv::Map>();
    if (!map) continue;
    const RecordFields change{*map};
    entry.changes.push_back({change.text("field"), change.text("before"), change.text("after")});
  }
  return entry;
}

}  // namespace

Task<Result<void>> AuditStore::open() { co_return co_await log_.open(); }

Task<Result<void>> AuditStore::add(AuditEntry entry) {
  kv::Bins bins = encode_audit(entry);
  co_return co_await log_.add(kEveryone, entry.id.str(), entry.at, std::move(bins));
}

Task<Result<void>> AuditStore::end(AuditId entry, AuditOutcome outcome) {
  kv::Bins bins;
  bins["succeeded"] = outcome.succeeded;
  if (!outcome.detail.empty()) bins["detail"] = outcome.detail;
  bins["at"] = to_value(outcome.at);
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kOutcomeSet, entry.str()};
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written && written.error().kind != ErrorKind::AlreadyExists) co_return written.error();
  co_return Result<void>{};
}

Task<Result<AuditPage>> AuditStore::page(AuditFilter filter, std::string cursor, std::size_t limit) {
  HourlyLog::Place from;
  if (filter.until) from.at = *filter.until;
  if (!cursor.empty()) {
    auto place = HourlyLog::Place::parse(cursor);
    if (!place) co_return place.error();
    from = std::move(*place);
  }
  AuditPage page;
  std::size_t looked_at = 0;
  HourlyLog::Visit take = [&](HourlyLog::Item item) -> Result<bool> {
    AuditEntry entry = decode_audit(item.id, item.record);
    const std::string here = HourlyLog::Place{entry.at, item.id}.str();
    if (fits(entry, filter)) page.records.push_back({std::move(entry), std::nullopt});
    const bool more = page.records.size() < limit && ++looked_at < kMaxLookedAt;
    if (!more) page.cursor = here;
    return more;
  };
  const Timestamp since = filter.since.value_or(Timestamp{});
  auto walked = co_await log_.walk(kEveryone, std::move(from), since, std::move(take));
  if (!walked) co_return walked.error();
  auto added = co_await add_outcomes(page.records);
  if (!added) co_return added.error();
  co_return page;
}

Task<Result<void>> AuditStore::add_outcomes(std::vector<AuditRecord>& records) {
  if (records.empty()) co_return Result<void>{};
  std::vector<kv::Key> keys;
  for (const AuditRecord& each : records) keys.push_back(kv::Key{kOutcomeSet, each.entry.id.str()});
  auto found = co_await store_.get_many(std::move(keys));
  if (!found) co_return found.error();
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!(*found)[i]) continue;
    const RecordFields fields{*(*found)[i]};
    records[i].outcome = AuditOutcome{fields.flag("succeeded"), fields.text("detail"), fields.time("at")};
  }
  co_return Result<void>{};
}

}  // namespace qm::shop
