#include "QuickMart-backend/app/settle_order.hpp"

#include "QuickMart-backend/app/shop_events.hpp"
#include "QuickMart-backend/domain/decide_refund.hpp"

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
  stored.order.lease_until = uses_.clock.now() + uses_.lease;
  auto written = co_await uses_.orders.update(stored.order, stored.generation);
  if (!written) co_return written.error();
  stored.generation = *written;
  co_return stored;
}

Task<Result<Order>> SettleOrder::run(StoredOrder stored) {
  Order& order = stored.order;
  const OrderProgress progress = order.progress;
  // Of the order as it stands in its record, so that they are the same however often the step is taken.
  std::vector<contracts::Event> events = order_events(order);
  const Order decided = order;
  Result<void> done{};
  if (progress == OrderProgress::undoing)
    done = co_await undo(order);
  else if (progress == OrderProgress::completing)
    done = co_await complete(order);
  else if (progress == OrderProgress::cancelling)
    done = co_await take_back(order);
  else if (progress == OrderProgress::refunding)
    done = co_await refund(order);
  if (!done) co_return done.error();
  if (progress == OrderProgress::none) co_return std::move(order);
  auto owed = co_await uses_.events.owe(std::move(events));
  if (!owed) co_return owed.error();
  std::vector<MerchantEvent> told = events_of_step(decided, order);
  for (MerchantEvent& event : told) {
    auto noted = co_await uses_.merchant.note(std::move(event));
    if (!noted) co_return noted.error();
  }
  order.progress = OrderProgress::none;
  // What the customer is told of a failed checkout was written before: this makes it durable.
  OrderStore& orders = progress == OrderProgress::undoing ? uses_.orders : uses_.saga.orders;
  auto written = co_await orders.update(order, stored.generation);
  if (!written) co_return written.error();
  co_return std::move(order);
}

Task<Result<void>> SettleOrder::undo(Order& order) {
  for (const OrderItem& item : order.items) {
    auto released = co_await uses_.saga.stock.release(item.sku, order.id);
    if (!released) co_return released.error();
  }
  for (const OrderCoupon& each : order.coupons) {
    CouponId coupon = coupon_id_of(each.code);
    CouponUseId use = use_of(order.id);
    auto released = co_await uses_.coupons.release(order.user_id, std::move(coupon), std::move(use));
    if (!released) co_return released.error();
  }
  auto cancelled = co_await uses_.payments.cancel(order.id);
  if (!cancelled) co_return cancelled.error();
  // Last of all, and only unless the checkout itself said why: nothing came of it, so the key may be used again.
  std::optional<Error> interrupted = unavailable("The checkout was interrupted.");
  auto ended = co_await end_checkout(order, std::move(interrupted));
  if (!ended) co_return ended.error();
  order.status = OrderStatus::cancelled;
  order.payment_status = PaymentStatus::failed;
  note(order, uses_.clock.now(), kByShop, "cancelled: the checkout was not completed");
  co_return Result<void>{};
}

Task<Result<void>> SettleOrder::complete(Order& order) {
  for (const OrderItem& item : order.items) {
    auto committed = co_await uses_.saga.stock.commit(item.sku, order.id);
    if (!committed) co_return committed.error();
  }
  for (const OrderCoupon& each : order.coupons) {
    CouponId coupon = coupon_id_of(each.code);
    CouponUseId use = use_of(order.id);
    auto redeemed = co_await uses_.coupons.redeem(order.user_id, std::move(coupon), std::move(use));
    if (!redeemed) co_return redeemed.error();
  }
  auto captured = co_await uses_.payments.capture(order.id);
  if (!captured) co_return captured.error();
  auto taken =
      co_await uses_.saga.carts.take_bought(order.user_id, order.id, order.items, order.coupons, uses_.clock.now());
  if (!taken) co_return taken.error();
  order.payment_status = PaymentStatus::paid;
  note(order, uses_.clock.now(), kByShop, "paid");
  std::optional<Error> none;
  co_return co_await end_checkout(order, std::move(none));
}

Task<Result<void>> SettleOrder::take_back(Order& order) {
  std::string cancellation = kCancellationRefund;
  const Money left = refundable(order);
  if (!left.is_zero()) {
    auto paid_back = co_await uses_.payments.refund(order.id, std::move(cancellation), left);
    if (!paid_back) co_return paid_back.error();
  }
  for (const OrderItem& item : order.items) {
    const std::int64_t quantity = item.quantity - returned(order, item.sku);
    if (quantity == 0) continue;
    PutBack whole{order.id.str(), ""};
    auto back = co_await uses_.saga.stock.put_back(item.sku, std::move(whole), quantity);
    if (!back) co_return back.error();
  }
  for (const OrderCoupon& each : order.coupons) {
    CouponId coupon = coupon_id_of(each.code);
    CouponUseId use = use_of(order.id);
    auto released = co_await uses_.coupons.release(order.user_id, std::move(coupon), std::move(use));
    if (!released) co_return released.error();
  }
  order.payment_status = PaymentStatus::refunded;
  note(order, uses_.clock.now(), kByShop, "refunded");
  co_return Result<void>{};
}

Task<Result<void>> SettleOrder::refund(Order& order) {
  for (Refund& refund : order.refunds) {
    if (refund.is_done) continue;
    if (!refund.amount.is_zero()) {
      auto paid_back = co_await uses_.payments.refund(order.id, refund.id, refund.amount);
      if (!paid_back) co_return paid_back.error();
    }
    for (const ReturnedLine& line : refund.lines) {
      if (!line.restock) continue;
      PutBack some{order.id.str(), refund.id};
      auto back = co_await uses_.saga.stock.put_back(line.sku, std::move(some), line.quantity);
      if (!back) co_return back.error();
    }
    refund.is_done = true;
    note(order, uses_.clock.now(), kByShop, "refunded " + to_decimal(refund.amount));
  }
  const bool is_whole = refundable(order).is_zero();
  order.payment_status = is_whole ? PaymentStatus::refunded : PaymentStatus::partially_refunded;
  const auto whole = qm::shop::advance(order.status, OrderStatus::refunded);
  if (is_whole && whole) order.status = *whole;
  co_return Result<void>{};
}

Task<Result<void>> SettleOrder::end_checkout(const Order& order, std::optional<Error> failure) {
  if (order.checkout_id.empty()) co_return Result<void>{};
  for (int attempt = 0; attempt < kMaxEndAttempts; ++attempt) {
    auto stored = co_await uses_.saga.checkouts.get(order.checkout_id);
    if (!stored && stored.error().kind == ErrorKind::NotFound) co_return Result<void>{};  // it was kept long enough
    if (!stored) co_return stored.error();
    Checkout checkout = std::move(stored->checkout);
    if (checkout.state != CheckoutState::running || checkout.order_id != order.id) co_return Result<void>{};
    const bool final = !failure || failure->kind == ErrorKind::Rejected || failure->kind == ErrorKind::Conflict;
    checkout.state = final ? CheckoutState::ended : CheckoutState::given_back;
    if (!failure) {
      checkout.answer = order;
      checkout.answer->progress = OrderProgress::none;
    }
    if (failure && final) {
      checkout.failure = failure->kind;
      checkout.failure_text = failure->detail;
    }
    auto written = co_await uses_.saga.checkouts.update(std::move(checkout), stored->generation);
    if (written) co_return Result<void>{};
    if (written.error().kind != ErrorKind::GenerationMismatch) co_return written.error();
  }
  co_return unavailable("The checkout is being changed elsewhere.");
}

}  // namespace qm::shop
