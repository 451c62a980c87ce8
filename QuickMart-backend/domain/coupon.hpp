// Coupons: what they take off, and when they may be used. Pure; amounts are in the shop's currency.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"
#include "platform/core/result.hpp"
#include "QuickMart-backend/domain/campaign.hpp"
#include "QuickMart-backend/domain/category.hpp"
#include "QuickMart-backend/domain/product.hpp"

namespace qm::shop {

struct CouponTag {
  static constexpr const char* prefix = "coupon";
};
using CouponId = Id<CouponTag>;

inline constexpr std::size_t kMinCouponCodeBytes = 3;
inline constexpr std::size_t kMaxCouponCodeBytes = 32;
inline constexpr std::int64_t kMaxUsesPerCustomer = 100;
inline constexpr std::size_t kMaxCouponsPerOrder = 5;

// A code as it is kept: trimmed, upper case, [A-Z0-9_-], 3…32 bytes. Otherwise Rejected.
Result<std::string> normalise_coupon_code(std::string_view text);
// The id is made of the code, so that a code is unique because its record is.
CouponId coupon_id_of(std::string_view normalised_code);

struct PercentOff {
  BasisPoints rate;  // 1…10 000
  friend bool operator==(const PercentOff&, const PercentOff&) = default;
};
struct AmountOff {
  Money amount;  // > 0
  friend bool operator==(const AmountOff&, const AmountOff&) = default;
};
struct FreeShipping {
  friend bool operator==(const FreeShipping&, const FreeShipping&) = default;
};
using Discount = std::variant<PercentOff, AmountOff, FreeShipping>;

enum class DiscountType { percentage, fixed, free_shipping };
DiscountType type_of(const Discount& discount) noexcept;

struct Coupon {
  CouponId id;
  std::string code;
  std::string name;
  std::string description;
  Discount discount;
  Money minimum_order_value;
  std::optional<Money> maximum_discount;     // caps a percentage
  std::optional<std::int64_t> usage_limit;   // of all customers together; empty: no limit
  std::int64_t usage_count = 0;
  std::int64_t usage_limit_per_customer = 1;  // 1…kMaxUsesPerCustomer
  bool first_order_only = false;              // for customers without an order that stands
  bool is_personal = false;                   // for those it was given to
  bool is_stackable = false;                  // may be used together with others that may
  std::optional<CampaignId> campaign_id;      // whose budget pays for it
  Timestamp valid_from{};
  Timestamp valid_until{};  // the first moment at which it is no longer valid
  bool is_active = true;
  std::vector<CategoryId> applicable_categories;  // empty: all
  std::vector<ProductId> applicable_products;     // empty: all
  Timestamp created_at{};
  friend bool operator==(const Coupon&, const Coupon&) = default;
};

// Every fault of a coupon about to be created, as (field, sentence).
struct CouponFault {
  std::string field;
  std::string message;
};
std::vector<CouponFault> faults_of(const Coupon& coupon);

// Active, within its dates and its limit.
bool is_available(const Coupon& coupon, Timestamp now) noexcept;

// What comes off an order of `total`: 0 ≤ result ≤ total. Free shipping takes nothing off the goods.
Money discount_on(const Coupon& coupon, Money total);

// Whether the coupon may be used for an order of `total`; Rejected with the reason otherwise. What the coupon asks of
// single products can be checked against a cart only, so an order's total alone says nothing about it.
Result<Money> redeem(const Coupon& coupon, Money total, Timestamp now);

// For «highest value first»: the number printed on the coupon (percent or amount), then what it takes off an order of
// 1 000.00, then the smaller minimum, then the code.
bool is_worth_more(const Coupon& a, const Coupon& b);

}  // namespace qm::shop
