#include "QuickMart-backend/app/refresh_session.hpp"

#include "platform/log/log.hpp"

namespace qm::shop {
namespace {

Error refused_refresh() {
  return Error{ErrorKind::Unauthenticated, "The refresh token is not valid; please sign in again."};
}

}  // namespace

Task<Result<SessionTokens>> RefreshSession::run(std::string refresh_token) {
  const auto spent = parse_refresh_token(refresh_token);
  if (!spent) co_return refused_refresh();
  const Timestamp now = clock_.now();
  const RefreshToken next = make_refresh_token(spent->session);
  auto owner = co_await sessions_.rotate(spent->session, hash_of(*spent), hash_of(next), now);
  if (!owner && owner.error().kind != ErrorKind::ConditionFailed) co_return owner.error();
  if (!owner) {
    log::warn("a refresh token was refused", {{"session", spent->session.str()}});
    auto revoked = co_await sessions_.revoke(spent->session, now);
    if (!revoked) co_return revoked.error();
    co_return refused_refresh();
  }
  auto stored = co_await users_.get(*owner);
  if (stored) co_return make_tokens(signer_, stored->user, next, now);
  if (stored.error().kind != ErrorKind::NotFound) co_return stored.error();
  auto revoked = co_await sessions_.revoke(spent->session, now);
  if (!revoked) co_return revoked.error();
  co_return refused_refresh();
}

}  // namespace qm::shop
