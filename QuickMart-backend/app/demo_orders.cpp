#include "QuickMart-backend/app/demo_orders.hpp"

#include <algorithm>

namespace qm::shop {
namespace {

bool covers(const Coupon& coupon, const Product& product) {
  const auto& categories = coupon.applicable_categories;
  return categories.empty() || std::find(categories.begin(), categories.end(), product.category) != categories.end();
}

PaymentStatus payment_of(OrderStatus status) {
  switch (status) {
    case OrderStatus::pending: return PaymentStatus::pending;
    case OrderStatus::cancelled:
    case OrderStatus::refunded: return PaymentStatus::refunded;
    default: return PaymentStatus::paid;
  }
}

}  // namespace

Result<Order> price_demo_order(const DemoPerson& person, const DemoOrder& demo, const std::vector<Product>& products,
                               const std::vector<Coupon>& coupons) {
  const auto coupon = std::find_if(coupons.begin(), coupons.end(), [&](const Coupon& each) {
    return demo.coupon_code && each.code == *demo.coupon_code;
  });
  if (demo.coupon_code && coupon == coupons.end())
    return rejected("The demo order " + demo.id.str() + " names an unknown coupon.");

  Order order;
  Money subtotal, covered;
  for (const DemoOrderItem& item : demo.items) {
    const auto product = std::find_if(products.begin(), products.end(),
                                      [&](const Product& each) { return each.id == item.product_id; });
    if (product == products.end()) return rejected("The demo order " + demo.id.str() + " names an unknown product.");
    order.items.push_back({SkuId{product->id.str()}, product->id, product->name, item.quantity, product->price});
    const Money total = order.items.back().total_price();
    subtotal = subtotal + total;
    if (demo.coupon_code && covers(*coupon, *product)) covered = covered + total;
  }
  Money discount;
  bool free_shipping = false;
  if (demo.coupon_code) {
    // The coupon's dates move with the day of the load; an order of last year used it when it was valid.
    discount = discount_on(*coupon, covered);
    free_shipping = type_of(coupon->discount) == DiscountType::free_shipping;
  }
  order.id = demo.id;
  order.user_id = person.id;
  order.totals = price_order(subtotal, discount, free_shipping);
  if (demo.coupon_code) {
    const Money saved = free_shipping ? price_order(subtotal, discount, false).shipping : Money{};
    order.coupons.push_back({*demo.coupon_code, discount, saved});
  }
  order.status = demo.status;
  order.payment_status = payment_of(demo.status);
  order.shipping_address = person.profile.location;
  order.created_at = demo.at;
  order.updated_at = demo.at;
  return order;
}

}  // namespace qm::shop
