#include "QuickMart-backend/app/settle_order.hpp"

namespace qm::shop {
namespace {

constexpr int kMaxEndAttempts = 10;

}  // namespace

void note(Order& order, Timestamp at, std::string by, std::string what) {
  order.updated_at = at;
  if (order.history.size() < kMaxOrderEvents) order.history.push_back({at, std::move(by), std::move(what)});
}

Task<Result<StoredOrder>> SettleOrder::advance(StoredOrder stored, OrderProgress to) {
  if (!may_follow(stored.order.progress, to))
    co_return Error{ErrorKind::Conflict, "The order is " + std::string{to_string(stored.order.status)} + "."};
  stored.order.progress = to;
  stored.order.lease_until = uses_.clock.now() + kOrderLease;
  auto written = co_await uses_.orders.update(stored.order, stored.generation);
  if (!written) co_return written.error();
  stored.generation = *written;
  co_return stored;
}

Task<Result<Order>> SettleOrder::run(StoredOrder stored) {
  Order& order = stored.order;
  const OrderProgress progress = order.progress;
  Result<void> done{};
  if (progress == OrderProgress::undoing)
    done = co_await undo(order);
  else if (progress == OrderProgress::completing)
    done = co_await complete(order);
  else if (progress == OrderProgress::cancelling)
    done = co_await take_back(order);
  if (!done) co_return done.error();
  if (progress == OrderProgress::none) co_return std::move(order);
  order.progress = OrderProgress::none;
  auto written = co_await uses_.orders.update(order, stored.generation);
  if (!written) co_return written.error();
  // Only now may the stock forget that it has the goods back.
  if (progress == OrderProgress::cancelling) {
    for (const OrderItem& item : order.items)
      static_cast<void>(co_await uses_.stock.forget_put_back(item.sku, order.id));
  }
  co_return std::move(order);
}

Task<Result<void>> SettleOrder::undo(Order& order) {
  for (const OrderItem& item : order.items) {
    auto released = co_await uses_.stock.release(item.sku, order.id);
    if (!released) co_return released.error();
  }
  if (order.coupon_code) {
    CouponId coupon = coupon_id_of(*order.coupon_code);
    auto released = co_await uses_.coupons.release(order.user_id, std::move(coupon), order.id);
    if (!released) co_return released.error();
  }
  auto cancelled = co_await uses_.payments.cancel(order.id);
  if (!cancelled) co_return cancelled.error();
  // Last of all, and only unless the checkout itself said why: nothing came of it, so the key may be used again.
  if (!order.checkout_id.empty()) {
    std::optional<Error> interrupted = unavailable("The checkout was interrupted.");
    auto ended = co_await end_checkout(order.checkout_id, order.id, std::move(interrupted));
    if (!ended) co_return ended.error();
  }
  order.status = OrderStatus::cancelled;
  order.payment_status = PaymentStatus::failed;
  note(order, uses_.clock.now(), kByShop, "cancelled: the checkout was not completed");
  co_return Result<void>{};
}

Task<Result<void>> SettleOrder::complete(Order& order) {
  for (const OrderItem& item : order.items) {
    auto committed = co_await uses_.stock.commit(item.sku, order.id);
    if (!committed) co_return committed.error();
  }
  if (order.coupon_code) {
    CouponId coupon = coupon_id_of(*order.coupon_code);
    auto redeemed = co_await uses_.coupons.redeem(order.user_id, std::move(coupon), order.id);
    if (!redeemed) co_return redeemed.error();
  }
  auto captured = co_await uses_.payments.capture(order.id);
  if (!captured) co_return captured.error();
  auto taken = co_await uses_.carts.take_bought(order.user_id, order.id, order.items, uses_.clock.now());
  if (!taken) co_return taken.error();
  if (!order.checkout_id.empty()) {
    std::optional<Error> none;
    auto ended = co_await end_checkout(order.checkout_id, order.id, std::move(none));
    if (!ended) co_return ended.error();
  }
  order.payment_status = PaymentStatus::paid;
  note(order, uses_.clock.now(), kByShop, "paid");
  co_return Result<void>{};
}

Task<Result<void>> SettleOrder::take_back(Order& order) {
  std::string refund = "cancellation";
  auto refunded = co_await uses_.payments.refund(order.id, std::move(refund), order.totals.total());
  if (!refunded) co_return refunded.error();
  for (const OrderItem& item : order.items) {
    auto back = co_await uses_.stock.put_back(item.sku, order.id, item.quantity);
    if (!back) co_return back.error();
  }
  if (order.coupon_code) {
    CouponId coupon = coupon_id_of(*order.coupon_code);
    auto released = co_await uses_.coupons.release(order.user_id, std::move(coupon), order.id);
    if (!released) co_return released.error();
  }
  order.payment_status = PaymentStatus::refunded;
  note(order, uses_.clock.now(), kByShop, "refunded");
  co_return Result<void>{};
}

Task<Result<void>> SettleOrder::end_checkout(std::string checkout_id, OrderId order, std::optional<Error> failure) {
  for (int attempt = 0; attempt < kMaxEndAttempts; ++attempt) {
    auto stored = co_await uses_.checkouts.get(checkout_id);
    if (!stored && stored.error().kind == ErrorKind::NotFound) co_return Result<void>{};  // it was kept long enough
    if (!stored) co_return stored.error();
    Checkout checkout = std::move(stored->checkout);
    if (checkout.state != CheckoutState::running || checkout.order_id != order) co_return Result<void>{};
    const bool final = !failure || failure->kind == ErrorKind::Rejected || failure->kind == ErrorKind::Conflict;
    checkout.state = final ? CheckoutState::ended : CheckoutState::given_back;
    if (failure && final) {
      checkout.failure = failure->kind;
      checkout.failure_text = failure->detail;
    }
    auto written = co_await uses_.checkouts.update(std::move(checkout), stored->generation);
    if (written) co_return Result<void>{};
    if (written.error().kind != ErrorKind::GenerationMismatch) co_return written.error();
  }
  co_return unavailable("The checkout is being changed elsewhere.");
}

}  // namespace qm::shop
