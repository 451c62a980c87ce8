#include "QuickMart-backend/app/edit_product.hpp"

#include <algorithm>

namespace qm::shop {
namespace {

constexpr int kMaxEditAttempts = 20;

Error changed_meanwhile() {
  return {ErrorKind::PreconditionFailed, "This product was changed meanwhile; read it again."};
}

const Variant* find_variant(const Product& product, const SkuId& sku) {
  const auto at = std::find_if(product.variants.begin(), product.variants.end(),
                               [&](const Variant& each) { return each.id == sku; });
  return at == product.variants.end() ? nullptr : &*at;
}

std::int64_t quantity_of(const Product& product, const SkuId& sku) {
  const Variant* variant = find_variant(product, sku);
  return variant == nullptr ? product.stock_quantity : variant->stock_quantity;
}

}  // namespace

Error invalid_fields(const std::vector<FieldFault>& faults) {
  std::vector<Fault> all;
  for (const FieldFault& each : faults) {
    Fault fault;
    fault.loc.push_back("body");
    fault.loc.insert(fault.loc.end(), each.field.begin(), each.field.end());
    fault.msg = each.message;
    fault.type = "value_error";
    all.push_back(std::move(fault));
  }
  return invalid(std::move(all));
}

Product merge_product(Product wanted, const StoredProduct* known, Timestamp now, bool& kept_quantities) {
  kept_quantities = false;
  const auto keep = [&](std::int64_t& quantity, std::int64_t as_known) {
    kept_quantities = kept_quantities || quantity != as_known;
    quantity = as_known;
  };
  wanted.updated_at = now;
  if (known == nullptr) {
    if (wanted.created_at == Timestamp{}) wanted.created_at = now;
  } else {
    wanted.created_at = known->product.created_at;
    for (Variant& variant : wanted.variants)
      if (const Variant* same = find_variant(known->product, variant.id))
        keep(variant.stock_quantity, same->stock_quantity);
    if (wanted.variants.empty() && known->product.variants.empty())
      keep(wanted.stock_quantity, known->product.stock_quantity);
  }
  if (!wanted.variants.empty()) wanted.stock_quantity = 0;
  for (const Variant& variant : wanted.variants) wanted.stock_quantity += variant.stock_quantity;
  return wanted;
}

std::vector<SkuId> new_skus(const Product& product, const StoredProduct* known) {
  std::vector<SkuId> skus;
  // Its own name, even if it is sold in variants only: no other product may take it for one of its own.
  if (known == nullptr) skus.push_back(SkuId{product.id.str()});
  for (const Variant& variant : product.variants)
    if (known == nullptr || !has_sku(known->product, variant.id)) skus.push_back(variant.id);
  return skus;
}

std::vector<FieldFault> faults_of_taken(const Product& product, const std::vector<SkuId>& taken) {
  std::vector<FieldFault> faults;
  for (const SkuId& sku : taken) {
    FieldFault fault;
    fault.message = "this SKU belongs to another product";
    const Variant* variant = find_variant(product, sku);
    if (variant == nullptr) fault.field = {"product_id"};
    else fault.field = {"variants", std::to_string(variant - product.variants.data()), "sku"};
    faults.push_back(std::move(fault));
  }
  return faults;
}

Task<Result<StoredProduct>> EditProduct::get(ProductId id) {
  auto stored = co_await store_.stored_product(std::move(id));
  if (!stored && stored.error().kind == ErrorKind::NotFound) co_return not_found("There is no such product.");
  co_return stored;
}

Task<Result<WrittenProduct>> EditProduct::create(Product product) {
  ProductWrite write;
  write.product = std::move(product);
  write.may_create = true;
  auto written = co_await this->write(std::move(write));
  co_return co_await published(std::move(written));
}

Task<Result<WrittenProduct>> EditProduct::replace(Product product, std::optional<std::int64_t> revision) {
  ProductWrite write;
  write.product = std::move(product);
  write.may_change = true;
  write.revision = revision;
  auto written = co_await this->write(std::move(write));
  co_return co_await published(std::move(written));
}

Task<Result<WrittenProduct>> EditProduct::deactivate(ProductId id, std::optional<std::int64_t> revision) {
  WrittenProduct written;
  CatalogStore::ProductChange retire = [&](const StoredProduct* known) -> Result<std::optional<Product>> {
    written.outcome = ProductOutcome::unchanged;
    if (known == nullptr) return not_found("There is no such product.");
    if (revision && *revision != known->revision) return changed_meanwhile();
    if (!known->product.is_active) return std::nullopt;
    written.outcome = ProductOutcome::changed;
    Product retired = known->product;
    retired.is_active = false;
    retired.updated_at = clock_.now();
    return retired;
  };
  auto stored = co_await store_.change(std::move(id), std::move(retire));
  if (!stored) co_return stored.error();
  written.stored = std::move(*stored);
  Result<WrittenProduct> result{std::move(written)};
  co_return co_await published(std::move(result));
}

Task<Result<WrittenProduct>> EditProduct::published(Result<WrittenProduct> written) {
  if (!written) co_return written;
  // Also one that is as it was: whoever made it so may have died before it could tell.
  std::vector<ProductId> changed{written->stored.product.id};
  auto published = co_await catalog_.publish(std::move(changed));
  if (!published) co_return published.error();
  co_return written;
}

Task<Result<WrittenProduct>> EditProduct::write(ProductWrite write) {
  std::vector<FieldFault> faults = faults_of(write.product);
  if (!write.category_is_known) {
    auto category = co_await store_.category(write.product.category);
    if (!category && category.error().kind != ErrorKind::NotFound) co_return category.error();
    if (!category) faults.push_back({{"category"}, "there is no such category"});
  }
  if (!faults.empty()) co_return invalid_fields(faults);

  for (int attempt = 0; attempt < kMaxEditAttempts; ++attempt) {
    auto found = co_await store_.stored_product(write.product.id);
    if (!found && found.error().kind != ErrorKind::NotFound) co_return found.error();
    if (found && !write.may_change)
      co_return Error{ErrorKind::AlreadyExists, "There is already a product with this id."};
    if (!found && !write.may_create) co_return not_found("There is no such product.");
    std::optional<StoredProduct> known;
    if (found) known = std::move(*found);
    if (known && write.revision && *write.revision != known->revision) co_return changed_meanwhile();
    auto written = co_await write_once(write, std::move(known));
    const bool was_slower = !written && written.error().kind == ErrorKind::GenerationMismatch;
    if (!was_slower) co_return written;
  }
  co_return unavailable("This product is being changed by many; please try again.");
}

// GenerationMismatch when somebody else was faster.
Task<Result<WrittenProduct>> EditProduct::write_once(const ProductWrite& write, std::optional<StoredProduct> known) {
  const Timestamp now = clock_.now();
  const StoredProduct* before = known ? &*known : nullptr;
  WrittenProduct written;
  Product next = merge_product(write.product, before, now, written.kept_quantities);
  if (known) {
    next.updated_at = known->product.updated_at;
    if (next == known->product) {
      written.stored = std::move(*known);
      co_return written;
    }
  }
  std::vector<SkuId> fresh = new_skus(next, before);
  auto taken = co_await claims_.run(next.id, fresh);
  if (!taken) co_return taken.error();
  if (!taken->empty()) co_return invalid_fields(faults_of_taken(next, *taken));
  if (clock_.now() - now >= kClaimUse) co_return unavailable("The store is slow; please try again.");

  const std::int64_t revision = known ? known->revision : 0;
  CatalogStore::ProductChange change = [&](const StoredProduct* current) -> Result<std::optional<Product>> {
    if ((current == nullptr ? 0 : current->revision) != revision) return Error{ErrorKind::GenerationMismatch, {}};
    // The quantities may have moved since, which is no change of the product.
    return merge_product(write.product, current, now, written.kept_quantities);
  };
  ProductId id = next.id;
  auto stored = co_await store_.change(std::move(id), std::move(change));
  if (!stored) co_return stored.error();
  written.stored = std::move(*stored);
  written.outcome = known ? ProductOutcome::changed : ProductOutcome::created;
  for (SkuId& sku : fresh) {
    const bool is_sold = !written.stored.product.variants.empty() ? sku.str() != next.id.str() : true;
    if (!is_sold) continue;
    // The product stands; what is not counted now is counted from what it says with the first sale.
    static_cast<void>(co_await stock_.begin(sku, quantity_of(written.stored.product, sku)));
  }
  co_return written;
}

}  // namespace qm::shop
