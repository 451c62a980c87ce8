#include "QuickMart-backend/app/create_coupon.hpp"

namespace qm::shop {

Task<Result<Coupon>> CreateCoupon::run(Coupon coupon) {
  std::vector<Fault> faults;
  for (CouponFault& each : faults_of(coupon)) {
    Fault fault;
    fault.loc.push_back("body");
    fault.loc.push_back(std::move(each.field));
    fault.msg = std::move(each.message);
    fault.type = "value_error";
    faults.push_back(std::move(fault));
  }
  if (coupon.campaign_id) {
    auto campaign = co_await campaigns_.get(*coupon.campaign_id);
    if (!campaign && campaign.error().kind != ErrorKind::NotFound) co_return campaign.error();
    if (!campaign) faults.push_back({{"body", "campaign_id"}, campaign.error().detail, "value_error.unknown"});
  }
  if (!faults.empty()) co_return invalid(std::move(faults));
  coupon.code = *normalise_coupon_code(coupon.code);
  coupon.id = coupon_id_of(coupon.code);
  coupon.usage_count = 0;
  coupon.created_at = clock_.now();
  auto created = co_await coupons_.create(coupon);
  if (!created) {
    if (created.error().kind == ErrorKind::AlreadyExists)
      co_return Error{ErrorKind::AlreadyExists, "There is already a coupon with this code."};
    co_return created.error();
  }
  co_return coupon;
}

}  // namespace qm::shop
