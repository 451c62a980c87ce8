#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/store/session_store.hpp"

namespace qm::shop {

// Ends a session: its refresh token is worth nothing any more; an access token runs out by itself. Thread-safe.
class Logout {
 public:
  Logout(SessionStore& sessions, const Clock& clock) : sessions_(sessions), clock_(clock) {}

  // Idempotent. `session` may be empty: a token that was issued under none.
  Task<Result<void>> run(SessionId session);

 private:
  SessionStore& sessions_;
  const Clock& clock_;
};

}  // namespace qm::shop
