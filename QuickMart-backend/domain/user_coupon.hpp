// A coupon in a customer's hand. There is one per customer and coupon, whose id follows from both, so that giving it
// twice is the same as giving it once.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "QuickMart-backend/domain/coupon.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

struct UserCouponTag {
  static constexpr const char* prefix = "uc";
};
using UserCouponId = Id<UserCouponTag>;

// Rejected when the two ids together are too long.
Result<UserCouponId> user_coupon_id_of(const UserId& user, const CouponId& coupon);

enum class CouponSource { nudge, general, promotion };

// available → spending → used, and back from spending to available when the spending fails or its holder dies; back
// from used, too, when the order is cancelled. «spending» is a lease of kSpendLeaseMs: whoever finds it older may take
// it over, unless it names an order, whose own recovery then answers for it. The wire knows it as available.
enum class UserCouponStatus { available, spending, used, expired };
bool may_become(UserCouponStatus from, UserCouponStatus to) noexcept;
inline constexpr std::chrono::milliseconds kSpendLeaseMs{30'000};

std::string_view to_string(CouponSource source) noexcept;
std::string_view to_string(UserCouponStatus status) noexcept;
std::optional<CouponSource> parse_coupon_source(std::string_view text) noexcept;
std::optional<UserCouponStatus> parse_user_coupon_status(std::string_view text) noexcept;

struct UserCoupon {
  UserCouponId id;
  UserId user_id;
  CouponId coupon_id;
  CouponSource source = CouponSource::general;
  std::optional<std::string> nudge_id;
  std::optional<double> churn_score;  // 0…1
  UserCouponStatus status = UserCouponStatus::available;
  Timestamp assigned_at{};
  std::optional<Timestamp> used_at;
  std::optional<std::string> order_id;
  std::optional<Timestamp> spending_since;  // while spending
  std::optional<Money> discount;            // what it took off, once used
  friend bool operator==(const UserCoupon&, const UserCoupon&) = default;
};

// What the customer sees: an available one whose coupon has run out is expired; one being spent is still available.
UserCouponStatus shown_status(const UserCoupon& held, const Coupon& coupon, Timestamp now) noexcept;

}  // namespace qm::shop
