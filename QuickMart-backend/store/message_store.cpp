#include "QuickMart-backend/store/message_store.hpp"

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kMessageSet = "message";
constexpr const char* kUser = "user_id";
constexpr const char* kStatus = "status";
constexpr const char* kGenerated = "generated";
constexpr const char* kRead = "read";

Error no_message() { return not_found("There is no such message."); }

kv::Bins encode_message(const Message& message) {
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

Message decode_message(const std::string& id, const kv::Record& record) {
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

}  // namespace

Task<Result<void>> MessageStore::add(Message message) {
  auto listed = co_await list_.add(message.user_id.str(), message.id.str(), message.created_at);
  if (!listed) co_return listed.error();

  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kMessageSet, message.id.str()};
  kv::Bins bins = encode_message(message);
  auto created = co_await store_.put(std::move(key), std::move(bins), options);
  if (!created && created.error().kind != ErrorKind::AlreadyExists) co_return created.error();
  co_return Result<void>{};
}

Task<Result<Message>> MessageStore::mark_read(UserId user, MessageId id, Timestamp at) {
  kv::Key key{kMessageSet, id.str()};
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
  Message message = decode_message(id.str(), *record);
  if (message.user_id != user) co_return no_message();
  co_return message;
}

Task<Result<std::vector<Message>>> MessageStore::of_user(UserId user, std::size_t limit) {
  std::vector<Message> messages;
  MonthlyList::Visit take = [&messages, &user, limit](MonthlyList::Item item) -> Result<bool> {
    Message message = decode_message(item.id, item.record);
    // The id may have been another customer's message before this one was refused it.
    if (message.user_id == user) messages.push_back(std::move(message));
    return messages.size() < limit;
  };
  auto walked = co_await list_.walk(user.str(), std::move(take));
  if (!walked) co_return walked.error();
  co_return messages;
}

}  // namespace qm::shop
