// Stripe's public API, as far as the shop needs it: PaymentIntents that are captured by hand, and refunds
// (docs.stripe.com/api). Bodies are forms, answers JSON; every POST carries an Idempotency-Key, which Stripe keeps for
// at least 24 hours. Thread-safe.
//
// Errors of every call: Rejected (the card was declined), Conflict (the intent's status does not allow it), Unavailable
// (nothing happened: not reached, too many requests, a key that is not accepted), InDoubt (sent and not answered, or
// answered with a failure of Stripe's own: call again).
#pragma once
#include <optional>
#include <string>

#include "platform/core/money.hpp"
#include "platform/http/client.hpp"
#include "QuickMart-backend/domain/order.hpp"

namespace qm::shop {

// Stripe's statuses, as far as they differ for the shop. open: nothing was set aside yet, or not any more (requires a
// payment method, a confirmation, an action of the customer's); under_way: Stripe does not know yet.
enum class StripeStatus { open, under_way, authorised, captured, cancelled };

struct StripeIntent {
  std::string id;  // "pi_…"
  StripeStatus status = StripeStatus::open;
};

class HttpStripeClient {
 public:
  struct Options {
    std::string base_url = "https://api.stripe.com";  // std::invalid_argument is thrown for what is no http(s) URL
    std::string secret_key;
    std::chrono::milliseconds timeout_ms{3'000};
    std::string ca_file{};  // empty: whom the system trusts
  };
  explicit HttpStripeClient(Options options);

  bool would_call() const { return client_.would_call(); }  // not while Stripe is known to be away

  // An intent that holds no money until it is confirmed; metadata[order_id] names the order.
  Task<Result<StripeIntent>> create(OrderId order, Money amount);
  // Sets the amount aside on the means of payment, "pm_…".
  Task<Result<StripeIntent>> confirm(OrderId order, std::string intent, std::string method);
  Task<Result<StripeIntent>> capture(OrderId order, std::string intent);
  Task<Result<StripeIntent>> cancel(OrderId order, std::string intent);
  Task<Result<StripeIntent>> get(std::string intent);
  // metadata[refund_id] = `refund`. Conflict beyond what is left.
  Task<Result<void>> refund(OrderId order, std::string intent, std::string refund, Money amount);
  // Whether the intent has a refund of this name that did not fail; at most 1,000 are looked at (then Unavailable).
  Task<Result<bool>> has_refund(std::string intent, std::string refund);

 private:
  using Form = std::vector<std::pair<std::string, std::string>>;
  Task<Result<std::string>> send(http::Method method, std::string target, Form form, std::string key);
  Task<Result<StripeIntent>> change_intent(std::string target, Form form, std::string key);

  http::Client client_;
  std::string authorization_;
  std::chrono::milliseconds timeout_ms_;
};

}  // namespace qm::shop
