// A payment in the words of the contract: what calls are answered and webhooks say.
#pragma once
#include "PaymentSandbox/clients/merchant_client.hpp"
#include "PaymentSandbox/domain/payment.hpp"

namespace qm::sandbox {

contracts::Payment to_wire(const Payment& payment);

}  // namespace qm::sandbox
