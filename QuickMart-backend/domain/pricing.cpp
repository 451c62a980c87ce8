#include "QuickMart-backend/domain/pricing.hpp"

#include <algorithm>
#include <numeric>

namespace qm::shop {

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

Result<PricedCart> price_cart(const std::vector<PriceLine>& lines, const Coupon* coupon, Timestamp now,
                              const PriceRules& rules) {
  Money subtotal, covered;
  std::vector<Money> weights;
  for (const PriceLine& line : lines) {
    const Money total = line.unit_price * line.quantity;
    const bool counts = coupon != nullptr && covers(*coupon, line);
    subtotal = subtotal + total;
    weights.push_back(counts ? total : Money{0, total.currency()});
    covered = covered + weights.back();
  }
  Money discount;
  bool free_shipping = false;
  if (coupon != nullptr) {
    auto usable = redeem(*coupon, subtotal, now);
    if (!usable) return usable.error();
    if (covered.is_zero()) return rejected("This coupon is for other products.");
    discount = discount_on(*coupon, covered);
    free_shipping = type_of(coupon->discount) == DiscountType::free_shipping;
  }
  PricedCart priced;
  priced.totals = price_order(subtotal, discount, free_shipping, rules);
  priced.line_discounts = share_out(discount, weights);
  return priced;
}

}  // namespace qm::shop
