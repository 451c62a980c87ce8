#include "QuickMart-backend/store/login_failure_store.hpp"

#include "platform/security/password.hpp"
#include "QuickMart-backend/domain/user.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kSet = "login_failures";
constexpr const char* kCount = "count";
constexpr const char* kFirst = "first_at";
constexpr const char* kLast = "last_at";
// Of an account; much longer than the longest lock, so that slow guessing stays slow.
constexpr std::chrono::hours kRemembered{24};

kv::Key account_key(std::string_view email) {
  return kv::Key{kSet, "account/" + security::sha256_hex(normalise_email(email))};
}
kv::Key remote_key(const std::string& address) { return kv::Key{kSet, "remote/" + address}; }

LoginFailures decode(const std::optional<kv::Record>& record) {
  LoginFailures failures;
  if (!record) return failures;
  const RecordFields fields{*record};
  failures.count = fields.integer(kCount);
  failures.first_at = fields.time(kFirst);
  failures.last_at = fields.time(kLast);
  return failures;
}

// Counts on from a first failure later than `since`, else from here.
Task<Result<void>> count_failure(kv::Store& store, kv::Key key, Timestamp since, std::chrono::seconds ttl, Timestamp now) {
  kv::OperateOptions counting;
  counting.mode = kv::WriteMode::UpdateOnly;
  counting.durable = false;
  counting.ttl = ttl;
  counting.only_if.push_back(kv::Condition{kFirst, kv::Compare::Greater, to_value(since)});
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::add(kCount, kv::Value{1}));
  ops.push_back(kv::Op::set(kLast, to_value(now)));
  auto counted = co_await store.operate(key, ops, counting);
  if (counted) co_return Result<void>{};
  const ErrorKind kind = counted.error().kind;
  if (kind != ErrorKind::NotFound && kind != ErrorKind::ConditionFailed) co_return counted.error();

  // Of several that find none, one begins the count; the others count on.
  kv::OperateOptions beginning;
  beginning.durable = false;
  beginning.ttl = ttl;
  beginning.only_if.push_back(kind == ErrorKind::NotFound ? kv::Condition{kFirst, kv::Compare::Missing}
                                                          : kv::Condition{kFirst, kv::Compare::LessOrEqual, to_value(since)});
  std::vector<kv::Op> first;
  first.push_back(kv::Op::set(kCount, kv::Value{1}));
  first.push_back(kv::Op::set(kFirst, to_value(now)));
  first.push_back(kv::Op::set(kLast, to_value(now)));
  auto begun = co_await store.operate(key, std::move(first), std::move(beginning));
  if (!begun && begun.error().kind == ErrorKind::ConditionFailed)
    begun = co_await store.operate(key, std::move(ops), std::move(counting));
  if (!begun) co_return begun.error();
  co_return Result<void>{};
}

}  // namespace

Task<Result<CountedFailures>> LoginFailureStore::get(std::string email, std::string remote_address) {
  std::vector<kv::Key> keys;
  keys.push_back(account_key(email));
  keys.push_back(remote_key(remote_address));
  auto records = co_await store_.get_many(std::move(keys));
  if (!records) co_return records.error();
  CountedFailures counted;
  counted.of_account = decode(records->at(0));
  counted.of_remote = decode(records->at(1));
  co_return counted;
}

Task<Result<void>> LoginFailureStore::add(std::string email, std::string remote_address, Timestamp now) {
  // A cleared account has its count at zero and keeps its first failure, so counting simply goes on.
  auto counted = co_await count_failure(store_, account_key(email), Timestamp{}, kRemembered, now);
  if (!counted) co_return counted.error();
  co_return co_await count_failure(store_, remote_key(remote_address), now - kRemoteWindow, kRemoteWindow, now);
}

Task<Result<void>> LoginFailureStore::clear_account(std::string email) {
  kv::OperateOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  options.durable = false;
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::set(kCount, kv::Value{0}));
  auto done = co_await store_.operate(account_key(email), std::move(ops), std::move(options));
  if (!done && done.error().kind != ErrorKind::NotFound) co_return done.error();
  co_return Result<void>{};
}

}  // namespace qm::shop
