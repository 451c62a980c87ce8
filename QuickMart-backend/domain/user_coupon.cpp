#include "QuickMart-backend/domain/user_coupon.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace qm::shop {
namespace {

constexpr std::array<std::pair<CouponSource, std::string_view>, 3> kSourceNames{
    {{CouponSource::nudge, "nudge"}, {CouponSource::general, "general"}, {CouponSource::promotion, "promotion"}}};
constexpr std::array<std::pair<CouponUseState, std::string_view>, 3> kUseStateNames{
    {{CouponUseState::reserved, "reserved"},
     {CouponUseState::redeemed, "redeemed"},
     {CouponUseState::releasing, "releasing"}}};

}  // namespace

Result<UserCouponId> user_coupon_id_of(const UserId& user, const CouponId& coupon) {
  // A coupon's id has no dot, so the last one tells the two apart.
  return UserCouponId::parse(std::string{UserCouponTag::prefix} + "_" + user.str() + "." + coupon.str());
}

std::string_view to_string(CouponSource source) noexcept {
  for (const auto& [each, name] : kSourceNames)
    if (each == source) return name;
  return "";
}
std::optional<CouponSource> parse_coupon_source(std::string_view text) noexcept {
  for (const auto& [each, name] : kSourceNames)
    if (name == text) return each;
  return std::nullopt;
}

std::optional<OrderId> order_of(const CouponUseId& use) {
  if (use.str().starts_with(std::string{CouponUseTag::prefix} + "_")) return std::nullopt;
  return OrderId{use.str()};
}

bool may_become(CouponUseState from, CouponUseState to) noexcept {
  using enum CouponUseState;
  return (from == reserved && (to == redeemed || to == releasing)) || (from == redeemed && to == releasing);
}
std::string_view to_string(CouponUseState state) noexcept {
  for (const auto& [each, name] : kUseStateNames)
    if (each == state) return name;
  return "";
}
std::optional<CouponUseState> parse_coupon_use_state(std::string_view text) noexcept {
  for (const auto& [each, name] : kUseStateNames)
    if (name == text) return each;
  return std::nullopt;
}

CouponUse* UserCoupon::find(const CouponUseId& use) {
  const auto at = std::ranges::find(uses, use, &CouponUse::id);
  return at == uses.end() ? nullptr : &*at;
}

std::int64_t UserCoupon::times_used() const {
  return std::ranges::count(uses, CouponUseState::redeemed, &CouponUse::state);
}

const CouponUse* UserCoupon::last_used() const {
  const CouponUse* last = nullptr;
  for (const CouponUse& use : uses)
    if (use.state == CouponUseState::redeemed && (last == nullptr || use.at >= last->at)) last = &use;
  return last;
}

std::string_view to_string(UserCouponStatus status) noexcept {
  switch (status) {
    case UserCouponStatus::available: return "available";
    case UserCouponStatus::used: return "used";
    case UserCouponStatus::expired: return "expired";
  }
  return "";
}

UserCouponStatus shown_status(const UserCoupon& held, const Coupon& coupon, Timestamp now) noexcept {
  if (held.times_used() >= coupon.usage_limit_per_customer) return UserCouponStatus::used;
  return held.is_void || now >= coupon.valid_until ? UserCouponStatus::expired : UserCouponStatus::available;
}

}  // namespace qm::shop
