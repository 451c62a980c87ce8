#include "QuickMart-backend/app/purchase_history.hpp"

namespace qm::shop {
namespace {

constexpr std::size_t kMaxListedOrders = 1'000;

}  // namespace

Task<Result<std::vector<Order>>> PurchaseHistory::of(UserId user) {
  auto owner = co_await account_.get(user);
  if (!owner) co_return owner.error();
  co_return co_await orders_.of_user(std::move(user), kMaxListedOrders);
}

}  // namespace qm::shop
