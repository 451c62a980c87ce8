// A coupon in a customer's hand. There is one per customer and coupon, whose id follows from both, so that giving it
// twice is the same as giving it once. It knows every use the customer made or is making of it, so that the limit per
// customer is a matter of this one record.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "QuickMart-backend/domain/coupon.hpp"
#include "QuickMart-backend/domain/order.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

struct UserCouponTag {
  static constexpr const char* prefix = "uc";
};
using UserCouponId = Id<UserCouponTag>;

// Rejected when the two ids together are too long.
Result<UserCouponId> user_coupon_id_of(const UserId& user, const CouponId& coupon);

enum class CouponSource { nudge, general, promotion };
std::string_view to_string(CouponSource source) noexcept;
std::optional<CouponSource> parse_coupon_source(std::string_view text) noexcept;

// One use of coupons, under the same name in every record that it touches: that of its order, or a name of its own.
struct CouponUseTag {
  static constexpr const char* prefix = "use";
};
using CouponUseId = Id<CouponUseTag>;
inline CouponUseId use_of(const OrderId& order) { return CouponUseId{order.str()}; }
std::optional<OrderId> order_of(const CouponUseId& use);

// reserved → redeemed, when what it was for stands; from either to releasing, and then it is gone. A use without an
// order that is reserved for longer than the lease belongs to a process that died.
enum class CouponUseState { reserved, redeemed, releasing };
bool may_become(CouponUseState from, CouponUseState to) noexcept;
std::string_view to_string(CouponUseState state) noexcept;
std::optional<CouponUseState> parse_coupon_use_state(std::string_view text) noexcept;
inline constexpr std::chrono::milliseconds kCouponUseLeaseMs{30'000};

struct CouponUse {
  CouponUseId id;
  CouponUseState state = CouponUseState::reserved;
  Timestamp at{};                      // since when it is in this state
  Money cost;                          // what it takes off, waived shipping included
  std::optional<CampaignId> campaign;  // whose budget it is taken from
  bool first_order = false;            // it holds the customer's claim on being their first
  friend bool operator==(const CouponUse&, const CouponUse&) = default;
};

struct UserCoupon {
  UserCouponId id;
  UserId user_id;
  CouponId coupon_id;
  CouponSource source = CouponSource::general;
  std::optional<std::string> nudge_id;
  std::optional<double> churn_score;  // 0…1
  Timestamp assigned_at{};
  std::vector<CouponUse> uses;  // at most kMaxUsesPerCustomer
  bool is_void = false;         // it cannot be used, whatever its coupon says
  friend bool operator==(const UserCoupon&, const UserCoupon&) = default;

  CouponUse* find(const CouponUseId& use);
  std::int64_t times_used() const;      // redeemed
  const CouponUse* last_used() const;   // null: never
};

// What the customer sees: used when no use is left, expired when its coupon has run out; while one is being spent it is
// still available.
enum class UserCouponStatus { available, used, expired };
std::string_view to_string(UserCouponStatus status) noexcept;
UserCouponStatus shown_status(const UserCoupon& held, const Coupon& coupon, Timestamp now) noexcept;

}  // namespace qm::shop
