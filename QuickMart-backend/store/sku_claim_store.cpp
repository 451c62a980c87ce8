#include "QuickMart-backend/store/sku_claim_store.hpp"

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kSkuSet = "sku";

kv::Bins encode_claim(const SkuClaim& claim) {
  kv::Bins bins;
  bins["product"] = claim.product.str();
  bins["at"] = to_value(claim.at);
  return bins;
}

}  // namespace

Task<Result<void>> SkuClaimStore::create(SkuClaim claim) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kSkuSet, claim.sku.str()};
  kv::Bins bins = encode_claim(claim);
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<StoredSkuClaim>> SkuClaimStore::get(SkuId sku) {
  kv::Key key{kSkuSet, sku.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  const RecordFields fields{*record};
  StoredSkuClaim stored;
  stored.claim.product = ProductId{fields.text("product")};
  stored.claim.at = fields.time("at");
  stored.claim.sku = std::move(sku);
  stored.generation = record->generation;
  co_return stored;
}

Task<Result<void>> SkuClaimStore::replace(SkuClaim claim, std::uint32_t generation) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::Replace;
  options.expect_generation = generation;
  kv::Key key{kSkuSet, claim.sku.str()};
  kv::Bins bins = encode_claim(claim);
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

}  // namespace qm::shop
