// POST /api/payments/webhooks/{provider}: what payment gateways tell of their own accord. Nobody signs in; a signature
// over the body, as it came, proves the sender (platform/security/webhook_signature.hpp).
#pragma once
#include <string>

#include "platform/http/api.hpp"
#include "QuickMart-backend/app/receive_payment_event.hpp"

namespace qm::shop {

struct PaymentWebhooks {
  std::string provider;  // the one gateway that is in use: "sandbox", "stripe"; any other is 404
  std::string secret;
  std::chrono::seconds tolerance{300};
};

// With an empty provider there is no such route's gateway: all are 404.
void add_payment_webhook_routes(http::Api& api, ReceivePaymentEvent& receive, PaymentWebhooks webhooks,
                                const Clock& clock);

}  // namespace qm::shop
