#include "QuickMart-backend/app/assign_coupon.hpp"

namespace qm::shop {

Task<Result<AssignedCoupon>> AssignCoupon::run(AssignCouponInput input) {
  auto user = co_await users_.get(input.user_id);
  if (!user) {
    if (user.error().kind == ErrorKind::NotFound) co_return not_found("There is no such user.");
    co_return user.error();
  }
  auto coupon = co_await coupons_.find(input.coupon);
  if (!coupon) co_return coupon.error();

  // The nudge's record comes first: a repetition that names another coupon still means the first one.
  if (input.nudge_id) {
    auto claimed = co_await held_.claim_nudge(input.user_id, *input.nudge_id, coupon->id);
    if (!claimed) co_return claimed.error();
    if (*claimed != coupon->id) {
      coupon = co_await coupons_.get(std::move(*claimed));
      if (!coupon) co_return coupon.error();
    }
  }
  auto id = user_coupon_id_of(input.user_id, coupon->id);
  if (!id) co_return id.error();
  AssignedCoupon assigned;
  assigned.id = *id;
  assigned.code = coupon->code;

  auto there = co_await held_.get(*id);
  if (!there && there.error().kind != ErrorKind::NotFound) co_return there.error();
  if (there) {
    assigned.duplicate = true;
    co_return assigned;
  }
  const Timestamp now = clock_.now();
  if (!is_available(*coupon, now)) co_return rejected("This coupon cannot be used any more.");

  UserCoupon held;
  held.id = std::move(*id);
  held.user_id = std::move(input.user_id);
  held.coupon_id = coupon->id;
  held.source = input.nudge_id ? CouponSource::nudge : CouponSource::promotion;
  held.nudge_id = std::move(input.nudge_id);
  held.churn_score = input.churn_score;
  held.assigned_at = now;
  auto given = co_await held_.give(std::move(held));
  if (!given) co_return given.error();
  assigned.duplicate = !*given;
  if (*given) ++given_;
  co_return assigned;
}

}  // namespace qm::shop
