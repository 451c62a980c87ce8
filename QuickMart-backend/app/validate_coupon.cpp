#include "QuickMart-backend/app/validate_coupon.hpp"

namespace qm::shop {

std::string describe_saving(const Coupon& coupon, Money discount) {
  if (type_of(coupon.discount) == DiscountType::free_shipping) return "Shipping is free with this coupon.";
  return "You save " + to_decimal(discount) + " with this coupon.";
}

Task<Result<CouponVerdict>> ValidateCoupon::run(UserId user, std::string code, Money order_total) {
  CouponVerdict verdict;
  auto coupon = co_await coupons_.find(std::move(code));
  if (!coupon) {
    if (coupon.error().kind != ErrorKind::NotFound) co_return coupon.error();
    verdict.message = coupon.error().detail;
    co_return verdict;
  }
  verdict.coupon = *coupon;

  auto id = user_coupon_id_of(user, coupon->id);
  if (!id) co_return id.error();
  auto held = co_await held_.get(*id);
  if (!held && held.error().kind != ErrorKind::NotFound) co_return held.error();
  if (held && held->held.status == UserCouponStatus::used) {
    verdict.message = "You have already used this coupon.";
    co_return verdict;
  }

  auto discount = redeem(*coupon, order_total, clock_.now());
  if (!discount) {
    verdict.message = discount.error().detail;
    co_return verdict;
  }
  verdict.is_valid = true;
  verdict.discount = *discount;
  verdict.final_amount = order_total - *discount;
  verdict.message = describe_saving(*coupon, *discount);
  co_return verdict;
}

}  // namespace qm::shop
