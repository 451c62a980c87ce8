#include "QuickMart-backend/domain/coupon.hpp"

#include <algorithm>
#include <cctype>

namespace qm::shop {
namespace {

constexpr Money kYardstick{1'000'00};

Money cheaper(Money a, Money b) { return a < b ? a : b; }

// What the discount itself says, before the total caps it.
struct Saving {
  const Coupon& coupon;
  Money total;
  Money operator()(const PercentOff& off) const {
    const Money saved = total.percent(off.rate);
    return coupon.maximum_discount ? cheaper(saved, *coupon.maximum_discount) : saved;
  }
  Money operator()(const AmountOff& off) const { return off.amount; }
  Money operator()(const FreeShipping&) const { return Money{0, total.currency()}; }
};

struct DiscountFault {
  std::vector<CouponFault>& faults;
  void operator()(const PercentOff& off) const {
    if (off.rate.value < 1 || off.rate.value > 10'000)
      faults.push_back({"discount_value", "a percentage is above 0 and at most 100"});
  }
  void operator()(const AmountOff& off) const {
    if (off.amount.minor() <= 0) faults.push_back({"discount_value", "an amount off is above 0"});
  }
  void operator()(const FreeShipping&) const {}
};

// The number that is printed on the coupon, percent or amount alike.
std::int64_t hundredths_of(const Discount& discount) {
  if (const auto* percent = std::get_if<PercentOff>(&discount)) return percent->rate.value;
  if (const auto* amount = std::get_if<AmountOff>(&discount)) return amount->amount.minor();
  return 0;
}

}  // namespace

Result<std::string> normalise_coupon_code(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::string code;
  for (char c : text.substr(0, kMaxCouponCodeBytes + 1)) {
    const auto u = static_cast<unsigned char>(c);
    if (u >= 0x80 || !(std::isalnum(u) || c == '_' || c == '-'))
      return rejected("A coupon code has letters, digits, - and _ only.");
    code += static_cast<char>(std::toupper(u));
  }
  if (code.size() < kMinCouponCodeBytes || code.size() > kMaxCouponCodeBytes)
    return rejected("A coupon code has 3 to 32 characters.");
  return code;
}

CouponId coupon_id_of(std::string_view normalised_code) {
  std::string id = std::string{CouponTag::prefix} + "_";
  for (char c : normalised_code) id += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return CouponId{std::move(id)};
}

DiscountType type_of(const Discount& discount) noexcept {
  if (std::holds_alternative<PercentOff>(discount)) return DiscountType::percentage;
  return std::holds_alternative<AmountOff>(discount) ? DiscountType::fixed : DiscountType::free_shipping;
}

std::vector<CouponFault> faults_of(const Coupon& coupon) {
  std::vector<CouponFault> faults;
  if (!normalise_coupon_code(coupon.code))
    faults.push_back({"code", "a code has 3 to 32 letters, digits, - or _"});
  if (coupon.name.empty() || coupon.name.size() > 200) faults.push_back({"name", "a name has 1 to 200 bytes"});
  std::visit(DiscountFault{faults}, coupon.discount);
  if (coupon.minimum_order_value.minor() < 0)
    faults.push_back({"minimum_order_value", "ensure this value is greater than or equal to 0"});
  if (coupon.maximum_discount && coupon.maximum_discount->minor() <= 0)
    faults.push_back({"maximum_discount", "ensure this value is greater than 0"});
  if (coupon.usage_limit && *coupon.usage_limit < 1)
    faults.push_back({"usage_limit", "ensure this value is greater than or equal to 1"});
  if (coupon.usage_limit_per_customer < 1 || coupon.usage_limit_per_customer > kMaxUsesPerCustomer)
    faults.push_back({"usage_limit_per_customer", "ensure this value is between 1 and 100"});
  if (coupon.valid_until <= coupon.valid_from) faults.push_back({"valid_until", "ensure this is after valid_from"});
  return faults;
}

bool is_available(const Coupon& coupon, Timestamp now) noexcept {
  return coupon.is_active && coupon.valid_from <= now && now < coupon.valid_until &&
         (!coupon.usage_limit || coupon.usage_count < *coupon.usage_limit);
}

Money discount_on(const Coupon& coupon, Money total) {
  const Money nothing{0, total.currency()};
  if (total <= nothing) return nothing;
  const Money saved = std::visit(Saving{coupon, total}, coupon.discount);
  return saved < nothing ? nothing : cheaper(saved, total);
}

Result<Money> redeem(const Coupon& coupon, Money total, Timestamp now) {
  if (!coupon.is_active) return rejected("This coupon is not active.");
  if (now < coupon.valid_from) return rejected("This coupon is not valid yet.");
  if (now >= coupon.valid_until) return rejected("This coupon has expired.");
  if (coupon.usage_limit && coupon.usage_count >= *coupon.usage_limit)
    return rejected("This coupon has reached its usage limit.");
  if (total < coupon.minimum_order_value)
    return rejected("This coupon needs an order of at least " + to_decimal(coupon.minimum_order_value) + ".");
  return discount_on(coupon, total);
}

bool is_worth_more(const Coupon& a, const Coupon& b) {
  const std::int64_t value_a = hundredths_of(a.discount), value_b = hundredths_of(b.discount);
  if (value_a != value_b) return value_a > value_b;
  const Money worth_a = discount_on(a, kYardstick), worth_b = discount_on(b, kYardstick);
  if (worth_a != worth_b) return worth_a > worth_b;
  if (a.minimum_order_value != b.minimum_order_value) return a.minimum_order_value < b.minimum_order_value;
  return a.code < b.code;
}

}  // namespace qm::shop
