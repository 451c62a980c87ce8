// Sessions: the family of refresh tokens that one sign-in began. Set "session", id = session id. Only the hash of the
// token that is valid now is kept. A session lives for 30 days after it was opened or last rotated; a revoked one stays
// as a state until then, since a delete may be undone on a cluster. Thread-safe.
#pragma once
#include <string>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/session.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

class SessionStore {
 public:
  explicit SessionStore(kv::Store& store) : store_(store) {}

  // AlreadyExists. A session lost with the power costs its owner a sign-in, so this does not wait for the disk.
  Task<Result<void>> open(SessionId id, UserId user, std::string token_hash, Timestamp now);
  // Puts `new_hash` in the place of `old_hash` → whose session it is. Of parallel calls with one hash exactly one
  // succeeds. ConditionFailed when there is no such session (any more), it is revoked, or `old_hash`
  // is not its token's.
  Task<Result<UserId>> rotate(SessionId id, std::string old_hash, std::string new_hash, Timestamp now);
  // Durable and final. Idempotent; no such session is no failure.
  Task<Result<void>> revoke(SessionId id, Timestamp now);

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
