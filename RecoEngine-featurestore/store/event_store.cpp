#include "RecoEngine-featurestore/store/event_store.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace qm::reco {

namespace {

constexpr const char* kEvents = "events";  // event id → its fields
constexpr const char* kDays = "days";      // "2026-11-25" → 1
constexpr std::size_t kDayBytes = 10;
// Never part of an id, so that no customer's name can be taken for another's day.
constexpr char kBeforeDay = '~';
// The list of days outlives the days in it.
constexpr std::chrono::hours kListOutlives{24 * 30};

kv::Key days_key(const UserId& user) { return {"user_event_days", user.str()}; }
kv::Key day_key(const UserId& user, const std::string& day) { return {"user_events", user.str() + kBeforeDay + day}; }
std::string day_of(Timestamp at) { return to_rfc3339(at).substr(0, kDayBytes); }

template <class T>
void put_field(kv::Map& fields, const char* name, const std::optional<T>& value) {
  if (!value) return;
  if constexpr (std::is_same_v<T, Money>) fields[name] = kv::Value{value->minor()};
  else fields[name] = kv::Value{*value};
}

kv::Map to_fields(const Event& event) {
  kv::Map fields;
  fields["type"] = std::string{to_string(event.type)};
  fields["at"] = std::int64_t{event.at.time_since_epoch().count()};
  const EventData& data = event.data;
  put_field(fields, "session", data.session_id);
  put_field(fields, "product", data.product_id);
  put_field(fields, "words", data.words);
  if (data.product_ids) {
    kv::List products;
    for (const auto& product : *data.product_ids) products.emplace_back(product);
    fields["products"] = std::move(products);
  }
  put_field(fields, "items", data.item_count);
  put_field(fields, "amount", data.amount);
  put_field(fields, "discount", data.discount);
  put_field(fields, "order", data.order_id);
  put_field(fields, "coupon", data.coupon_code);
  put_field(fields, "ticket", data.ticket_id);
  put_field(fields, "hours", data.resolution_hours);
  put_field(fields, "score", data.score);
  return fields;
}

template <class T, class As>
void take_field(const kv::Map& fields, const char* name, std::optional<As>& into) {
  const auto found = fields.find(name);
  const T* value = found == fields.end() ? nullptr : found->second.as<T>();
  if (value != nullptr) into = As{*value};
}

// nullopt for what a later version may have written.
std::optional<Event> to_event(const UserId& user, const std::string& id, const kv::Value& value) {
  const auto* fields = value.as<kv::Map>();
  if (fields == nullptr) return std::nullopt;
  std::optional<std::string> type;
  std::optional<std::int64_t> at_ms;
  take_field<std::string>(*fields, "type", type);
  take_field<std::int64_t>(*fields, "at", at_ms);
  const auto known = type ? parse_event_type(*type) : std::nullopt;
  if (!known || !at_ms) return std::nullopt;
  Event event{EventId{id}, *known, user, Timestamp{std::chrono::milliseconds{*at_ms}}, {}};
  EventData& data = event.data;
  take_field<std::string>(*fields, "session", data.session_id);
  take_field<std::string>(*fields, "product", data.product_id);
  take_field<std::string>(*fields, "words", data.words);
  if (const auto found = fields->find("products"); found != fields->end()) {
    data.product_ids.emplace();
    if (const auto* list = found->second.as<kv::List>())
      for (const auto& each : *list)
        if (const auto* product = each.as<std::string>()) data.product_ids->push_back(*product);
  }
  take_field<std::int64_t>(*fields, "items", data.item_count);
  take_field<std::int64_t>(*fields, "amount", data.amount);
  take_field<std::int64_t>(*fields, "discount", data.discount);
  take_field<std::string>(*fields, "order", data.order_id);
  take_field<std::string>(*fields, "coupon", data.coupon_code);
  take_field<std::string>(*fields, "ticket", data.ticket_id);
  take_field<double>(*fields, "hours", data.resolution_hours);
  take_field<std::int64_t>(*fields, "score", data.score);
  return event;
}

std::vector<Event> events_of(const UserId& user, const kv::Record& day) {
  std::vector<Event> events;
  const auto* map = day.get<kv::Map>(kEvents);
  if (map == nullptr) return events;
  for (const auto& [id, fields] : *map)
    if (auto event = to_event(user, id, fields)) events.push_back(std::move(*event));
  return events;
}

}  // namespace

Task<Result<void>> EventStore::write_day(UserId user, std::string day, bool is_new, std::vector<Event> events) {
  if (is_new) {
    // First: a day in the list without a record is skipped, a record that no list names would be lost.
    std::vector<kv::Op> listing;
    listing.push_back(kv::Op::map_put(kDays, day, kv::Value{1}));
    kv::OperateOptions options;
    options.ttl = keep_ + kListOutlives;
    kv::Key key = days_key(user);
    auto listed = co_await store_.operate(std::move(key), std::move(listing), std::move(options));
    if (!listed) co_return listed.error();
  }
  std::vector<kv::Op> steps;
  for (const Event& event : events)
    steps.push_back(kv::Op::map_put(kEvents, event.id.str(), kv::Value{to_fields(event)}));
  kv::OperateOptions options;
  options.ttl = keep_;
  kv::Key key = day_key(user, day);
  auto written = co_await store_.operate(std::move(key), std::move(steps), std::move(options));
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<EventsAdded>> EventStore::add(UserId user, std::vector<Event> events) {
  std::map<std::string, std::vector<Event>> by_day;
  for (Event& event : events) {
    by_day.try_emplace(day_of(event.at - std::chrono::days{1}));
    std::string day = day_of(event.at);
    by_day[std::move(day)].push_back(std::move(event));
  }
  std::vector<kv::Key> keys;
  for (const auto& each : by_day) keys.push_back(day_key(user, each.first));
  auto records = co_await store_.get_many(keys);
  if (!records) co_return records.error();

  EventsAdded result;
  std::size_t next = 0;
  for (auto& [day, given] : by_day) {
    const std::optional<kv::Record>& record = (*records)[next++];
    std::set<EventId> ids;
    if (record)
      for (const Event& event : events_of(user, *record)) ids.insert(event.id);
    std::vector<Event> added;
    for (Event& event : given) {
      const bool known = ids.contains(event.id);
      if (!known && ids.size() >= kMaxEventsPerDay) {
        result.over.push_back(event.id);
        continue;
      }
      (known ? result.known : result.added).push_back(event.id);
      if (known) continue;
      ids.insert(event.id);
      added.push_back(std::move(event));
    }
    if (!added.empty()) {
      auto written = co_await write_day(user, day, !record.has_value(), std::move(added));
      if (!written) co_return written.error();
    }
  }
  // Read again after writing, so that of two batches at once the later one sees both.
  auto now_kept = co_await store_.get_many(std::move(keys));
  if (!now_kept) co_return now_kept.error();
  for (const auto& record : *now_kept)
    if (record) std::ranges::move(events_of(user, *record), std::back_inserter(result.of_days));
  co_return result;
}

Task<Result<void>> EventStore::walk(UserId user, Timestamp from, Visit visit) {
  kv::Key key = days_key(user);
  auto list = co_await store_.get(std::move(key));
  if (!list) {
    if (list.error().kind == ErrorKind::NotFound) co_return Result<void>{};
    co_return list.error();
  }
  const auto* days = list->get<kv::Map>(kDays);
  if (days == nullptr) co_return Result<void>{};
  const std::string first = day_of(from);
  for (const auto& each : *days) {  // days sort as text
    if (each.first < first) continue;
    kv::Key of_day = day_key(user, each.first);
    auto record = co_await store_.get(std::move(of_day));
    if (!record && record.error().kind == ErrorKind::NotFound) continue;  // expired
    if (!record) co_return record.error();
    std::vector<Event> events = events_of(user, *record);
    std::ranges::sort(events, happened_before);
    for (Event& event : events) {
      if (event.at < from) continue;
      if (!visit(std::move(event))) co_return Result<void>{};
    }
  }
  co_return Result<void>{};
}

}  // namespace qm::reco
