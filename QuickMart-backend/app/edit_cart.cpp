#include "QuickMart-backend/app/edit_cart.hpp"

namespace qm::shop {

CartView EditCart::view(const Cart& cart) const {
  const auto catalog = catalog_.snapshot();
  const PricedLines priced = price_lines(cart, *catalog);
  CartView view;
  for (const PriceLine& line : priced.lines) {
    const Product* product = catalog->find(line.product_id);
    if (product != nullptr) view.items.push_back({*product, line.quantity});
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
  for (const ProductId& product : price_lines(*cart, *catalog).repriced) {
    const Money price = catalog->find(product)->price;
    CartStore::Change see = [price](CartLine line) -> Result<CartLine> {
      line.seen_price = price;
      return line;
    };
    cart = co_await carts_.change(user, product, std::move(see), clock_.now());
    if (!cart) co_return cart.error();
  }
  co_return view(*cart);
}

Task<Result<std::int64_t>> EditCart::available(ProductId product) {
  auto stock = co_await stock_.get(product);
  if (stock) co_return stock->available;
  if (stock.error().kind != ErrorKind::NotFound) co_return stock.error();
  const Product* known = catalog_.snapshot()->find(product);
  co_return known == nullptr ? 0 : known->stock_quantity;
}

Task<Result<CartView>> EditCart::change(UserId user, ProductId product, bool add, std::int64_t quantity) {
  const auto catalog = catalog_.snapshot();
  const Product* known = catalog->find(product);
  if (known == nullptr) co_return not_found("There is no such product.");
  auto left = co_await available(product);
  if (!left) co_return left.error();
  const Money price = known->price;
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
  auto cart = co_await carts_.change(std::move(user), std::move(product), std::move(apply), clock_.now());
  if (!cart) co_return cart.error();
  co_return view(*cart);
}

Task<Result<CartView>> EditCart::add(UserId user, ProductId product, std::int64_t quantity) {
  co_return co_await change(std::move(user), std::move(product), true, quantity);
}

Task<Result<CartView>> EditCart::set(UserId user, ProductId product, std::int64_t quantity) {
  if (quantity > 0) co_return co_await change(std::move(user), std::move(product), false, quantity);
  CartStore::Change take_out = [](CartLine line) -> Result<CartLine> {
    line.quantity = 0;
    return line;
  };
  auto cart = co_await carts_.change(std::move(user), std::move(product), std::move(take_out), clock_.now());
  if (!cart) co_return cart.error();
  co_return view(*cart);
}

Task<Result<CartView>> EditCart::clear(UserId user) {
  auto cart = co_await carts_.clear(std::move(user), clock_.now());
  if (!cart) co_return cart.error();
  co_return view(*cart);
}

}  // namespace qm::shop
