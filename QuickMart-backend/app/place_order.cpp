#include "QuickMart-backend/app/place_order.hpp"

#include <algorithm>

#include "platform/security/password.hpp"

namespace qm::shop {
namespace {

constexpr std::size_t kOrderIdDigits = 26;

std::string fingerprint_of(const CheckoutRequest& request) {
  std::string codes = request.coupon_codes && request.coupon_codes->empty() ? "none" : "";
  for (const std::string& code : request.coupon_codes.value_or(std::vector<std::string>{}))
    codes += (codes.empty() ? "" : ",") + code;
  return security::sha256_hex({codes, request.shipping_address.value_or(""), request.payment_method});
}

OrderId order_id_of(const std::string& checkout_id, std::int64_t attempt) {
  const std::string digest = security::sha256_hex({checkout_id, std::to_string(attempt)});
  return OrderId{std::string{OrderTag::prefix} + "_" + digest.substr(0, kOrderIdDigits)};
}

Error being_placed() {
  return {ErrorKind::Conflict, "This checkout is being worked on; ask again with the same Idempotency-Key.",
          std::chrono::seconds{1}};
}

Error payments_are_away() {
  return unavailable("Payments cannot be taken at the moment; please try again.", std::chrono::seconds{1});
}

Error total_is_another(const std::string& why, const OrderTotals& totals) {
  return {ErrorKind::Conflict,
          why + " The total is now " + to_decimal(totals.total()) + ". Please look at the cart again."};
}

// Whether the coupons take off what the customer was last told.
bool as_seen(const Cart& cart, const PricedCart& priced) {
  return std::ranges::all_of(cart.coupons, [&priced](const CartCoupon& coupon) {
    const auto applied = std::ranges::find(priced.coupons, coupon.code, &OrderCoupon::code);
    return applied == priced.coupons.end() ? !coupon.seen : coupon.seen == applied->cost();
  });
}

}  // namespace

Task<Result<Order>> PlaceOrder::run(CheckoutRequest request) {
  std::optional<Order> answered;
  bool is_taken_over = false;
  auto claimed = co_await claim(request, answered, is_taken_over);
  if (!claimed) co_return claimed.error();
  if (answered) co_return std::move(*answered);

  auto priced = co_await price(request, claimed->checkout);
  // An order that nobody could pay would only be made to be undone, and a crowd that tries again makes many.
  if (priced && !uses_.payments.is_reachable()) priced = payments_are_away();
  if (!priced) {
    // A claim that was taken over stays: the one who had it may yet create the order, and another attempt beside it
    // would be a second order of this key.
    if (!is_taken_over) co_await give_back(std::move(*claimed));
    co_return priced.error();
  }
  StoredOrder stored{std::move(*priced)};
  auto added = co_await uses_.orders.add(stored.order);
  if (!added) {
    if (added.error().kind == ErrorKind::AlreadyExists) co_return being_placed();
    co_return added.error();
  }
  stored.generation = *added;

  auto reserved = co_await reserve(stored.order, request);
  if (!reserved) co_return co_await fail(std::move(stored), reserved.error());
  auto paid = co_await uses_.payments.authorise(stored.order.id, stored.order.totals.total(), request.payment_method);
  if (!paid) {
    // Known with the step that undoes the order, so that RecoEngine is told whoever takes it.
    if (paid.error().kind == ErrorKind::Rejected) {
      stored.order.payment_status = PaymentStatus::failed;
      note(stored.order, uses_.clock.now(), kByShop, "the payment was refused");
    }
    co_return co_await fail(std::move(stored), paid.error());
  }

  auto confirmed = qm::shop::advance(stored.order.status, OrderStatus::confirmed);
  if (!confirmed) co_return confirmed.error();
  stored.order.status = *confirmed;
  note(stored.order, uses_.clock.now(), kByShop, "confirmed");
  auto standing = co_await uses_.settle.advance(std::move(stored), OrderProgress::completing);
  if (!standing) {
    // Somebody took the order over, or it is in doubt whether it stands: its recovery will tell.
    if (standing.error().kind == ErrorKind::GenerationMismatch) co_return being_placed();
    co_return standing.error();
  }
  uses_.mirror.note(standing->order.items);
  Order order_as_confirmed = standing->order;
  auto settled = co_await uses_.settle.run(std::move(*standing));
  if (!settled) co_return order_as_confirmed;  // it stands; recovery does the rest
  co_return settled;
}

// → the claim; or, with `answered` or as an error, what the first request of this key was told.
Task<Result<StoredCheckout>> PlaceOrder::claim(const CheckoutRequest& request, std::optional<Order>& answered,
                                               bool& is_taken_over) {
  Checkout fresh;
  fresh.id = request.user.str() + ":" + request.key;
  fresh.fingerprint = fingerprint_of(request);
  fresh.started_at = uses_.clock.now();
  fresh.order_id = order_id_of(fresh.id, fresh.attempt);
  auto created = co_await uses_.saga.checkouts.create(fresh);
  if (created || created.error().kind != ErrorKind::AlreadyExists) co_return created;

  auto stored = co_await uses_.saga.checkouts.get(fresh.id);
  if (!stored) co_return stored.error();
  Checkout& known = stored->checkout;
  if (known.fingerprint != fresh.fingerprint) co_return key_reused("checkout");
  if (known.state == CheckoutState::ended) {
    if (known.failure) co_return Error{*known.failure, known.failure_text};
    if (known.answer) {
      answered = std::move(known.answer);
      co_return stored;
    }
    auto order = co_await uses_.orders.get(known.order_id);
    if (!order) co_return order.error();
    answered = std::move(order->order);
    co_return stored;
  }
  if (known.state == CheckoutState::running) {
    auto order = co_await uses_.orders.get(known.order_id);
    if (!order && order.error().kind != ErrorKind::NotFound) co_return order.error();
    if (order && order->order.status != OrderStatus::pending && order->order.status != OrderStatus::cancelled) {
      answered = std::move(order->order);  // it stands, only nobody has said so yet
      co_return stored;
    }
    // With an order its recovery goes on; without one, and once its maker must be gone, this request does.
    if (order || fresh.started_at - known.started_at < uses_.settle.lease()) co_return being_placed();
    is_taken_over = true;
  } else {
    ++known.attempt;
    known.order_id = order_id_of(known.id, known.attempt);
  }
  known.state = CheckoutState::running;
  known.started_at = fresh.started_at;
  auto taken = co_await uses_.saga.checkouts.update(known, stored->generation);
  if (!taken) {
    if (taken.error().kind == ErrorKind::GenerationMismatch) co_return being_placed();
    co_return taken.error();
  }
  stored->generation = *taken;
  co_return stored;
}

Task<void> PlaceOrder::give_back(StoredCheckout stored) {
  stored.checkout.state = CheckoutState::given_back;
  // If that fails, the key is free again once its lease has run out.
  static_cast<void>(co_await uses_.saga.checkouts.update(std::move(stored.checkout), stored.generation));
}

// The order that the cart makes, at the prices that the customer saw.
Task<Result<Order>> PlaceOrder::price(const CheckoutRequest& request, const Checkout& checkout) {
  auto cart = co_await uses_.saga.carts.get(request.user);
  if (!cart) co_return cart.error();
  if (cart->lines.empty()) co_return rejected("The cart is empty.");
  const auto catalog = uses_.catalog.snapshot();
  const PricedLines lines = price_lines(*cart, *catalog);
  if (!lines.gone.empty())
    co_return Error{ErrorKind::Conflict,
                    lines.gone.front().str() + " is no longer sold; please take it out of the cart."};
  auto priced = co_await price_coupons(request, *cart, lines);
  if (!priced) co_return priced.error();
  if (!lines.repriced.empty()) co_return total_is_another("Prices have changed.", priced->totals);
  const Timestamp now = uses_.clock.now();
  Order order;
  order.id = checkout.order_id;
  order.user_id = request.user;
  for (std::size_t i = 0; i < lines.lines.size(); ++i) {
    const PriceLine& line = lines.lines[i];
    order.items.push_back(
        {line.sku, line.product_id, lines.names[i], line.quantity, line.unit_price, priced->line_discounts[i]});
  }
  order.totals = priced->totals;
  order.coupons = std::move(priced->coupons);
  order.shipping_address = request.shipping_address;
  order.created_at = now;
  order.progress = OrderProgress::placing;
  order.lease_until = now + uses_.settle.lease();
  order.checkout_id = checkout.id;
  note(order, now, request.user.str(), "placed");
  co_return order;
}

// With the coupons that the request names, each of which must fit; or those of the cart, as the customer saw them.
Task<Result<PricedCart>> PlaceOrder::price_coupons(const CheckoutRequest& request, const Cart& cart,
                                                   const PricedLines& lines) {
  std::vector<std::string> codes = request.coupon_codes ? *request.coupon_codes : cart.codes();
  if (codes.size() > kMaxCouponsPerOrder)
    co_return rejected("At most " + std::to_string(kMaxCouponsPerOrder) + " coupons can be used together.");
  auto priced = co_await uses_.check.price(request.user, lines.lines, std::move(codes));
  if (!priced) co_return priced.error();
  if (request.coupon_codes) {
    if (priced->refused.empty()) co_return priced;
    const RefusedCoupon& refused = priced->refused.front();
    const bool alone = request.coupon_codes->size() == 1;
    co_return rejected(alone ? refused.reason : refused.code + ": " + refused.reason);
  }
  if (as_seen(cart, *priced)) co_return priced;
  co_return total_is_another("What the coupons take off has changed.", priced->totals);
}

Task<Result<void>> PlaceOrder::reserve(const Order& order, const CheckoutRequest& request) {
  for (const OrderItem& item : order.items) {
    auto reserved = co_await reserve_stock(order, item);
    if (!reserved) co_return reserved.error();
  }
  co_return co_await reserve_coupons(order, request);
}

Task<Result<void>> PlaceOrder::reserve_coupons(const Order& order, const CheckoutRequest& request) {
  for (const OrderCoupon& each : order.coupons) {
    auto coupon = co_await uses_.check.find(each.code);
    if (!coupon) co_return coupon.error();
    CouponUseId use = use_of(order.id);
    auto held = co_await uses_.coupons.reserve(order.user_id, std::move(*coupon), std::move(use), each.cost());
    if (held) continue;
    if (held.error().kind != ErrorKind::Rejected || request.coupon_codes) co_return held.error();
    co_return co_await total_without(each.code, held.error(), request);
  }
  co_return Result<void>{};
}

// What the customer is told when one of the cart's coupons ran out after they saw what it takes off.
Task<Error> PlaceOrder::total_without(std::string code, Error why, const CheckoutRequest& request) {
  auto cart = co_await uses_.saga.carts.get(request.user);
  if (!cart) co_return why;
  std::vector<std::string> codes = cart->codes();
  std::erase(codes, code);
  const auto catalog = uses_.catalog.snapshot();
  PricedLines lines = price_lines(*cart, *catalog);
  auto priced = co_await uses_.check.price(request.user, std::move(lines.lines), std::move(codes));
  if (!priced) co_return why;
  co_return total_is_another(code + ": " + why.detail, priced->totals);
}

Task<Result<void>> PlaceOrder::reserve_stock(const Order& order, OrderItem item) {
  auto reserved = co_await uses_.saga.stock.reserve(item.sku, order.id, item.quantity);
  if (!reserved && reserved.error().kind == ErrorKind::NotFound) {
    // Nobody bought any of it yet: counting begins with what the catalog says.
    const auto catalog = uses_.catalog.snapshot();
    const auto found = catalog->find_sku(item.sku);
    auto begun = co_await uses_.saga.stock.begin(item.sku, found ? found->stock_quantity() : 0);
    if (!begun) co_return begun.error();
    reserved = co_await uses_.saga.stock.reserve(item.sku, order.id, item.quantity);
  }
  if (reserved || reserved.error().kind != ErrorKind::Conflict) co_return reserved;
  co_return Error{ErrorKind::Conflict, "There are not enough of " + item.product_name + " in stock."};
}

Task<Result<Order>> PlaceOrder::fail(StoredOrder stored, Error why) {
  // First, as whoever took the order over answers for its key too: what failed then may have failed for that.
  auto undoing = co_await uses_.settle.advance(std::move(stored), OrderProgress::undoing);
  if (!undoing) co_return undoing.error().kind == ErrorKind::GenerationMismatch ? being_placed() : why;
  // A reason of the business is the key's answer from now on; after any other the key may be used again.
  std::optional<Error> said = why;
  auto ended = co_await uses_.settle.end_checkout(undoing->order, std::move(said));
  if (!ended) co_return why;
  static_cast<void>(co_await uses_.settle.run(std::move(*undoing)));  // or its recovery does
  co_return why;
}

}  // namespace qm::shop
