#include "QuickMart-backend/app/customer_features.hpp"

namespace qm::shop {
namespace {

constexpr std::size_t kMaxCountedOrders = 500;

Purchase to_purchase(const Order& order, const Catalog& catalog) {
  Purchase purchase;
  purchase.at = order.created_at;
  purchase.total = order.totals.total();
  purchase.discounted = !order.totals.discount.is_zero();
  purchase.refunded = order.status == OrderStatus::refunded;
  for (const OrderItem& item : order.items) {
    const Product* product = catalog.find(item.product_id);
    if (!product) continue;
    Money& spent = purchase.spent_by_category[product->category.str()];
    spent = spent + item.total_price();
  }
  return purchase;
}

}  // namespace

Task<Result<FeatureGroups>> CustomerFeatures::of(UserId user) {
  auto history = co_await histories_.get(user);
  if (!history) co_return history.error();
  auto orders = co_await orders_.of_user(std::move(user), kMaxCountedOrders);
  if (!orders) co_return orders.error();
  const auto catalog = catalog_.snapshot();
  std::vector<Purchase> purchases;
  for (const Order& order : *orders)
    if (order.status != OrderStatus::cancelled) purchases.push_back(to_purchase(order, *catalog));
  co_return derive_features(*history, purchases, clock_.now());
}

}  // namespace qm::shop
