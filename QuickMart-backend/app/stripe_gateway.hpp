// Payments through Stripe. One PaymentIntent for an order, found again after a crash by what the shop wrote down:
//   1. the intent is created: it has an id, and holds no money
//   2. its id is written down under the order's id
//   3. only then is it confirmed, which sets the money aside
// So no money is ever set aside under an id that nobody knows. Searching Stripe by metadata would not do: its Search
// API may show only later what was written now. An idempotency key alone would not either: Stripe may forget it after a
// day. A crash between 1 and 2 leaves an intent without money, which nobody pays for.
//
// Cancelling first closes what is written down, so that an authorisation that is still under way cannot write down an
// intent any more, and then cancels the intent, if there is one. Whenever Stripe says that an intent's status does not
// allow a step, or is in doubt, the status itself decides what to answer. A refund's name stands in its metadata and is
// looked for before it is made, for a repetition after more than a day.
#pragma once
#include "QuickMart-backend/clients/http_stripe_client.hpp"
#include "QuickMart-backend/clients/payment_gateway.hpp"
#include "QuickMart-backend/store/payment_reference_store.hpp"

namespace qm::shop {

class StripeGateway final : public PaymentGateway {
 public:
  StripeGateway(HttpStripeClient& stripe, PaymentReferenceStore& references)
      : stripe_(stripe), references_(references) {}

  bool is_reachable() const override { return stripe_.would_call(); }

  // `method`: a PaymentMethod's id, "pm_…", made by Stripe's scripts in the customer's browser.
  Task<Result<void>> authorise(OrderId order, Money amount, std::string method) override;
  Task<Result<void>> capture(OrderId order) override;
  Task<Result<void>> cancel(OrderId order) override;
  Task<Result<void>> refund(OrderId order, std::string refund, Money amount) override;

 private:
  Task<Result<std::string>> intent_for(OrderId order, Money amount);
  // What a step led to: as it says, or, where it cannot say, as the intent's status does.
  Task<Result<StripeIntent>> look_again(Result<StripeIntent> said, std::string intent);

  HttpStripeClient& stripe_;
  PaymentReferenceStore& references_;
};

}  // namespace qm::shop
