#pragma once
#include <optional>
#include <string>

#include "platform/core/clock.hpp"
#include "platform/core/runtime.hpp"
#include "platform/security/jwt.hpp"
#include "QuickMart-backend/app/cart_tokens.hpp"
#include "QuickMart-backend/app/merge_carts.hpp"
#include "QuickMart-backend/app/predict_after_login.hpp"
#include "QuickMart-backend/app/send_events.hpp"
#include "QuickMart-backend/app/session_tokens.hpp"
#include "QuickMart-backend/store/login_failure_store.hpp"
#include "QuickMart-backend/store/session_store.hpp"
#include "QuickMart-backend/store/user_store.hpp"

namespace qm::shop {

struct LoginAttempt {
  std::string email;
  std::string password;
  std::string remote_address;
  std::optional<std::string> cart_token;  // of the cart that they filled as a guest
};

struct SignedIn {
  SessionTokens tokens;
  User user;
  bool cart_merged = false;  // the guest's cart is in the customer's now
};

// Signs a person in. Thread-safe.
class Login {
 public:
  Login(UserStore& users, SessionStore& sessions, LoginFailureStore& failures, PredictAfterLogin& predict,
        SendEvents& events, const CartTokens& cart_tokens, MergeCarts& merge, CpuPool& pool,
        const security::TokenSigner& signer, const Clock& clock);

  // Begins a session, owes a prediction and the session's event, and takes in the guest's cart; what of these cannot be
  // done is logged, and the login succeeds.
  // Unauthenticated: no such account, or another password; which of the two shows neither in words nor in time.
  // RateLimited: locked after failures (domain/login_throttle), whatever the password and whether there is such an
  // account. Unavailable: too many passwords are being checked.
  Task<Result<SignedIn>> run(LoginAttempt attempt);

  // What a password is checked against when there is no such account.
  static std::string_view nobodys_hash();

 private:
  // RateLimited, as above.
  Task<Result<CountedFailures>> check_lock(std::string email, std::string remote_address);
  // Unauthenticated, as above.
  Task<Result<User>> check_password(std::string email, std::string password);
  Task<Result<SignedIn>> begin_session(User user);
  Task<bool> merge_cart(std::string cart_token, UserId user);

  UserStore& users_;
  SessionStore& sessions_;
  LoginFailureStore& failures_;
  PredictAfterLogin& predict_;
  SendEvents& events_;
  const CartTokens& cart_tokens_;
  MergeCarts& merge_;
  CpuPool& pool_;
  const security::TokenSigner& signer_;
  const Clock& clock_;
};

}  // namespace qm::shop
