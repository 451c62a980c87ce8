#include "QuickMart-backend/app/tell_carts.hpp"

#include "QuickMart-backend/app/shop_events.hpp"

namespace qm::shop {
namespace {

constexpr std::size_t kCartsAtOnce = 200;

}  // namespace

Task<Result<int>> TellCarts::tell_changes() {
  auto carts = co_await carts_.untold(kCartsAtOnce);
  if (!carts) co_return carts.error();
  const auto catalog = catalog_.snapshot();
  std::vector<contracts::Event> events;
  for (const CartRecord& each : *carts) events.push_back(cart_changed(each.cart, *catalog, each.generation));
  auto owed = co_await events_.owe(std::move(events));
  if (!owed) co_return owed.error();
  for (const CartRecord& each : *carts) {
    auto told = co_await carts_.mark_told(each.cart.user_id, each.generation);
    if (!told) co_return told.error();
  }
  co_return static_cast<int>(carts->size());
}

Task<Result<int>> TellCarts::tell_abandoned() {
  auto carts = co_await carts_.left_before(clock_.now() - abandon_after_, kCartsAtOnce);
  if (!carts) co_return carts.error();
  const auto catalog = catalog_.snapshot();
  std::vector<contracts::Event> events;
  for (const CartRecord& each : *carts) events.push_back(cart_abandoned(each.cart, *catalog));
  auto owed = co_await events_.owe(std::move(events));
  if (!owed) co_return owed.error();
  for (const CartRecord& each : *carts) {
    auto told = co_await carts_.mark_abandoned(each.cart.user_id, each.generation);
    if (!told) co_return told.error();
  }
  co_return static_cast<int>(carts->size());
}

Task<Result<int>> TellCarts::run() {
  if (events_.is_behind()) co_return 0;
  auto changed = co_await tell_changes();
  if (!changed) co_return changed;
  auto abandoned = co_await tell_abandoned();
  if (!abandoned) co_return abandoned;
  co_return *changed + *abandoned;
}

Task<Result<void>> TellCarts::left_by(UserId user) {
  auto cart = co_await carts_.left(user);
  if (!cart) co_return cart.error();
  if (!*cart) co_return Result<void>{};
  const auto catalog = catalog_.snapshot();
  std::vector<contracts::Event> events;
  events.push_back(cart_abandoned((*cart)->cart, *catalog));
  auto owed = co_await events_.owe(std::move(events));
  if (!owed) co_return owed;
  co_return co_await carts_.mark_abandoned(std::move(user), (*cart)->generation);
}

}  // namespace qm::shop
