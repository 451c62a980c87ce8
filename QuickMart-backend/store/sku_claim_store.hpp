// Whose a SKU is: set "sku", id = SKU. The record is the claim, so that a SKU belongs to one product only. Whether a
// claim still holds is decided with the product it names (app/claim_skus). Thread-safe.
#pragma once
#include "platform/core/clock.hpp"
#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/product.hpp"

namespace qm::shop {

struct SkuClaim {
  SkuId sku;
  ProductId product;
  Timestamp at{};
};
struct StoredSkuClaim {
  SkuClaim claim;
  std::uint32_t generation = 0;
};

class SkuClaimStore {
 public:
  explicit SkuClaimStore(kv::Store& store) : store_(store) {}

  // AlreadyExists.
  Task<Result<void>> create(SkuClaim claim);
  Task<Result<StoredSkuClaim>> get(SkuId sku);  // NotFound
  // GenerationMismatch.
  Task<Result<void>> replace(SkuClaim claim, std::uint32_t generation);

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
