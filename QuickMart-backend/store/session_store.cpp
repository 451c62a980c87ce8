#include "QuickMart-backend/store/session_store.hpp"

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kSessionSet = "session";
constexpr const char* kHolder = "user_id";
constexpr const char* kSessionState = "state";
constexpr const char* kHash = "token_hash";
constexpr const char* kActive = "active";
constexpr const char* kRevoked = "revoked";

}  // namespace

Task<Result<void>> SessionStore::open(SessionId id, UserId user, std::string token_hash, Timestamp now) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  options.ttl = kSessionLife;
  options.durable = false;
  kv::Key key{kSessionSet, id.str()};
  kv::Bins bins;
  bins[kHolder] = user.str();
  bins[kSessionState] = kActive;
  bins[kHash] = std::move(token_hash);
  bins["created_at"] = to_value(now);
  bins["rotated_at"] = to_value(now);
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<UserId>> SessionStore::rotate(SessionId id, std::string old_hash, std::string new_hash, Timestamp now) {
  kv::OperateOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  options.ttl = kSessionLife;
  options.only_if.push_back(kv::Condition{kSessionState, kv::Compare::Equal, kv::Value{kActive}});
  options.only_if.push_back(kv::Condition{kHash, kv::Compare::Equal, kv::Value{std::move(old_hash)}});
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::read(kHolder));
  ops.push_back(kv::Op::set(kHash, kv::Value{std::move(new_hash)}));
  ops.push_back(kv::Op::set("rotated_at", to_value(now)));
  kv::Key key{kSessionSet, id.str()};
  auto done = co_await store_.operate(std::move(key), std::move(ops), std::move(options));
  if (!done && done.error().kind == ErrorKind::NotFound)
    co_return Error{ErrorKind::ConditionFailed, "There is no such session."};
  if (!done) co_return done.error();
  const auto* user = done->results.at(0).as<std::string>();
  if (!user) co_return Error{ErrorKind::Internal, "The session " + id.str() + " is nobody's."};
  co_return UserId{*user};
}

Task<Result<void>> SessionStore::revoke(SessionId id, Timestamp now) {
  kv::OperateOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  options.only_if.push_back(kv::Condition{kSessionState, kv::Compare::NotEqual, kv::Value{kRevoked}});
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::set(kSessionState, kv::Value{kRevoked}));
  ops.push_back(kv::Op::set("revoked_at", to_value(now)));
  kv::Key key{kSessionSet, id.str()};
  auto done = co_await store_.operate(std::move(key), std::move(ops), std::move(options));
  if (done) co_return Result<void>{};
  const ErrorKind kind = done.error().kind;
  if (kind == ErrorKind::NotFound || kind == ErrorKind::ConditionFailed) co_return Result<void>{};
  co_return done.error();
}

}  // namespace qm::shop
