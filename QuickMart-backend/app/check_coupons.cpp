#include "QuickMart-backend/app/check_coupons.hpp"

#include <algorithm>
#include <map>

namespace qm::shop {
namespace {

constexpr const char* kBudgetUsedUp = "The budget of this coupon's campaign is used up.";

}  // namespace

Money cost_of(const Coupon& coupon, Money order_total, Money discount) {
  if (type_of(coupon.discount) != DiscountType::free_shipping) return discount;
  return price_order(order_total, discount, false).shipping;
}

Task<Result<Money>> CheckCoupons::worth(UserId user, Coupon coupon, Money order_total) {
  // «Already used» says more than «the limit is reached» to the one who used it up.
  auto allowed = co_await allows(std::move(user), coupon);
  if (!allowed) co_return allowed.error();
  auto discount = redeem(coupon, order_total, uses_.clock.now());
  if (!discount) co_return discount.error();
  const Money cost = cost_of(coupon, order_total, *discount);
  auto affordable = co_await affords(coupon, cost);
  if (!affordable) co_return affordable.error();
  co_return discount;
}

Task<Result<void>> CheckCoupons::allows(UserId user, Coupon coupon) {
  auto id = user_coupon_id_of(user, coupon.id);
  if (!id) co_return id.error();
  auto held = co_await uses_.held.get(std::move(*id));
  if (!held && held.error().kind != ErrorKind::NotFound) co_return held.error();
  if (!held && coupon.is_personal) co_return rejected("This coupon is for those it was given to.");
  if (held && held->times_used() >= coupon.usage_limit_per_customer)
    co_return used_already(coupon.usage_limit_per_customer);
  if (held && held->is_void) co_return rejected("This coupon has expired.");
  if (!coupon.first_order_only) co_return Result<void>{};

  auto claim = co_await uses_.first_orders.get(user);
  if (!claim) co_return claim.error();
  if (*claim) {
    auto fate = co_await uses_.hold.fate_of(user, (*claim)->coupon, (*claim)->use, (*claim)->since);
    if (!fate) co_return fate.error();
    if (*fate == CouponUseFate::stands) co_return no_first_order();
  }
  std::optional<OrderId> none;
  auto bought = co_await has_bought(uses_.orders, std::move(user), std::move(none));
  if (!bought) co_return bought.error();
  if (*bought) co_return no_first_order();
  co_return Result<void>{};
}

Task<Result<void>> CheckCoupons::affords(const Coupon& coupon, Money cost) {
  if (!coupon.campaign_id) co_return Result<void>{};
  auto campaign = co_await uses_.campaigns.get(*coupon.campaign_id);
  if (!campaign) co_return campaign.error();
  if (campaign->left() < cost) co_return rejected(kBudgetUsedUp);
  co_return Result<void>{};
}

Task<Result<std::vector<Coupon>>> CheckCoupons::allowed(const UserId& user, std::vector<std::string> codes,
                                                        std::vector<RefusedCoupon>& refused) {
  std::vector<Coupon> coupons;
  for (std::string& code : codes) {
    auto coupon = co_await uses_.coupons.find(code);
    if (!coupon && coupon.error().kind != ErrorKind::NotFound) co_return coupon.error();
    if (!coupon) {
      refused.push_back({std::move(code), coupon.error().detail});
      continue;
    }
    auto may_use = co_await allows(user, *coupon);
    if (!may_use && may_use.error().kind != ErrorKind::Rejected) co_return may_use.error();
    if (may_use) coupons.push_back(std::move(*coupon));
    else refused.push_back({coupon->code, may_use.error().detail});
  }
  co_return coupons;
}

// The first of the applied coupons that asks for more than its campaign has left after those before it.
Task<Result<std::optional<RefusedCoupon>>> CheckCoupons::over_budget(const PricedCart& priced,
                                                                     const std::vector<Coupon>& coupons) {
  std::optional<RefusedCoupon> over;
  std::map<CampaignId, Money> left;
  for (const OrderCoupon& applied : priced.coupons) {
    const auto coupon = std::ranges::find(coupons, applied.code, &Coupon::code);
    if (coupon == coupons.end() || !coupon->campaign_id) continue;
    if (!left.contains(*coupon->campaign_id)) {
      auto campaign = co_await uses_.campaigns.get(*coupon->campaign_id);
      if (!campaign) co_return campaign.error();
      left.emplace(campaign->id, campaign->left());
    }
    Money& budget = left.at(*coupon->campaign_id);
    if (budget < applied.cost()) {
      over = RefusedCoupon{applied.code, kBudgetUsedUp};
      break;
    }
    budget = budget - applied.cost();
  }
  co_return over;
}

Task<Result<PricedCart>> CheckCoupons::price(UserId user, std::vector<PriceLine> lines,
                                             std::vector<std::string> codes) {
  std::vector<RefusedCoupon> refused;
  auto coupons = co_await allowed(user, std::move(codes), refused);
  if (!coupons) co_return coupons.error();
  for (;;) {
    PricedCart priced = price_cart(lines, *coupons, uses_.clock.now());
    auto over = co_await over_budget(priced, *coupons);
    if (!over) co_return over.error();
    if (!*over) {
      priced.refused.insert(priced.refused.end(), refused.begin(), refused.end());
      std::ranges::sort(priced.refused, {}, &RefusedCoupon::code);
      co_return priced;
    }
    std::erase_if(*coupons, [&over](const Coupon& each) { return each.code == (*over)->code; });
    refused.push_back(std::move(**over));
  }
}

}  // namespace qm::shop
