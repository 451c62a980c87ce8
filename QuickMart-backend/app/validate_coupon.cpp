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

  auto discount = co_await check_.worth(std::move(user), *coupon, order_total);
  if (!discount && discount.error().kind != ErrorKind::Rejected) co_return discount.error();
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
