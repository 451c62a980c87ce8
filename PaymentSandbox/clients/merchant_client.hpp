// Who is told of payments: the merchant's webhook.
#pragma once
#include "contracts/payment.hpp"
#include "platform/core/result.hpp"
#include "platform/core/task.hpp"

namespace qm::sandbox {

class MerchantClient {
 public:
  virtual ~MerchantClient() = default;
  // Any error: it was not taken, or it is in doubt; to be told again.
  virtual Task<Result<void>> tell(contracts::PaymentEvent event, Deadline deadline) = 0;
};

}  // namespace qm::sandbox
