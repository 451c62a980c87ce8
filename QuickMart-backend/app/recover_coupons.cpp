#include "QuickMart-backend/app/recover_coupons.hpp"

#include <algorithm>

#include "platform/log/log.hpp"
#include "QuickMart-backend/app/shop_events.hpp"

namespace qm::shop {
namespace {

// How long it is remembered that a use was given back. A worker that lost its lease may still reopen it until then.
constexpr std::chrono::hours kKeepTakenOff{1};

// One that cannot be settled now must not keep the others waiting; it is found again.
int count_settled(const Result<bool>& done, const std::string& of) {
  if (!done) log::warn("a use of a coupon could not be settled yet", {{"of", of}, {"why", done.error().detail}});
  return done && *done ? 1 : 0;
}

template <class Key>
bool is_any_before(const std::map<Key, Timestamp>& times, Timestamp limit) {
  return std::ranges::any_of(times, [limit](const auto& each) { return each.second < limit; });
}

}  // namespace

Task<Result<int>> RecoverCoupons::run() {
  auto uses = co_await run_coupons();
  if (!uses) co_return uses.error();
  auto shares = co_await run_campaigns();
  if (!shares) co_return shares.error();
  co_return *uses + *shares;
}

Task<Result<int>> RecoverCoupons::run_coupons() {
  const Timestamp now = uses_.clock.now(), young = now - kCouponUseLeaseMs, forgotten = now - kKeepTakenOff;
  int settled = 0;
  std::string cursor;
  do {
    auto page = co_await uses_.coupons.page(std::move(cursor));
    if (!page) co_return page.error();
    for (const CouponWithPending& each : page->coupons) {
      for (const PendingUse& use : each.pending) {
        if (use.since > young) continue;  // such a one belongs to a call that is still running
        auto done = co_await recover(each.coupon, use);
        settled += count_settled(done, each.coupon.id.str());
      }
      if (!is_any_before(each.taken_off, forgotten)) continue;
      auto done = co_await uses_.coupons.forget_taken_off(each.coupon.id, forgotten);
      if (!done) co_return done.error();
    }
    cursor = std::move(page->cursor);
  } while (!cursor.empty());
  co_return settled;
}

Task<Result<int>> RecoverCoupons::run_campaigns() {
  const Timestamp now = uses_.clock.now(), young = now - kCouponUseLeaseMs, forgotten = now - kKeepTakenOff;
  int settled = 0;
  std::string cursor;
  do {
    auto page = co_await uses_.campaigns.page(std::move(cursor));
    if (!page) co_return page.error();
    for (const CampaignWithReserved& each : page->campaigns) {
      for (const ReservedBudget& share : each.reserved) {
        if (share.since > young) continue;
        auto done = co_await recover(each.campaign.id, share);
        settled += count_settled(done, each.campaign.id.str());
      }
      if (!is_any_before(each.given_back, forgotten)) continue;
      auto done = co_await uses_.campaigns.forget_given_back(each.campaign.id, forgotten);
      if (!done) co_return done.error();
    }
    cursor = std::move(page->cursor);
  } while (!cursor.empty());
  co_return settled;
}

Task<Result<bool>> RecoverCoupons::recover(Coupon coupon, PendingUse use) {
  if (use.user.empty()) co_return co_await recover_old(std::move(coupon), std::move(use));
  auto fate = co_await uses_.hold.fate_of(use.user, coupon.id, use.use, use.since);
  if (!fate) co_return fate.error();
  if (*fate == CouponUseFate::open) co_return false;
  if (*fate == CouponUseFate::stands) {
    auto told = co_await tell(use.user, coupon, use.use);
    if (!told) co_return told.error();
  }
  fate = co_await uses_.hold.resolve(use.user, coupon.id, use.use, use.since);
  if (!fate) co_return fate.error();
  // Whatever is there still came after the use was over, and the customer's coupon does not know it.
  if (*fate == CouponUseFate::gone) co_return co_await give_back(std::move(coupon.id), std::move(use.use));
  auto settled = co_await uses_.coupons.settle_use(std::move(coupon.id), std::move(use.use));
  if (!settled) co_return settled.error();
  co_return true;
}

// The event of a use that stands; an order tells of its own.
Task<Result<void>> RecoverCoupons::tell(UserId user, Coupon coupon, CouponUseId use) {
  if (order_of(use)) co_return Result<void>{};
  auto id = user_coupon_id_of(user, coupon.id);
  if (!id) co_return id.error();
  auto held = co_await uses_.held.get(std::move(*id));
  if (!held) co_return held.error();
  std::vector<contracts::Event> events;
  if (const CouponUse* spent = held->find(use))
    events.push_back(coupon_redeemed(*held, *spent, std::move(coupon.code)));
  co_return co_await uses_.events.owe(std::move(events));
}

// From when a customer used a coupon once at most, and a pending use had the name of the customer's coupon.
Task<Result<bool>> RecoverCoupons::recover_old(Coupon coupon, PendingUse use) {
  UserCouponId id{use.use.str()};
  auto held = co_await uses_.held.get(id);
  if (!held && held.error().kind != ErrorKind::NotFound) co_return held.error();
  std::vector<contracts::Event> events;
  if (held) {
    for (const CouponUse& each : held->uses) {
      if (each.state == CouponUseState::redeemed) {
        events.push_back(coupon_redeemed(*held, each, coupon.code));
        continue;
      }
      auto fate = co_await uses_.hold.resolve(held->user_id, coupon.id, each.id, each.at);
      if (!fate) co_return fate.error();
      if (*fate == CouponUseFate::open) co_return false;
    }
    held = co_await uses_.held.get(std::move(id));
    if (!held) co_return held.error();
  }
  auto owed = co_await uses_.events.owe(std::move(events));
  if (!owed) co_return owed.error();
  if (!held || held->times_used() == 0) co_return co_await give_back(std::move(coupon.id), std::move(use.use));
  auto settled = co_await uses_.coupons.settle_use(std::move(coupon.id), std::move(use.use));
  if (!settled) co_return settled.error();
  co_return true;
}

Task<Result<bool>> RecoverCoupons::give_back(CouponId coupon, CouponUseId use) {
  auto released = co_await uses_.coupons.release_use(std::move(coupon), std::move(use), false);
  if (!released) co_return released.error();
  co_return true;
}

Task<Result<bool>> RecoverCoupons::recover(CampaignId campaign, ReservedBudget share) {
  auto fate = co_await uses_.hold.resolve(share.user, share.coupon, share.use, share.since);
  if (!fate) co_return fate.error();
  if (*fate == CouponUseFate::open) co_return false;
  Result<void> done{};
  if (*fate == CouponUseFate::stands)
    done = co_await uses_.campaigns.redeem(std::move(campaign), std::move(share.use), std::move(share.coupon));
  else
    done = co_await uses_.campaigns.release(std::move(campaign), std::move(share.use), std::move(share.coupon), false);
  if (!done) co_return done.error();
  co_return true;
}

}  // namespace qm::shop
