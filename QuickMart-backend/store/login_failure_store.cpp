#include "QuickMart-backend/store/login_failure_store.hpp"

#include "platform/security/password.hpp"
#include "QuickMart-backend/domain/user.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kLoginFailureSet = "login_failures";
constexpr const char* kCount = "count";
constexpr const char* kFirst = "first_at";
constexpr const char* kLast = "last_at";
// Of an account; much longer than the longest lock, so that slow guessing stays slow.
constexpr std::chrono::hours kRemembered{24};

kv::Key account_key(std::string_view email) {
  return kv::Key{kLoginFailureSet, "account/" + security::sha256_hex(normalise_email(email))};
}
kv::Key remote_key(const std::string& address) { return kv::Key{kLoginFailureSet, "remote/" + address}; }

LoginFailures decode(const std::optional<kv::Record>& record) {
  LoginFailures failures;
  if (!record) return failures;
  const RecordFields fields{*record};
  failures.count = fields.integer(kCount);
  failures.first_at = fields.time(kFirst);
  failures.last_at = fields.time(kLast);
  return failures;
}

// One step of counting, if the first failure of the record is as `condition` has it.
Task<Result<void>> count_if(kv::Store& store, kv::Key key, kv::Condition condition, bool anew, std::chrono::seconds ttl,
                            Timestamp now) {
  kv::OperateOptions options;
  options.durable = false;
  options.ttl = ttl;
  options.only_if.push_back(std::move(condition));
  std::vector<kv::Op> ops;
  if (anew) {
    ops.push_back(kv::Op::set(kCount, kv::Value{1}));
    ops.push_back(kv::Op::set(kFirst, to_value(now)));
  } else {
    ops.push_back(kv::Op::add(kCount, kv::Value{1}));
  }
  ops.push_back(kv::Op::set(kLast, to_value(now)));
  auto done = co_await store.operate(std::move(key), std::move(ops), std::move(options));
  if (!done) co_return done.error();
  co_return Result<void>{};
}

// Counts on from a first failure later than `since`, else begins a count.
Task<Result<void>> count_failure(kv::Store& store, kv::Key key, Timestamp since, std::chrono::seconds ttl,
                                 Timestamp now) {
  const kv::Condition goes_on{kFirst, kv::Compare::Greater, to_value(since)};
  const kv::Condition none{kFirst, kv::Compare::Missing};
  const kv::Condition is_over{kFirst, kv::Compare::LessOrEqual, to_value(since)};
  auto counted = co_await count_if(store, key, goes_on, false, ttl, now);
  if (!counted && counted.error().kind == ErrorKind::ConditionFailed)
    counted = co_await count_if(store, key, none, true, ttl, now);
  if (!counted && counted.error().kind == ErrorKind::ConditionFailed)
    counted = co_await count_if(store, key, is_over, true, ttl, now);
  // Of several that meet none, one begins; the others count on.
  if (!counted && counted.error().kind == ErrorKind::ConditionFailed)
    counted = co_await count_if(store, std::move(key), goes_on, false, ttl, now);
  co_return counted;
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
