#include "QuickMart-backend/domain/pricing.hpp"

#include <algorithm>
#include <numeric>

namespace qm::shop {
namespace {

std::vector<const Coupon*> in_order_of_application(const std::vector<Coupon>& coupons) {
  std::vector<const Coupon*> ordered;
  for (const Coupon& coupon : coupons) ordered.push_back(&coupon);
  const auto rank = [](const Coupon* coupon) { return std::pair{coupon->discount.index(), coupon->code}; };
  std::ranges::sort(ordered, {}, rank);
  const auto twice = std::ranges::unique(ordered, {}, [](const Coupon* coupon) { return coupon->code; });
  ordered.erase(twice.begin(), twice.end());
  return ordered;
}

// A cart on its way from one coupon to the next.
class CartPricing {
 public:
  explicit CartPricing(const std::vector<PriceLine>& lines) : lines_(lines), off_(lines.size()) {
    for (const PriceLine& line : lines) {
      left_.push_back(line.unit_price * line.quantity);
      subtotal_ = subtotal_ + left_.back();
    }
  }

  // Before anything is taken off.
  std::optional<std::string> why_not(const Coupon& coupon, Timestamp now) const {
    auto usable = redeem(coupon, subtotal_, now);
    if (!usable) return usable.error().detail;
    if (sum(weights_of(coupon)).is_zero()) return "This coupon is for other products.";
    return std::nullopt;
  }

  void refuse(const Coupon& coupon, std::string why) { refused_.push_back({coupon.code, std::move(why)}); }

  void apply(const Coupon& coupon) {
    if (type_of(coupon.discount) == DiscountType::free_shipping) {
      if (shipped_free_by_) return refuse(coupon, "Another coupon makes the shipping free already.");
      shipped_free_by_ = applied_.size();
      applied_.push_back({coupon.code, Money{}, Money{}});
      return;
    }
    const std::vector<Money> weights = weights_of(coupon);
    const Money covered = sum(weights);
    if (covered.is_zero()) return refuse(coupon, "The other coupons leave nothing for this one to take off.");
    const Money discount = discount_on(coupon, covered);
    const std::vector<Money> shares = share_out(discount, weights);
    for (std::size_t i = 0; i < shares.size(); ++i) {
      left_[i] = left_[i] - shares[i];
      off_[i] = off_[i] + shares[i];
    }
    applied_.push_back({coupon.code, discount, Money{}});
  }

  PricedCart finish(const PriceRules& rules) && {
    const Money discount = sum(off_);
    PricedCart priced;
    priced.totals = price_order(subtotal_, discount, shipped_free_by_.has_value(), rules);
    if (shipped_free_by_)
      applied_[*shipped_free_by_].shipping_saved = price_order(subtotal_, discount, false, rules).shipping;
    std::ranges::sort(refused_, {}, &RefusedCoupon::code);
    priced.line_discounts = std::move(off_);
    priced.coupons = std::move(applied_);
    priced.refused = std::move(refused_);
    return priced;
  }

 private:
  // What is left of each line that the coupon covers; nothing of the others.
  std::vector<Money> weights_of(const Coupon& coupon) const {
    std::vector<Money> weights;
    for (std::size_t i = 0; i < lines_.size(); ++i)
      weights.push_back(covers(coupon, lines_[i]) ? left_[i] : Money{0, left_[i].currency()});
    return weights;
  }
  static Money sum(const std::vector<Money>& amounts) {
    return std::accumulate(amounts.begin(), amounts.end(), Money{});
  }

  const std::vector<PriceLine>& lines_;
  Money subtotal_;
  std::vector<Money> left_;
  std::vector<Money> off_;
  std::vector<OrderCoupon> applied_;
  std::vector<RefusedCoupon> refused_;
  std::optional<std::size_t> shipped_free_by_;  // index in applied_
};

}  // namespace

bool covers(const Coupon& coupon, const PriceLine& line) {
  const auto& products = coupon.applicable_products;
  const auto& categories = coupon.applicable_categories;
  if (products.empty() && categories.empty()) return true;
  return std::ranges::find(products, line.product_id) != products.end() ||
         std::ranges::find(categories, line.category) != categories.end();
}

std::vector<Money> share_out(Money amount, const std::vector<Money>& weights) {
  std::vector<Money> shares(weights.size(), Money{0, amount.currency()});
  std::int64_t whole = 0;
  for (const Money& weight : weights) whole += weight.minor();
  if (whole == 0) return shares;
  // 128 bits: the product of two amounts does not fit into 64.
  __extension__ using Wide = __int128;
  std::vector<std::pair<std::int64_t, std::size_t>> remainders;
  std::int64_t given = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Wide exact = static_cast<Wide>(amount.minor()) * weights[i].minor();
    const auto share = static_cast<std::int64_t>(exact / whole);
    remainders.emplace_back(static_cast<std::int64_t>(exact % whole), i);
    shares[i] = Money{share, amount.currency()};
    given += share;
  }
  std::ranges::stable_sort(remainders, std::greater<>{}, [](const auto& each) { return each.first; });
  for (std::size_t k = 0; given < amount.minor(); ++k, ++given)
    shares[remainders[k].second] = shares[remainders[k].second] + Money{1, amount.currency()};
  return shares;
}

PricedCart price_cart(const std::vector<PriceLine>& lines, const std::vector<Coupon>& coupons, Timestamp now,
                      const PriceRules& rules) {
  CartPricing pricing{lines};
  std::vector<const Coupon*> usable;
  for (const Coupon* coupon : in_order_of_application(coupons)) {
    if (auto why = pricing.why_not(*coupon, now)) pricing.refuse(*coupon, std::move(*why));
    else usable.push_back(coupon);
  }
  const bool several = usable.size() > 1;
  for (const Coupon* coupon : usable) {
    if (several && !coupon->is_stackable) pricing.refuse(*coupon, "This coupon cannot be used together with others.");
    else pricing.apply(*coupon);
  }
  return std::move(pricing).finish(rules);
}

}  // namespace qm::shop
