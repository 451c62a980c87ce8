#include "QuickMart-backend/app/customer_orders.hpp"

namespace qm::shop {
namespace {

constexpr std::size_t kOrdersShown = 1'000;

}  // namespace

Task<Result<std::vector<Order>>> CustomerOrders::list(UserId user) {
  co_return co_await orders_.of_user(std::move(user), kOrdersShown);
}

Task<Result<StoredOrder>> CustomerOrders::find(UserId user, OrderId id) {
  auto stored = co_await orders_.get(std::move(id));
  const bool missing = !stored && stored.error().kind == ErrorKind::NotFound;
  if (missing || (stored && stored->order.user_id != user)) co_return not_found("There is no such order.");
  co_return stored;
}

Task<Result<Order>> CustomerOrders::get(UserId user, OrderId id) {
  auto stored = co_await find(std::move(user), std::move(id));
  if (!stored) co_return stored.error();
  co_return std::move(stored->order);
}

Task<Result<Order>> CustomerOrders::cancel(UserId user, OrderId id) {
  std::string by = user.str();
  auto stored = co_await find(std::move(user), std::move(id));
  if (!stored) co_return stored.error();
  co_return co_await cancel_.run(std::move(*stored), std::move(by));
}

}  // namespace qm::shop
