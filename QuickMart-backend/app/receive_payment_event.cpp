#include "QuickMart-backend/app/receive_payment_event.hpp"

#include <algorithm>

#include "platform/log/log.hpp"
#include "QuickMart-backend/app/settle_order.hpp"
#include "QuickMart-backend/domain/decide_refund.hpp"

namespace qm::shop {
namespace {

constexpr int kMaxNoteAttempts = 10;
constexpr const char* kByGateway = "payments";

bool is_noted(const Order& order, const std::string& what) {
  return std::ranges::any_of(order.history,
                             [&](const OrderEvent& event) { return event.by == kByGateway && event.what == what; });
}

}  // namespace

Task<Result<bool>> ReceivePaymentEvent::run(PaymentEvent event) {
  auto known = co_await uses_.events.knows(event);
  if (!known) co_return known.error();
  if (*known) co_return false;
  auto order = co_await order_of(event);
  if (!order && order.error().kind != ErrorKind::NotFound) co_return order.error();
  if (order) {
    event.order = std::move(*order);
    auto done = co_await deal_with(event);
    if (!done && done.error().kind != ErrorKind::NotFound) co_return done.error();
  }
  auto remembered = co_await uses_.events.remember(std::move(event), uses_.clock.now());
  if (!remembered) co_return remembered.error();
  co_return true;
}

Task<Result<OrderId>> ReceivePaymentEvent::order_of(const PaymentEvent& event) {
  if (!event.order.empty()) co_return event.order;
  if (event.reference.empty()) co_return not_found("The event names no payment.");
  co_return co_await uses_.references.find(event.reference);
}

Task<Result<void>> ReceivePaymentEvent::deal_with(PaymentEvent event) {
  for (int attempt = 0; attempt < kMaxNoteAttempts; ++attempt) {
    auto stored = co_await uses_.orders.get(event.order);
    if (!stored) co_return stored.error();
    switch (answer_to(event, stored->order)) {
      case PaymentEventAnswer::ignore: co_return Result<void>{};
      case PaymentEventAnswer::wait: co_return unavailable("The order is not decided yet; please tell it again.");
      case PaymentEventAnswer::give_back: co_return co_await give_back(std::move(stored->order));
      case PaymentEventAnswer::take_in: break;
    }
    std::string what = describe(event);
    const bool is_new = take_in(stored->order, event, uses_.clock.now());
    if (!is_new && is_noted(stored->order, what)) co_return Result<void>{};
    note(stored->order, uses_.clock.now(), kByGateway, std::move(what));
    auto written = co_await uses_.orders.update(std::move(stored->order), stored->generation);
    if (written) co_return Result<void>{};
    if (written.error().kind != ErrorKind::GenerationMismatch) co_return written.error();
  }
  co_return unavailable("The order is being changed elsewhere; please tell it again.");
}

Task<Result<void>> ReceivePaymentEvent::give_back(Order order) {
  auto cancelled = co_await uses_.payments.cancel(order.id);
  if (cancelled || cancelled.error().kind != ErrorKind::Conflict) co_return cancelled;
  // It was captured. Name and amount are those of a cancellation's refund: if that was made, this changes nothing.
  std::string refund = kCancellationRefund;
  const Money left = refundable(order);
  if (left.is_zero()) co_return Result<void>{};
  auto refunded = co_await uses_.payments.refund(order.id, std::move(refund), left);
  if (!refunded && refunded.error().kind == ErrorKind::Conflict) {
    log::warn("the money of a cancelled order could not be given back whole",
              {{"order", order.id.str()}, {"why", refunded.error().detail}});
    co_return Result<void>{};  // parts of it went back before: nothing that telling it again would mend
  }
  co_return refunded;
}

}  // namespace qm::shop
