// POST /payments/{payment_id}/authorise, /capture, /cancel, /refund, /dispute; GET /payments, /payments/{payment_id}.
// All need the service token. A POST may carry an Idempotency-Key, and the header Sandbox-Fault: one of decline,
// unavailable, delay, slow_answer, lost_answer, for this call alone.
#pragma once
#include "platform/http/api.hpp"
#include "PaymentSandbox/app/payment_calls.hpp"

namespace qm::sandbox {

void add_payment_routes(http::Api& api, PaymentCalls& calls, SandboxPayments& payments);

}  // namespace qm::sandbox
