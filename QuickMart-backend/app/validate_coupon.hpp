#pragma once
#include <optional>
#include <string>

#include "QuickMart-backend/app/check_coupons.hpp"

namespace qm::shop {

struct CouponVerdict {
  bool is_valid = false;
  std::string message;            // why not, or what it takes off
  std::optional<Money> discount;  // when valid
  std::optional<Money> final_amount;
  std::optional<Coupon> coupon;   // when there is such a coupon
};

// Thread-safe.
class ValidateCoupon {
 public:
  ValidateCoupon(CouponStore& coupons, CheckCoupons& check) : coupons_(coupons), check_(check) {}

  // An invalid coupon is a verdict, not an error. Changes nothing.
  Task<Result<CouponVerdict>> run(UserId user, std::string code, Money order_total);

 private:
  CouponStore& coupons_;
  CheckCoupons& check_;
};

// "You save 10.00." / "Shipping is free with this coupon."
std::string describe_saving(const Coupon& coupon, Money discount);

}  // namespace qm::shop
