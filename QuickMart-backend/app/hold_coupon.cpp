#include "QuickMart-backend/app/hold_coupon.hpp"

#include <algorithm>

namespace qm::shop {
namespace {

constexpr std::size_t kOrdersLookedAt = 100;
constexpr int kMaxClaimAttempts = 3;
constexpr int kMaxReleaseAttempts = 3;

Error coupon_in_use() { return rejected("This coupon is being used at this moment."); }

bool stands(const Order& order) {
  return order.status != OrderStatus::pending && order.status != OrderStatus::cancelled;
}

}  // namespace

Error no_first_order() { return rejected("This coupon is for a first order only."); }

Error used_already(std::int64_t limit) {
  if (limit <= 1) return rejected("You have already used this coupon.");
  return rejected("You have already used this coupon " + std::to_string(limit) + " times.");
}

Task<Result<bool>> has_bought(OrderStore& orders, UserId user, std::optional<OrderId> but) {
  auto latest = co_await orders.of_user(std::move(user), kOrdersLookedAt);
  if (!latest) co_return latest.error();
  // Whoever has so many is no new customer, whatever became of them.
  if (latest->size() == kOrdersLookedAt) co_return true;
  co_return std::ranges::any_of(*latest, [&but](const Order& each) { return stands(each) && each.id != but; });
}

// --- reserve ---------------------------------------------------------------------------------------------------------

Task<Result<void>> HoldCoupon::reserve(UserId user, Coupon coupon, CouponUseId use, Money cost) {
  auto held = co_await reserve_held(user, coupon, use, cost);
  if (!held) co_return held.error();
  if (coupon.first_order_only) {
    auto claimed = co_await claim_first_order(user, coupon, use);
    if (!claimed) co_return claimed.error();
  }
  const Timestamp now = uses_.clock.now();
  PendingUse pending{use, user, now};
  auto counted = co_await uses_.coupons.count_use(coupon.id, std::move(pending));
  if (!counted || !coupon.campaign_id) co_return counted;
  ReservedBudget share{std::move(use), coupon.id, std::move(user), cost, now};
  co_return co_await uses_.campaigns.reserve(std::move(*coupon.campaign_id), std::move(share));
}

Task<Result<void>> HoldCoupon::reserve_held(const UserId& user, const Coupon& coupon, const CouponUseId& use,
                                            Money cost) {
  auto id = user_coupon_id_of(user, coupon.id);
  if (!id) co_return id.error();
  if (coupon.is_personal) {
    auto given = co_await uses_.held.get(*id);
    if (!given && given.error().kind == ErrorKind::NotFound)
      co_return rejected("This coupon is for those it was given to.");
    if (!given) co_return given.error();
  } else {
    auto given = co_await uses_.held.hold(user, coupon.id, uses_.clock.now());
    if (!given) co_return given.error();
  }
  std::vector<CouponUse> in_the_way;
  UserCouponStore::Change reserve = [&](UserCoupon& held) -> Result<bool> {
    in_the_way.clear();
    if (held.is_void) return rejected("This coupon has expired.");
    if (const CouponUse* mine = held.find(use)) {
      if (mine->state == CouponUseState::releasing) return coupon_in_use();
      return false;
    }
    if (static_cast<std::int64_t>(held.uses.size()) >= coupon.usage_limit_per_customer) {
      for (const CouponUse& each : held.uses)
        if (each.state != CouponUseState::redeemed) in_the_way.push_back(each);
      return held.times_used() >= coupon.usage_limit_per_customer ? used_already(coupon.usage_limit_per_customer)
                                                                  : coupon_in_use();
    }
    held.uses.push_back({use, CouponUseState::reserved, uses_.clock.now(), cost, coupon.campaign_id,
                         coupon.first_order_only});
    return true;
  };
  auto reserved = co_await uses_.held.change(*id, reserve);
  if (!reserved && !in_the_way.empty()) {
    // Some of them may be left over from those who died.
    auto freed = co_await free_dead_uses(user, coupon.id, in_the_way);
    if (!freed) co_return freed.error();
    if (*freed > 0) reserved = co_await uses_.held.change(*id, reserve);
  }
  if (!reserved) co_return reserved.error();
  co_return Result<void>{};
}

Task<Result<int>> HoldCoupon::free_dead_uses(const UserId& user, const CouponId& coupon, std::vector<CouponUse> open) {
  int freed = 0;
  for (const CouponUse& use : open) {
    auto fate = co_await resolve(user, coupon, use.id, use.at);
    if (!fate) co_return fate.error();
    freed += *fate == CouponUseFate::gone ? 1 : 0;
  }
  co_return freed;
}

Task<Result<void>> HoldCoupon::claim_first_order(const UserId& user, const Coupon& coupon, const CouponUseId& use) {
  std::optional<CouponUseId> dead;
  for (int attempt = 0; attempt < kMaxClaimAttempts; ++attempt) {
    FirstOrderClaim mine{use, coupon.id, uses_.clock.now()};
    auto holder = co_await uses_.first_orders.claim(user, std::move(mine), dead);
    if (!holder) co_return holder.error();
    // Looked at after the claim: an order that is confirmed later comes after this one.
    if (holder->use == use) co_return co_await refuse_former_customer(user, use);
    auto fate = co_await fate_of(user, holder->coupon, holder->use, holder->since);
    if (!fate) co_return fate.error();
    if (*fate == CouponUseFate::stands) co_return no_first_order();
    if (*fate == CouponUseFate::open) break;
    dead = std::move(holder->use);
  }
  co_return rejected("This coupon is for a first order only, and another order of yours is being placed.");
}

Task<Result<void>> HoldCoupon::refuse_former_customer(const UserId& user, const CouponUseId& use) {
  auto bought = co_await has_bought(uses_.orders, user, order_of(use));
  if (!bought) co_return bought.error();
  if (*bought) co_return no_first_order();
  co_return Result<void>{};
}

// --- redeem ----------------------------------------------------------------------------------------------------------

Task<Result<bool>> HoldCoupon::decide(UserId user, CouponId coupon, CouponUseId use) {
  auto id = user_coupon_id_of(user, coupon);
  if (!id) co_return id.error();
  bool is_held = false, is_fresh = false;
  UserCouponStore::Change redeem = [&](UserCoupon& held) -> Result<bool> {
    CouponUse* mine = held.find(use);
    is_held = mine != nullptr && mine->state != CouponUseState::releasing;
    is_fresh = is_held && may_become(mine->state, CouponUseState::redeemed);
    if (!is_fresh) return false;
    mine->state = CouponUseState::redeemed;
    mine->at = uses_.clock.now();
    return true;
  };
  auto decided = co_await uses_.held.change(std::move(*id), std::move(redeem));
  if (!decided && decided.error().kind == ErrorKind::NotFound) co_return false;
  if (!decided) co_return decided.error();
  if (is_fresh) ++redeemed_;
  co_return is_held;
}

Task<Result<bool>> HoldCoupon::redeem(UserId user, CouponId coupon, CouponUseId use) {
  auto decided = co_await decide(user, coupon, use);
  if (!decided) co_return decided.error();
  if (!*decided) co_return false;
  auto id = user_coupon_id_of(user, coupon);
  if (!id) co_return id.error();
  auto held = co_await uses_.held.get(std::move(*id));
  if (!held) co_return held.error();
  const CouponUse* mine = held->find(use);
  if (mine == nullptr) co_return false;
  auto settled = co_await uses_.coupons.settle_use(coupon, use);
  if (!settled) co_return settled.error();
  if (mine->campaign) {
    CampaignId campaign = *mine->campaign;
    auto redeemed = co_await uses_.campaigns.redeem(std::move(campaign), std::move(use), std::move(coupon));
    if (!redeemed) co_return redeemed.error();
  }
  co_return true;
}

// --- release ---------------------------------------------------------------------------------------------------------

// What was final is pending again before it is given back, so that this happens once.
Task<Result<void>> HoldCoupon::reopen(const UserId& user, const CouponId& coupon, const CouponUse& use) {
  const Timestamp now = uses_.clock.now();
  PendingUse pending{use.id, user, now};
  auto reopened = co_await uses_.coupons.reopen_use(coupon, std::move(pending));
  if (!reopened || !use.campaign) co_return reopened;
  ReservedBudget share{use.id, coupon, user, use.cost, now};
  CampaignId campaign = *use.campaign;
  co_return co_await uses_.campaigns.reopen(std::move(campaign), std::move(share));
}

Task<Result<void>> HoldCoupon::release(UserId user, CouponId coupon, CouponUseId use) {
  auto id = user_coupon_id_of(user, coupon);
  if (!id) co_return id.error();
  for (int attempt = 0; attempt < kMaxReleaseAttempts; ++attempt) {
    auto held = co_await uses_.held.get(*id);
    if (!held && held.error().kind != ErrorKind::NotFound) co_return held.error();
    if (held && held->find(use) != nullptr) {
      auto released = co_await release_held(*id, user, coupon, *held->find(use));
      if (!released) co_return released.error();
      continue;
    }
    // Not held any more, or never: what is pending all the same came after it was over, from somebody who may have put
    // the use into the customer's coupon just now.
    auto was_pending = co_await uses_.coupons.release_use(coupon, use, false);
    if (!was_pending && was_pending.error().kind != ErrorKind::NotFound) co_return was_pending.error();
    if (!was_pending || !*was_pending) break;
  }
  co_return Result<void>{};
}

Task<Result<void>> HoldCoupon::release_held(const UserCouponId& id, const UserId& user, const CouponId& coupon,
                                            CouponUse mine) {
  if (mine.state == CouponUseState::redeemed) {
    auto reopened = co_await reopen(user, coupon, mine);
    if (!reopened) co_return reopened.error();
  }
  bool is_held = false;
  UserCouponStore::Change begin = [&](UserCoupon& held) -> Result<bool> {
    CouponUse* there = held.find(mine.id);
    is_held = there != nullptr;
    if (!is_held || there->state == CouponUseState::releasing) return false;
    // Redeemed since it was looked at: it has to be reopened first.
    if (there->state != mine.state) return coupon_in_use();
    there->state = CouponUseState::releasing;
    return true;
  };
  auto begun = co_await uses_.held.change(id, std::move(begin));
  if (!begun) co_return begun.error();
  if (mine.campaign) {
    CampaignId campaign = *mine.campaign;
    auto released = co_await uses_.campaigns.release(std::move(campaign), mine.id, coupon, is_held);
    if (!released) co_return released.error();
  }
  auto counted = co_await uses_.coupons.release_use(coupon, mine.id, is_held);
  if (!counted && counted.error().kind != ErrorKind::NotFound) co_return counted.error();
  if (!is_held) co_return Result<void>{};
  if (mine.first_order) {
    auto given_up = co_await uses_.first_orders.release(user, mine.id);
    if (!given_up) co_return given_up.error();
  }
  UserCouponStore::Change forget = [&mine](UserCoupon& held) -> Result<bool> {
    return std::erase_if(held.uses, [&mine](const CouponUse& each) { return each.id == mine.id; }) > 0;
  };
  auto forgotten = co_await uses_.held.change(id, std::move(forget));
  if (!forgotten) co_return forgotten.error();
  co_return Result<void>{};
}

// --- who answers for it ----------------------------------------------------------------------------------------------

Task<Result<CouponUseFate>> HoldCoupon::fate_of(UserId user, CouponId coupon, CouponUseId use, Timestamp since) {
  const bool is_young = uses_.clock.now() - since < kCouponUseLeaseMs;
  if (auto order_id = order_of(use)) {
    auto stored = co_await uses_.orders.get(std::move(*order_id));
    if (!stored && stored.error().kind == ErrorKind::NotFound)
      co_return is_young ? CouponUseFate::open : CouponUseFate::gone;
    if (!stored) co_return stored.error();
    if (stored->order.progress != OrderProgress::none) co_return CouponUseFate::open;  // its recovery does it
    co_return stands(stored->order) ? CouponUseFate::stands : CouponUseFate::gone;
  }
  auto id = user_coupon_id_of(user, coupon);
  if (!id) co_return id.error();
  auto held = co_await uses_.held.get(std::move(*id));
  if (!held && held.error().kind != ErrorKind::NotFound) co_return held.error();
  const CouponUse* there = held ? held->find(use) : nullptr;
  if (there != nullptr && there->state == CouponUseState::redeemed) co_return CouponUseFate::stands;
  co_return is_young ? CouponUseFate::open : CouponUseFate::gone;
}

Task<Result<CouponUseFate>> HoldCoupon::resolve(UserId user, CouponId coupon, CouponUseId use, Timestamp since) {
  auto fate = co_await fate_of(user, coupon, use, since);
  if (!fate) co_return fate.error();
  if (*fate == CouponUseFate::stands) {
    auto redeemed = co_await redeem(std::move(user), std::move(coupon), std::move(use));
    if (!redeemed) co_return redeemed.error();
  } else if (*fate == CouponUseFate::gone) {
    auto released = co_await release(std::move(user), std::move(coupon), std::move(use));
    if (!released) co_return released.error();
  }
  co_return fate;
}

}  // namespace qm::shop
