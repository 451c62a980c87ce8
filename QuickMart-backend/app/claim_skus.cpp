#include "QuickMart-backend/app/claim_skus.hpp"

#include "QuickMart-backend/domain/product_faults.hpp"

namespace qm::shop {
namespace {

constexpr int kMaxClaimAttempts = 20;

Error being_claimed() {
  return {ErrorKind::Conflict, "Another product with one of these SKUs is being made; please try again."};
}

}  // namespace

Task<Result<std::vector<SkuId>>> ClaimSkus::run(ProductId product, std::vector<SkuId> skus) {
  std::vector<SkuId> taken;
  for (SkuId& sku : skus) {
    auto is_taken = co_await claim(product, sku);
    if (!is_taken) co_return is_taken.error();
    if (*is_taken) taken.push_back(std::move(sku));
  }
  co_return taken;
}

Task<Result<bool>> ClaimSkus::claim(ProductId product, SkuId sku) {
  for (int attempt = 0; attempt < kMaxClaimAttempts; ++attempt) {
    SkuClaim wanted{sku, product, clock_.now()};
    auto created = co_await claims_.create(wanted);
    if (created) co_return co_await names_a_product(product, sku);
    if (created.error().kind != ErrorKind::AlreadyExists) co_return created.error();
    auto known = co_await claims_.get(sku);
    if (!known && known.error().kind == ErrorKind::NotFound) continue;
    if (!known) co_return known.error();
    if (known->claim.product != product) {
      auto standing = co_await judge(known->claim);
      if (!standing) co_return standing.error();
      if (*standing == Standing::taken) co_return true;
      if (*standing == Standing::wanted) co_return being_claimed();
    }
    // Anew even if it is the product's own, so that nobody takes it for left behind.
    auto replaced = co_await claims_.replace(wanted, known->generation);
    if (replaced) co_return co_await names_a_product(product, sku);
    if (replaced.error().kind != ErrorKind::GenerationMismatch) co_return replaced.error();
  }
  co_return being_claimed();
}

// Products that came with the demo data never claimed the SKU that they are.
Task<Result<bool>> ClaimSkus::names_a_product(ProductId product, SkuId sku) {
  if (sku.str() == product.str()) co_return false;
  ProductId namesake{sku.str()};
  auto found = co_await catalog_.product(std::move(namesake));
  if (!found && found.error().kind != ErrorKind::NotFound) co_return found.error();
  co_return found.has_value();
}

Task<Result<ClaimSkus::Standing>> ClaimSkus::judge(SkuClaim claim) {
  auto holder = co_await catalog_.product(claim.product);
  if (!holder && holder.error().kind != ErrorKind::NotFound) co_return holder.error();
  if (holder && has_sku(*holder, claim.sku)) co_return Standing::taken;
  auto counted = co_await stock_.get(claim.sku);
  if (counted) co_return Standing::taken;
  if (counted.error().kind != ErrorKind::NotFound) co_return counted.error();
  const bool is_left_behind = clock_.now() - claim.at >= kClaimLease;
  co_return is_left_behind ? Standing::free : Standing::wanted;
}

Task<Result<std::vector<SkuId>>> ClaimSkus::find_taken(ProductId product, std::vector<SkuId> skus) {
  std::vector<SkuId> taken;
  for (SkuId& sku : skus) {
    auto names = co_await names_a_product(product, sku);
    if (!names) co_return names.error();
    bool is_taken = *names;
    if (!is_taken) {
      auto known = co_await claims_.get(sku);
      if (!known && known.error().kind != ErrorKind::NotFound) co_return known.error();
      if (known && known->claim.product != product) {
        auto standing = co_await judge(known->claim);
        if (!standing) co_return standing.error();
        is_taken = *standing == Standing::taken;
      }
    }
    if (is_taken) taken.push_back(std::move(sku));
  }
  co_return taken;
}

}  // namespace qm::shop
