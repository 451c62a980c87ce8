// Products as staff keep them: created, changed, taken out of the catalog.
//
// A write is a saga whose decisive step is the product's record: SKUs are claimed before it (claim_skus.hpp), and the
// count of new ones begins after it; a crash in between leaves nothing that a retry stumbles over, as a SKU that is not
// yet counted is counted from what its product says. What is counted already is changed by adjusting the stock, never
// by a product: quantities given for SKUs that the product has are not taken over.
#pragma once
#include <optional>

#include "QuickMart-backend/app/catalog.hpp"
#include "QuickMart-backend/app/claim_skus.hpp"
#include "QuickMart-backend/domain/product_faults.hpp"

namespace qm::shop {

enum class ProductOutcome { created, changed, unchanged };

struct WrittenProduct {
  StoredProduct stored;
  ProductOutcome outcome = ProductOutcome::unchanged;
  bool kept_quantities = false;  // others were given
};

struct ProductWrite {
  Product product;  // created_at empty: now; of a known one it stays
  bool may_create = false;
  bool may_change = false;
  std::optional<std::int64_t> revision{};  // the one that shall be changed; empty: any
  bool category_is_known = false;          // was looked up by the caller
};

// Thread-safe.
class EditProduct {
 public:
  EditProduct(CatalogStore& store, ClaimSkus& claims, StockStore& stock, CatalogApp& catalog, const Clock& clock)
      : store_(store), claims_(claims), stock_(stock), catalog_(catalog), clock_(clock) {}

  Task<Result<StoredProduct>> get(ProductId id);  // NotFound
  // All of them, inactive ones included, in no particular order.
  Task<Result<CatalogStore::ProductsPage>> page(std::string cursor, std::size_t limit) {
    return store_.page(std::move(cursor), limit);
  }

  // All write, and then publish. Invalid with every fault; Conflict while a SKU is in dispute.
  Task<Result<WrittenProduct>> create(Product product);  // AlreadyExists
  // NotFound; PreconditionFailed when it is no longer of that revision.
  Task<Result<WrittenProduct>> replace(Product product, std::optional<std::int64_t> revision);
  // It is no longer listed, found or sold; orders keep it. Idempotent. As replace().
  Task<Result<WrittenProduct>> deactivate(ProductId id, std::optional<std::int64_t> revision);

  // Writes without publishing: for many at once. One that is as it shall be is not written.
  Task<Result<WrittenProduct>> write(ProductWrite write);

 private:
  Task<Result<WrittenProduct>> write_once(const ProductWrite& write, std::optional<StoredProduct> known);
  Task<Result<WrittenProduct>> published(Result<WrittenProduct> written);

  CatalogStore& store_;
  ClaimSkus& claims_;
  StockStore& stock_;
  CatalogApp& catalog_;
  const Clock& clock_;
};

// As a request's body would be told of them.
Error invalid_fields(const std::vector<FieldFault>& faults);

// What `wanted` makes of `known` (null: there is none): the quantities and the time of creation of what is known stay.
Product merge_product(Product wanted, const StoredProduct* known, Timestamp now, bool& kept_quantities);
// Those that the product does not have yet.
std::vector<SkuId> new_skus(const Product& product, const StoredProduct* known);
// The faults of SKUs that belong to another product.
std::vector<FieldFault> faults_of_taken(const Product& product, const std::vector<SkuId>& taken);

}  // namespace qm::shop
