#include "QuickMart-backend/app/logout.hpp"

#include "platform/log/log.hpp"
#include "QuickMart-backend/app/shop_events.hpp"

namespace qm::shop {

Task<Result<void>> Logout::run(UserId user, SessionId session) {
  // Before the session ends: who dies in between is asked to end it again.
  auto left = co_await carts_.left_by(user);
  if (!left) log::warn("an abandoned cart waits to be told", {{"user_id", user.str()}, {"error", left.error().detail}});
  if (session.empty()) co_return Result<void>{};
  std::vector<contracts::Event> events = logout_events(user, session, clock_.now());
  auto told = co_await events_.owe(std::move(events));
  if (!told) log::warn("a session's event is lost", {{"user_id", user.str()}, {"error", told.error().detail}});
  co_return co_await sessions_.revoke(std::move(session), clock_.now());
}

}  // namespace qm::shop
