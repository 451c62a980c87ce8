#include "QuickMart-backend/domain/user_coupon.hpp"

#include <array>
#include <utility>

namespace qm::shop {
namespace {

using enum UserCouponStatus;
constexpr std::array<std::pair<UserCouponStatus, std::string_view>, 4> kStatusNames{
    {{available, "available"}, {spending, "spending"}, {used, "used"}, {expired, "expired"}}};
constexpr std::array<std::pair<CouponSource, std::string_view>, 3> kSourceNames{
    {{CouponSource::nudge, "nudge"}, {CouponSource::general, "general"}, {CouponSource::promotion, "promotion"}}};
// The one table of what may follow what. A lease may be taken over: spending → spending.
constexpr std::array<std::pair<UserCouponStatus, UserCouponStatus>, 6> kTransitions{
    {{available, spending},
     {spending, spending},
     {spending, used},
     {spending, available},
     {used, spending},
     {available, expired}}};

}  // namespace

Result<UserCouponId> user_coupon_id_of(const UserId& user, const CouponId& coupon) {
  // A coupon's id has no dot, so the last one tells the two apart.
  return UserCouponId::parse(std::string{UserCouponTag::prefix} + "_" + user.str() + "." + coupon.str());
}

bool may_become(UserCouponStatus from, UserCouponStatus to) noexcept {
  for (const auto& [a, b] : kTransitions)
    if (a == from && b == to) return true;
  return false;
}

std::string_view to_string(CouponSource source) noexcept {
  for (const auto& [each, name] : kSourceNames)
    if (each == source) return name;
  return "";
}
std::string_view to_string(UserCouponStatus status) noexcept {
  for (const auto& [each, name] : kStatusNames)
    if (each == status) return name;
  return "";
}
std::optional<CouponSource> parse_coupon_source(std::string_view text) noexcept {
  for (const auto& [each, name] : kSourceNames)
    if (name == text) return each;
  return std::nullopt;
}
std::optional<UserCouponStatus> parse_user_coupon_status(std::string_view text) noexcept {
  for (const auto& [each, name] : kStatusNames)
    if (name == text) return each;
  return std::nullopt;
}

UserCouponStatus shown_status(const UserCoupon& held, const Coupon& coupon, Timestamp now) noexcept {
  if (held.status == used || held.status == expired) return held.status;
  return now < coupon.valid_until ? available : expired;
}

}  // namespace qm::shop
