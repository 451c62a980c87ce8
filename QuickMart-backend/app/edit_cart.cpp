#include "QuickMart-backend/app/edit_cart.hpp"

namespace qm::shop {

CartView EditCart::view(const Cart& cart) const {
  const auto catalog = catalog_.snapshot();
  const PricedLines priced = price_lines(cart, *catalog);
  CartView view;
  for (const PriceLine& line : priced.lines) {
    const auto found = catalog->find_sku(line.sku);
    if (!found) continue;
    std::map<std::string, std::string> options;
    if (found->variant != nullptr) options = found->variant->options;
    view.items.push_back({*found->product, line.sku, std::move(options), line.unit_price, line.quantity});
  }
  // Without a coupon there is nothing that could be refused.
  view.totals = price_cart(priced.lines, nullptr, clock_.now()).value().totals;
  return view;
}

Task<Result<CartView>> EditCart::get(UserId user) {
  auto cart = co_await carts_.get(user);
  if (!cart) co_return cart.error();
  const auto catalog = catalog_.snapshot();
  // Now the customer sees today's prices.
  for (const SkuId& sku : price_lines(*cart, *catalog).repriced) {
    const Money price = catalog->find_sku(sku)->price();
    CartStore::Change see = [price](CartLine line) -> Result<CartLine> {
      line.seen_price = price;
      return line;
    };
    cart = co_await carts_.change(user, sku, std::move(see), clock_.now());
    if (!cart) co_return cart.error();
  }
  co_return view(*cart);
}

Result<SkuId> EditCart::choose(const ProductId& id, const std::optional<SkuId>& sku) const {
  const auto catalog = catalog_.snapshot();
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
  auto stock = co_await stock_.get(sku);
  if (stock) co_return stock->available;
  if (stock.error().kind != ErrorKind::NotFound) co_return stock.error();
  const auto catalog = catalog_.snapshot();
  const auto known = catalog->find_sku(sku);
  co_return known ? known->stock_quantity() : 0;
}

Task<Result<CartView>> EditCart::change(UserId user, SkuId sku, bool add, std::int64_t quantity) {
  const auto catalog = catalog_.snapshot();
  const auto known = catalog->find_sku(sku);
  if (!known) co_return not_found("There is no such product.");
  auto left = co_await available(sku);
  if (!left) co_return left.error();
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
  auto cart = co_await carts_.change(std::move(user), std::move(sku), std::move(apply), clock_.now());
  if (!cart) co_return cart.error();
  co_return view(*cart);
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
  auto cart = co_await carts_.change(std::move(user), std::move(sku), std::move(take_out), clock_.now());
  if (!cart) co_return cart.error();
  co_return view(*cart);
}

Task<Result<CartView>> EditCart::clear(UserId user) {
  auto cart = co_await carts_.clear(std::move(user), clock_.now());
  if (!cart) co_return cart.error();
  co_return view(*cart);
}

}  // namespace qm::shop
