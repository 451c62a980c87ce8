#include "QuickMart-backend/api/coupon_wire.hpp"

namespace qm::shop::wire {
namespace {

struct ValueOf {
  json::Amount operator()(const PercentOff& off) const { return {off.rate.value}; }  // 10.00 % is 1 000 basis points
  json::Amount operator()(const AmountOff& off) const { return json::to_wire(off.amount); }
  json::Amount operator()(const FreeShipping&) const { return {0}; }
};

Discount discount_of(const NewCoupon& wire) {
  switch (wire.discount_type) {
    case DiscountType::percentage: return PercentOff{BasisPoints{wire.discount_value.minor}};
    case DiscountType::fixed: return AmountOff{Money{wire.discount_value.minor}};
    case DiscountType::free_shipping: break;
  }
  return FreeShipping{};
}

}  // namespace

Coupon to_wire(const shop::Coupon& coupon) {
  Coupon wire;
  wire.coupon_id = coupon.id.str();
  wire.code = coupon.code;
  wire.name = coupon.name;
  wire.description = coupon.description;
  wire.discount_type = type_of(coupon.discount);
  wire.discount_value = std::visit(ValueOf{}, coupon.discount);
  wire.minimum_order_value = json::to_wire(coupon.minimum_order_value);
  if (coupon.maximum_discount) wire.maximum_discount = json::to_wire(*coupon.maximum_discount);
  wire.usage_limit = coupon.usage_limit;
  wire.usage_count = coupon.usage_count;
  wire.usage_limit_per_customer = coupon.usage_limit_per_customer;
  wire.first_order_only = coupon.first_order_only;
  wire.is_personal = coupon.is_personal;
  wire.is_stackable = coupon.is_stackable;
  if (coupon.campaign_id) wire.campaign_id = coupon.campaign_id->str();
  wire.valid_from = coupon.valid_from;
  wire.valid_until = coupon.valid_until;
  wire.is_active = coupon.is_active;
  for (const auto& category : coupon.applicable_categories) wire.applicable_categories.push_back(category.str());
  for (const auto& product : coupon.applicable_products) wire.applicable_products.push_back(product.str());
  wire.created_at = coupon.created_at;
  return wire;
}

UserCoupon to_wire(const shop::UserCoupon& held, shop::UserCouponStatus status) {
  UserCoupon wire;
  wire.user_coupon_id = held.id.str();
  wire.user_id = held.user_id.str();
  wire.coupon_id = held.coupon_id.str();
  wire.source = held.source;
  wire.nudge_id = held.nudge_id;
  wire.churn_score = held.churn_score;
  wire.status = status;
  wire.assigned_at = held.assigned_at;
  wire.times_used = held.times_used();
  if (const shop::CouponUse* last = held.last_used()) {
    wire.used_at = last->at;
    if (auto order = order_of(last->id)) wire.order_id = order->str();
  }
  return wire;
}

shop::Coupon to_domain(NewCoupon&& wire, Timestamp now) {
  shop::Coupon coupon;
  coupon.discount = discount_of(wire);
  coupon.code = std::move(wire.code);
  coupon.name = std::move(wire.name);
  coupon.description = std::move(wire.description);
  const auto minimum = wire.minimum_order_value ? wire.minimum_order_value : wire.min_order_val;
  if (minimum) coupon.minimum_order_value = Money{minimum->minor};
  const auto maximum = wire.maximum_discount ? wire.maximum_discount : wire.max_discount;
  if (maximum) coupon.maximum_discount = Money{maximum->minor};
  coupon.usage_limit = wire.usage_limit;
  coupon.usage_limit_per_customer = wire.usage_limit_per_customer;
  coupon.first_order_only = wire.first_order_only;
  coupon.is_personal = wire.is_personal;
  coupon.is_stackable = wire.is_stackable;
  coupon.campaign_id = std::move(wire.campaign_id);
  coupon.valid_from = wire.valid_from.value_or(now);
  coupon.valid_until = wire.valid_until;
  coupon.is_active = wire.is_active;
  coupon.applicable_categories = std::move(wire.applicable_categories);
  coupon.applicable_products = std::move(wire.applicable_products);
  return coupon;
}

}  // namespace qm::shop::wire
