#include "QuickMart-backend/store/message_store.hpp"

#include <algorithm>
#include <cstdio>

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kSet = "message";
constexpr const char* kListSet = "user_messages";
constexpr const char* kMonths = "months";      // "2026-11" → 1
constexpr const char* kMessages = "messages";  // message id → created at, in milliseconds
constexpr const char* kUser = "user_id";
constexpr const char* kStatus = "status";
constexpr const char* kGenerated = "generated";
constexpr const char* kRead = "read";
constexpr std::size_t kMaxKeysPerRead = 1'000;

Error no_message() { return not_found("There is no such message."); }

std::string month_of(Timestamp at) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at)};
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()));
  return text;
}

kv::Bins encode(const Message& message) {
  kv::Bins bins;
  bins[kUser] = message.user_id.str();
  bins["text"] = message.text;
  bins["probability"] = message.churn_probability;
  bins["reasons"] = to_value(message.churn_reasons);
  bins["created_at"] = to_value(message.created_at);
  bins[kStatus] = message.status == MessageStatus::read ? kRead : kGenerated;
  bins["read_at"] = to_value(message.read_at);
  return bins;
}

Message decode(const std::string& id, const kv::Record& record) {
  const RecordFields fields{record};
  Message message;
  message.id = MessageId{id};
  message.user_id = UserId{fields.text(kUser)};
  message.text = fields.text("text");
  message.churn_probability = fields.number("probability");
  message.churn_reasons = fields.texts("reasons");
  message.created_at = fields.time("created_at");
  message.status = fields.text(kStatus) == kRead ? MessageStatus::read : MessageStatus::generated;
  message.read_at = fields.maybe_time("read_at");
  return message;
}

Task<Result<void>> list_entry(kv::Store& store, std::string id, std::string bin, std::string entry, kv::Value value) {
  kv::Key key{kListSet, std::move(id)};
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::map_put(std::move(bin), std::move(entry), std::move(value)));
  auto written = co_await store.operate(std::move(key), std::move(ops));
  if (!written) co_return written.error();
  co_return Result<void>{};
}

// The keys of one month's messages, newest first.
std::vector<kv::Key> newest_first(const kv::Record& month) {
  std::vector<std::pair<std::int64_t, std::string>> newest;
  for (const auto& [id, at] : RecordFields{month}.map(kMessages))
    if (const auto* ms = at.as<std::int64_t>()) newest.emplace_back(*ms, id);
  std::sort(newest.rbegin(), newest.rend());
  if (newest.size() > kMaxKeysPerRead) newest.resize(kMaxKeysPerRead);
  std::vector<kv::Key> keys;
  for (const auto& each : newest) keys.push_back(kv::Key{kSet, each.second});
  return keys;
}

}  // namespace

Task<Result<void>> MessageStore::add(Message message) {
  // The lists first: an entry without its message is skipped when read, a message without its entry would be lost.
  const std::string month = month_of(message.created_at);
  kv::Value one{1};
  auto listed = co_await list_entry(store_, message.user_id.str(), kMonths, month, std::move(one));
  if (!listed) co_return listed.error();
  kv::Value created_at = to_value(message.created_at);
  listed = co_await list_entry(store_, message.user_id.str() + "/" + month, kMessages, message.id.str(),
                               std::move(created_at));
  if (!listed) co_return listed.error();

  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kSet, message.id.str()};
  kv::Bins bins = encode(message);
  auto created = co_await store_.put(std::move(key), std::move(bins), options);
  if (!created && created.error().kind != ErrorKind::AlreadyExists) co_return created.error();
  co_return Result<void>{};
}

Task<Result<Message>> MessageStore::mark_read(UserId user, MessageId id, Timestamp at) {
  kv::Key key{kSet, id.str()};
  kv::OperateOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  options.only_if.push_back(kv::Condition{kUser, kv::Compare::Equal, kv::Value{user.str()}});
  options.only_if.push_back(kv::Condition{kStatus, kv::Compare::Equal, kv::Value{kGenerated}});
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::set(kStatus, kv::Value{kRead}));
  ops.push_back(kv::Op::set("read_at", to_value(at)));
  auto done = co_await store_.operate(key, std::move(ops), std::move(options));
  if (!done && done.error().kind != ErrorKind::ConditionFailed && done.error().kind != ErrorKind::NotFound)
    co_return done.error();
  auto record = co_await store_.get(std::move(key));
  if (!record && record.error().kind == ErrorKind::NotFound) co_return no_message();
  if (!record) co_return record.error();
  Message message = decode(id.str(), *record);
  if (message.user_id != user) co_return no_message();
  co_return message;
}

Task<Result<std::vector<Message>>> MessageStore::of_user(UserId user, std::size_t limit) {
  std::vector<Message> messages;
  kv::Key months_key{kListSet, user.str()};
  auto months = co_await store_.get(std::move(months_key));
  if (!months) {
    if (months.error().kind == ErrorKind::NotFound) co_return messages;
    co_return months.error();
  }
  const kv::Map listed = RecordFields{*months}.map(kMonths);
  // Months sort as text, so going backwards meets the newest first and can stop early.
  for (auto month = listed.rbegin(); month != listed.rend() && messages.size() < limit; ++month) {
    kv::Key month_key{kListSet, user.str() + "/" + month->first};
    auto entries = co_await store_.get(std::move(month_key));
    if (!entries && entries.error().kind == ErrorKind::NotFound) continue;
    if (!entries) co_return entries.error();
    const std::vector<kv::Key> keys = newest_first(*entries);
    auto records = co_await store_.get_many(keys);
    if (!records) co_return records.error();
    for (std::size_t i = 0; i < keys.size() && messages.size() < limit; ++i) {
      if (!(*records)[i]) continue;
      Message message = decode(keys[i].id, *(*records)[i]);
      // The id may have been another customer's message before this one was refused it.
      if (message.user_id == user) messages.push_back(std::move(message));
    }
  }
  co_return messages;
}

}  // namespace qm::shop
