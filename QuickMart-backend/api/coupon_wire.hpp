// Coupons as the wire knows them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "platform/core/clock.hpp"
#include "platform/json/describe.hpp"
#include "QuickMart-backend/domain/coupon.hpp"
#include "QuickMart-backend/domain/user_coupon.hpp"

namespace qm::shop {
BOOST_DESCRIBE_ENUM(DiscountType, percentage, fixed, free_shipping)
BOOST_DESCRIBE_ENUM(CouponSource, nudge, general, promotion)
BOOST_DESCRIBE_ENUM(UserCouponStatus, available, used, expired)
}  // namespace qm::shop

namespace qm::shop::wire {

struct Coupon {
  std::string coupon_id;
  std::string code;
  std::string name;
  std::string description;
  DiscountType discount_type = DiscountType::fixed;
  json::Amount discount_value;  // percents, or an amount
  json::Amount minimum_order_value;
  std::optional<json::Amount> maximum_discount;
  std::optional<std::int64_t> usage_limit;
  std::int64_t usage_count = 0;
  std::int64_t usage_limit_per_customer = 1;
  bool first_order_only = false;
  bool is_personal = false;
  bool is_stackable = false;
  std::optional<std::string> campaign_id;
  Timestamp valid_from{};
  Timestamp valid_until{};
  bool is_active = true;
  std::vector<std::string> applicable_categories;
  std::vector<std::string> applicable_products;
  Timestamp created_at{};
};
BOOST_DESCRIBE_STRUCT(Coupon, (),
                      (coupon_id, code, name, description, discount_type, discount_value, minimum_order_value,
                       maximum_discount, usage_limit, usage_count, usage_limit_per_customer, first_order_only,
                       is_personal, is_stackable, campaign_id, valid_from, valid_until, is_active,
                       applicable_categories, applicable_products, created_at))

struct UserCoupon {
  std::string user_coupon_id;
  std::string user_id;
  std::string coupon_id;
  CouponSource source = CouponSource::general;
  std::optional<std::string> nudge_id;
  std::optional<double> churn_score;
  UserCouponStatus status = UserCouponStatus::available;
  Timestamp assigned_at{};
  std::optional<Timestamp> used_at;     // last
  std::optional<std::string> order_id;  // of that use
  std::int64_t times_used = 0;
};
BOOST_DESCRIBE_STRUCT(UserCoupon, (),
                      (user_coupon_id, user_id, coupon_id, source, nudge_id, churn_score, status, assigned_at, used_at,
                       order_id, times_used))

struct HeldCoupon {
  UserCoupon user_coupon;
  Coupon coupon;
};
BOOST_DESCRIBE_STRUCT(HeldCoupon, (), (user_coupon, coupon))

// A coupon to create. The short names of two fields are accepted too; the long one wins.
struct NewCoupon {
  std::string code;
  std::string name;
  std::string description;
  DiscountType discount_type = DiscountType::fixed;
  json::Amount discount_value;
  std::optional<json::Amount> minimum_order_value;
  std::optional<json::Amount> min_order_val;
  std::optional<json::Amount> maximum_discount;
  std::optional<json::Amount> max_discount;
  std::optional<std::int64_t> usage_limit;
  std::int64_t usage_limit_per_customer = 1;
  bool first_order_only = false;
  bool is_personal = false;
  bool is_stackable = false;
  std::optional<CampaignId> campaign_id;
  std::optional<Timestamp> valid_from;  // now, when left out
  Timestamp valid_until{};
  bool is_active = true;
  std::vector<CategoryId> applicable_categories;
  std::vector<ProductId> applicable_products;
};
BOOST_DESCRIBE_STRUCT(NewCoupon, (),
                      (code, name, description, discount_type, discount_value, minimum_order_value, min_order_val,
                       maximum_discount, max_discount, usage_limit, usage_limit_per_customer, first_order_only,
                       is_personal, is_stackable, campaign_id, valid_from, valid_until, is_active,
                       applicable_categories, applicable_products))
inline auto constraints(const NewCoupon*) {
  using C = NewCoupon;
  return json::fields(
      json::field(&C::code, json::length(kMinCouponCodeBytes, kMaxCouponCodeBytes)),
      json::field(&C::name, json::length(1, 200)),
      json::field(&C::description, json::defaulted(), json::length(0, 2'000)),
      json::field(&C::discount_value, json::defaulted(), json::range(0, 1e9)),
      json::field(&C::minimum_order_value, json::range(0, 1e9)), json::field(&C::min_order_val, json::range(0, 1e9)),
      json::field(&C::maximum_discount, json::range(0.01, 1e9)), json::field(&C::max_discount, json::range(0.01, 1e9)),
      json::field(&C::usage_limit, json::range(1, 1e12)),
      json::field(&C::usage_limit_per_customer, json::defaulted(), json::range(1, kMaxUsesPerCustomer)),
      json::field(&C::first_order_only, json::defaulted()), json::field(&C::is_personal, json::defaulted()),
      json::field(&C::is_stackable, json::defaulted()), json::field(&C::is_active, json::defaulted()),
      json::field(&C::applicable_categories, json::defaulted(), json::length(0, 100)),
      json::field(&C::applicable_products, json::defaulted(), json::length(0, 1'000)));
}

Coupon to_wire(const shop::Coupon& coupon);
UserCoupon to_wire(const shop::UserCoupon& held, shop::UserCouponStatus status);
shop::Coupon to_domain(NewCoupon&& wire, Timestamp now);

}  // namespace qm::shop::wire
