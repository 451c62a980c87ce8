#include "QuickMart-backend/app/edit_cart.hpp"

#include <algorithm>

#include "QuickMart-backend/domain/guest.hpp"

namespace qm::shop {

// The cart as the customer is told it is, which is remembered.
Task<Result<CartView>> EditCart::view(Cart cart) {
  const auto catalog = uses_.catalog.snapshot();
  PricedLines lines = price_lines(cart, *catalog);
  CartView view;
  for (const PriceLine& line : lines.lines) {
    const auto found = catalog->find_sku(line.sku);
    if (!found) continue;
    std::map<std::string, std::string> options;
    if (found->variant != nullptr) options = found->variant->options;
    view.items.push_back({*found->product, line.sku, std::move(options), line.unit_price, line.quantity});
  }
  std::vector<std::string> codes = cart.codes();
  auto priced = co_await uses_.coupons.price(cart.user_id, std::move(lines.lines), std::move(codes));
  if (!priced) co_return priced.error();
  const std::vector<CartCoupon> seen_before = cart.coupons;
  for (CartCoupon& coupon : cart.coupons) {
    const auto applied = std::ranges::find(priced->coupons, coupon.code, &OrderCoupon::code);
    coupon.seen.reset();
    if (applied != priced->coupons.end()) coupon.seen = applied->cost();
  }
  if (cart.coupons != seen_before) {
    auto seen = co_await uses_.carts.see_coupons(cart.user_id, std::move(cart.coupons), uses_.clock.now());
    if (!seen) co_return seen.error();
  }
  view.totals = priced->totals;
  view.coupons = std::move(priced->coupons);
  view.refused = std::move(priced->refused);
  co_return view;
}

Task<Result<CartView>> EditCart::get(UserId user) {
  auto cart = co_await uses_.carts.get(user);
  if (!cart) co_return cart.error();
  const auto catalog = uses_.catalog.snapshot();
  // Now the customer sees today's prices.
  for (const SkuId& sku : price_lines(*cart, *catalog).repriced) {
    const Money price = catalog->find_sku(sku)->price();
    CartStore::Change see = [price](CartLine line) -> Result<CartLine> {
      line.seen_price = price;
      return line;
    };
    cart = co_await uses_.carts.change(user, sku, std::move(see), uses_.clock.now());
    if (!cart) co_return cart.error();
  }
  co_return co_await view(std::move(*cart));
}

Result<SkuId> EditCart::choose(const ProductId& id, const std::optional<SkuId>& sku) const {
  const auto catalog = uses_.catalog.snapshot();
  const Product* product = catalog->find(id);
  if (product == nullptr) return not_found("There is no such product.");
  if (product->variants.empty() && (!sku || sku->str() == id.str())) return SkuId{id.str()};
  if (product->variants.size() == 1 && !sku) return product->variants.front().id;
  std::string choices;
  for (const Variant& variant : product->variants) {
    if (sku && variant.id == *sku) return variant.id;
    choices += (choices.empty() ? "" : ", ") + variant.id.str();
  }
  Fault fault;
  fault.loc = {"body", "sku"};
  fault.msg = choices.empty() ? "this product has no variants" : "choose one of its variants: " + choices;
  fault.type = sku ? "value_error.unknown" : "value_error.missing";
  std::vector<Fault> faults;
  faults.push_back(std::move(fault));
  return invalid(std::move(faults));
}

Task<Result<std::int64_t>> EditCart::available(SkuId sku) {
  auto stock = co_await uses_.stock.get(sku);
  if (stock) co_return stock->available;
  if (stock.error().kind != ErrorKind::NotFound) co_return stock.error();
  const auto catalog = uses_.catalog.snapshot();
  const auto known = catalog->find_sku(sku);
  co_return known ? known->stock_quantity() : 0;
}

Task<Result<CartView>> EditCart::change(UserId user, SkuId sku, bool add, std::int64_t quantity) {
  const auto catalog = uses_.catalog.snapshot();
  const auto known = catalog->find_sku(sku);
  if (!known) co_return not_found("There is no such product.");
  auto left = co_await available(sku);
  if (!left) co_return left.error();
  if (add && *left <= 0 && !is_guest(user)) uses_.views.found_none(user, "", known->product->id);
  const Money price = known->price();
  CartStore::Change apply = [add, quantity, price, left = *left](CartLine line) -> Result<CartLine> {
    if (!add && quantity > 0 && line.quantity == 0) return not_found("This product is not in the cart.");
    line.quantity = add ? line.quantity + quantity : quantity;
    line.seen_price = price;
    if (line.quantity > kMaxLineQuantity)
      return Error{ErrorKind::Conflict, "A cart holds at most " + std::to_string(kMaxLineQuantity) + " of a product."};
    if (line.quantity > left)
      return Error{ErrorKind::Conflict, left <= 0 ? std::string{"This product is sold out."}
                                                  : "There are only " + std::to_string(left) + " in stock."};
    return line;
  };
  auto cart = co_await uses_.carts.change(std::move(user), std::move(sku), std::move(apply), uses_.clock.now());
  if (!cart) co_return cart.error();
  co_return co_await view(std::move(*cart));
}

Task<Result<CartView>> EditCart::add(UserId user, SkuId sku, std::int64_t quantity) {
  co_return co_await change(std::move(user), std::move(sku), true, quantity);
}

Task<Result<CartView>> EditCart::set(UserId user, SkuId sku, std::int64_t quantity) {
  if (quantity > 0) co_return co_await change(std::move(user), std::move(sku), false, quantity);
  CartStore::Change take_out = [](CartLine line) -> Result<CartLine> {
    line.quantity = 0;
    return line;
  };
  auto cart = co_await uses_.carts.change(std::move(user), std::move(sku), std::move(take_out), uses_.clock.now());
  if (!cart) co_return cart.error();
  co_return co_await view(std::move(*cart));
}

Task<Result<CartView>> EditCart::clear(UserId user) {
  auto cart = co_await uses_.carts.clear(std::move(user), uses_.clock.now());
  if (!cart) co_return cart.error();
  co_return co_await view(std::move(*cart));
}

Task<Result<CartView>> EditCart::set_coupons(UserId user, std::vector<std::string> codes) {
  auto known = co_await normalise(std::move(codes));
  if (!known) co_return known.error();
  auto cart = co_await uses_.carts.set_coupons(std::move(user), std::move(*known), uses_.clock.now());
  if (!cart) co_return cart.error();
  co_return co_await view(std::move(*cart));
}

// Each once, as its coupon has it.
Task<Result<std::vector<std::string>>> EditCart::normalise(std::vector<std::string> codes) {
  std::vector<std::string> known;
  std::optional<std::string> loner;
  for (std::string& code : codes) {
    auto coupon = co_await uses_.coupons.find(code);
    if (!coupon && coupon.error().kind == ErrorKind::NotFound) co_return rejected(code + ": " + coupon.error().detail);
    if (!coupon) co_return coupon.error();
    if (!coupon->is_stackable) loner = coupon->code;
    if (std::ranges::count(known, coupon->code) == 0) known.push_back(std::move(coupon->code));
  }
  if (known.size() > kMaxCouponsPerOrder)
    co_return rejected("At most " + std::to_string(kMaxCouponsPerOrder) + " coupons can be used together.");
  if (known.size() > 1 && loner) co_return rejected(*loner + " cannot be used together with other coupons.");
  co_return known;
}

}  // namespace qm::shop
