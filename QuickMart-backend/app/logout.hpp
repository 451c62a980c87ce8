#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/tell_carts.hpp"
#include "QuickMart-backend/store/session_store.hpp"

namespace qm::shop {

// Ends a session: its refresh token is worth nothing any more; an access token runs out by itself. RecoEngine is told,
// and of a cart that is left filled. Thread-safe.
class Logout {
 public:
  Logout(SessionStore& sessions, TellCarts& carts, SendEvents& events, const Clock& clock)
      : sessions_(sessions), carts_(carts), events_(events), clock_(clock) {}

  // Idempotent. `session` may be empty: a token that was issued under none. What RecoEngine cannot be told is logged,
  // and the session ends all the same.
  Task<Result<void>> run(UserId user, SessionId session);

 private:
  SessionStore& sessions_;
  TellCarts& carts_;
  SendEvents& events_;
  const Clock& clock_;
};

}  // namespace qm::shop
