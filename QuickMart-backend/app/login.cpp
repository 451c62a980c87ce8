#include "QuickMart-backend/app/login.hpp"

#include "platform/core/id.hpp"
#include "platform/log/log.hpp"
#include "platform/security/password.hpp"
#include "QuickMart-backend/app/shop_events.hpp"

namespace qm::shop {
namespace {

// Of random bytes that nobody kept; costs as much to verify as a real one (a test compares the parameters), and making
// one at every start would take as long as everything else at a start.
constexpr const char* kNobodysHash =
    "$argon2id$v=19$m=19456,t=2,p=1$6GT1NvG0BUVZcO46hGCrXg$Q+CJtV9f0yeK1mfIMf0mGJAWxs+OM3QjKHoz7+f+hGA";

Error wrong_credentials() { return Error{ErrorKind::Unauthenticated, "Invalid email or password"}; }

}  // namespace

std::string_view Login::nobodys_hash() { return kNobodysHash; }

Login::Login(UserStore& users, SessionStore& sessions, LoginFailureStore& failures, PredictAfterLogin& predict,
             SendEvents& events, const CartTokens& cart_tokens, MergeCarts& merge, CpuPool& pool,
             const security::TokenSigner& signer, const Clock& clock)
    : users_(users),
      sessions_(sessions),
      failures_(failures),
      predict_(predict),
      events_(events),
      cart_tokens_(cart_tokens),
      merge_(merge),
      pool_(pool),
      signer_(signer),
      clock_(clock) {}

Task<Result<CountedFailures>> Login::check_lock(std::string email, std::string remote_address) {
  auto counted = co_await failures_.get(std::move(email), std::move(remote_address));
  if (!counted) co_return counted.error();
  const Timestamp now = clock_.now();
  const auto wait = std::max(account_lock(counted->of_account, now), remote_lock(counted->of_remote, now));
  if (wait.count() == 0) co_return counted;
  co_return Error{ErrorKind::RateLimited, "Too many failed logins; please try again later.", wait};
}

Task<Result<User>> Login::check_password(std::string email, std::string password) {
  auto stored = co_await users_.find_by_email(std::move(email));
  if (!stored && stored.error().kind != ErrorKind::NotFound) co_return stored.error();
  std::string hash = stored ? stored->password_hash : std::string{kNobodysHash};
  auto verifying = [password = std::move(password), hash = std::move(hash)] {
    return security::verify_password(password, hash);
  };
  auto verified = co_await pool_.run(std::move(verifying));
  if (!verified) co_return verified.error();
  if (!stored || !*verified) co_return wrong_credentials();
  co_return std::move(stored->user);
}

Task<Result<SignedIn>> Login::run(LoginAttempt attempt) {
  auto allowed = co_await check_lock(attempt.email, attempt.remote_address);
  if (!allowed) co_return allowed.error();
  auto user = co_await check_password(attempt.email, std::move(attempt.password));
  if (!user && user.error().kind != ErrorKind::Unauthenticated) co_return user.error();
  // Asked again, so that guesses sent all at once gain nothing over guesses sent one by one.
  allowed = co_await check_lock(attempt.email, attempt.remote_address);
  if (!allowed) co_return allowed.error();
  if (!user) {
    auto counted = co_await failures_.add(std::move(attempt.email), std::move(attempt.remote_address), clock_.now());
    if (!counted) co_return counted.error();
    co_return user.error();
  }
  if (allowed->of_account.count > 0) {
    auto cleared = co_await failures_.clear_account(std::move(attempt.email));
    if (!cleared) co_return cleared.error();
  }
  auto signed_in = co_await begin_session(std::move(*user));
  if (signed_in && attempt.cart_token)
    signed_in->cart_merged = co_await merge_cart(std::move(*attempt.cart_token), signed_in->user.id);
  co_return signed_in;
}

// → whether the guest's cart is in the customer's.
Task<bool> Login::merge_cart(std::string cart_token, UserId user) {
  auto guest = cart_tokens_.verify(cart_token, clock_.now());
  if (!guest) co_return false;
  auto merged = co_await merge_.run(std::move(*guest), user);
  if (!merged) log::warn("a cart was not merged", {{"user_id", user.str()}, {"error", merged.error().detail}});
  co_return merged.has_value();
}

Task<Result<SignedIn>> Login::begin_session(User user) {
  const Timestamp now = clock_.now();
  SessionId session = SessionId::make(now);
  const RefreshToken refresh = make_refresh_token(session);
  auto opened = co_await sessions_.open(session, user.id, hash_of(refresh), now);
  if (!opened) co_return opened.error();
  auto noted = co_await users_.set_last_login(user.id, now);
  if (!noted && noted.error().kind == ErrorKind::NotFound) co_return wrong_credentials();  // closed meanwhile
  if (!noted) log::warn("a login was not noted", {{"user_id", user.id.str()}, {"error", noted.error().detail}});
  auto owed = co_await predict_.owe(user.id, make_id("login", now));
  if (!owed) log::error("a login's prediction is lost", {{"user_id", user.id.str()}, {"error", owed.error().detail}});
  std::vector<contracts::Event> events = login_events(user.id, session, now);
  auto told = co_await events_.owe(std::move(events));
  if (!told) log::error("a session's event is lost", {{"user_id", user.id.str()}, {"error", told.error().detail}});

  SignedIn signed_in;
  signed_in.tokens = make_tokens(signer_, user, refresh, now);
  signed_in.user = std::move(user);
  signed_in.user.last_login = now;
  co_return signed_in;
}

}  // namespace qm::shop
