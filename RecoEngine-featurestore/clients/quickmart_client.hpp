// What RecoEngine asks of QuickMart.
#pragma once
#include "contracts/assign_coupon.hpp"
#include "platform/core/result.hpp"
#include "platform/core/task.hpp"

namespace qm::reco {

class QuickmartClient {
 public:
  virtual ~QuickmartClient() = default;

  // Idempotent. NotFound or Rejected: QuickMart knows no such customer or coupon, or refuses it; asking again will not
  // help. Unavailable, Timeout, InDoubt: ask again. Thread-safe.
  virtual Task<Result<contracts::AssignCouponAnswer>> assign_coupon(contracts::AssignCouponRequest request,
                                                                    Deadline deadline) = 0;
};

}  // namespace qm::reco
