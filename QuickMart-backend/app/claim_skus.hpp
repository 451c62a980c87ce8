// Makes SKUs a product's own before the product is written with them: first the claims, then the product.
//
// A claim holds as long as its product has the SKU, and for good once the SKU was counted, so that no sale or return
// ever meets another product's stock. One that a crash left behind stands in nobody's way but for kClaimLease, and not
// at all in that of the same product; so the product must be written within kClaimUse of the claim.
#pragma once
#include <vector>

#include "QuickMart-backend/store/catalog_store.hpp"
#include "QuickMart-backend/store/sku_claim_store.hpp"
#include "QuickMart-backend/store/stock_store.hpp"

namespace qm::shop {

inline constexpr std::chrono::seconds kClaimLease{30};
inline constexpr std::chrono::seconds kClaimUse{10};

// Thread-safe.
class ClaimSkus {
 public:
  ClaimSkus(SkuClaimStore& claims, CatalogStore& catalog, StockStore& stock, const Clock& clock)
      : claims_(claims), catalog_(catalog), stock_(stock), clock_(clock) {}

  // → those that belong to another product; if none, all are claimed. Idempotent. Conflict while another product that
  // wants one of them is being made.
  Task<Result<std::vector<SkuId>>> run(ProductId product, std::vector<SkuId> skus);
  // The same question without claiming anything.
  Task<Result<std::vector<SkuId>>> find_taken(ProductId product, std::vector<SkuId> skus);

 private:
  enum class Standing { free, taken, wanted };
  Task<Result<Standing>> judge(SkuClaim claim);            // for another product than the claim's
  Task<Result<bool>> claim(ProductId product, SkuId sku);  // → whether it is taken
  Task<Result<bool>> names_a_product(ProductId product, SkuId sku);

  SkuClaimStore& claims_;
  CatalogStore& catalog_;
  StockStore& stock_;
  const Clock& clock_;
};

}  // namespace qm::shop
