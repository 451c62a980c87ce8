// What Stripe's events say, in the shop's words (Stripe's API reference, «Events» and «Types of events»).
//   payment_intent.amount_capturable_updated  authorised      payment_intent.payment_failed  declined
//   payment_intent.succeeded                  captured        payment_intent.canceled        cancelled
//   refund.created                            refunded        charge.dispute.created         disputed
// Any other type is of no interest. An intent of the shop's names its order in metadata[order_id], a refund that the
// shop asked for its own name in metadata[refund_id]; whatever else names the intent only.
#pragma once
#include <string>

#include "platform/core/result.hpp"
#include "QuickMart-backend/domain/payment_event.hpp"

namespace qm::shop {

// Invalid, with every fault, when it is no event.
Result<PaymentEvent> parse_stripe_event(const std::string& body);

}  // namespace qm::shop
