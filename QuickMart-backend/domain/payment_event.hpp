// What a payment gateway tells the shop of its own accord. Such messages come in any order, twice, or never, so nothing
// of an order's truth rests on them; they only help where the shop and the gateway do not agree.
#pragma once
#include <string>
#include <string_view>

#include "QuickMart-backend/domain/order.hpp"

namespace qm::shop {

enum class PaymentEventKind { authorised, declined, captured, cancelled, refunded, disputed, other };

struct PaymentEvent {
  std::string provider;  // "sandbox", "stripe"
  std::string id;        // the provider's, the same each time it is told
  PaymentEventKind kind = PaymentEventKind::other;
  OrderId order{};         // empty: the provider names only its own reference
  std::string reference{};  // the provider's name for the payment
  Money amount{};           // of a refund or dispute
  bool is_ours = false;     // a refund that the shop asked for
};

//   ignore     it changes nothing: the order's own steps do, or did, what is to be done
//   take_in    somebody else touched the money: the order is told
//   give_back  the order is dead and the gateway holds money for it: that goes back
//   wait       as take_in, but the order is not decided yet: to be told again
enum class PaymentEventAnswer { ignore, take_in, give_back, wait };
PaymentEventAnswer answer_to(const PaymentEvent& event, const Order& order) noexcept;

// A refund that somebody else made counts as one of the order's, so that no more goes back than was paid. → false when
// there is nothing (more) to take in: a dispute, or another currency, changes only the history.
bool take_in(Order& order, const PaymentEvent& event, Timestamp at);

// For the order's history. Names the event, so that it is noted once.
std::string describe(const PaymentEvent& event);

}  // namespace qm::shop
