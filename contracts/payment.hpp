// The payment sandbox's API, as the shop calls it, and the webhooks that it sends. Amounts are whole minor units.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/json/describe.hpp"

namespace qm::contracts {

inline constexpr std::int64_t kMaxAmountMinor = 100'000'000'000;

// POST /payments/{payment_id}/authorise
struct AuthorisePayment {
  std::int64_t amount_minor = 0;
  std::string currency = "USD";
  std::string method;  // any; "declined", "timeout", "slow_answer", "lost_answer" are trouble on demand
};
BOOST_DESCRIBE_STRUCT(AuthorisePayment, (), (amount_minor, currency, method))
inline auto constraints(const AuthorisePayment*) {
  return json::fields(
      json::field(&AuthorisePayment::amount_minor, json::range(0, static_cast<double>(kMaxAmountMinor))),
      json::field(&AuthorisePayment::currency, json::defaulted(), json::length(3, 3)),
      json::field(&AuthorisePayment::method, json::length(1, 200)));
}

// POST /payments/{payment_id}/refund
struct RefundPayment {
  std::string refund_id;  // names the refund: each is made once
  std::int64_t amount_minor = 0;
  std::string currency = "USD";
};
BOOST_DESCRIBE_STRUCT(RefundPayment, (), (refund_id, amount_minor, currency))
inline auto constraints(const RefundPayment*) {
  return json::fields(
      json::field(&RefundPayment::refund_id, json::identifier()),
      json::field(&RefundPayment::amount_minor, json::range(0, static_cast<double>(kMaxAmountMinor))),
      json::field(&RefundPayment::currency, json::defaulted(), json::length(3, 3)));
}

struct PaymentRefund {
  std::string refund_id;
  std::int64_t amount_minor = 0;
};
BOOST_DESCRIBE_STRUCT(PaymentRefund, (), (refund_id, amount_minor))

// What every call answers. State: none, declined, authorised, captured, cancelled.
struct Payment {
  std::string payment_id;
  std::string state;
  std::int64_t amount_minor = 0;    // authorised, or declined
  std::int64_t captured_minor = 0;  // taken: 0 or all of it
  std::int64_t refunded_minor = 0;  // given back
  std::string currency;
  std::string method;
  std::int64_t captures = 0;  // how often money was taken: at most once
  std::vector<PaymentRefund> refunds;
  bool disputed = false;
  Timestamp created_at{};
  Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(Payment, (),
                      (payment_id, state, amount_minor, captured_minor, refunded_minor, currency, method, captures,
                       refunds, disputed, created_at, updated_at))

// A webhook's body. Types: payment.authorised, .declined, .captured, .cancelled, .refunded, .disputed. The header
// Payment-Signature proves it (platform/security/webhook_signature.hpp).
struct PaymentEvent {
  std::string id;  // the same each time it is sent
  std::string type;
  Timestamp created_at{};
  std::optional<PaymentRefund> refund;  // of payment.refunded
  Payment payment;                      // as it is now
};
BOOST_DESCRIBE_STRUCT(PaymentEvent, (), (id, type, created_at, refund, payment))

// How the names of the refunds begin that the shop asks for: any other was made by somebody else.
inline constexpr const char* kShopsRefunds = "shop.";

inline constexpr const char* kPaymentSignatureHeader = "Payment-Signature";

}  // namespace qm::contracts
