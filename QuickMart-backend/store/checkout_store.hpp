// Checkouts by their idempotency key: set "checkout", kept for kKeepCheckout. Thread-safe.
#pragma once
#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/checkout.hpp"

namespace qm::shop {

struct StoredCheckout {
  Checkout checkout;
  std::uint32_t generation = 0;
};

class CheckoutStore {
 public:
  explicit CheckoutStore(kv::Store& store) : store_(store) {}

  // AlreadyExists when the key is known.
  Task<Result<StoredCheckout>> create(Checkout checkout);
  // NotFound.
  Task<Result<StoredCheckout>> get(std::string id);
  // GenerationMismatch when it changed since it was read. → the new generation.
  Task<Result<std::uint32_t>> update(Checkout checkout, std::uint32_t expect_generation);

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
