#include "QuickMart-backend/store/first_order_store.hpp"

#include "QuickMart-backend/store/change_record.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kFirstOrderSet = "first_order";
constexpr const char* kClaimedBy = "use";  // empty: given up; a record is not removed, as it might come back
constexpr const char* kClaimsBusy = "Another order of yours is being placed; please try again.";

std::optional<FirstOrderClaim> decode_claim(const kv::Record* record) {
  if (record == nullptr) return std::nullopt;
  const RecordFields fields{*record};
  const std::string use = fields.text(kClaimedBy);
  if (use.empty()) return std::nullopt;
  return FirstOrderClaim{CouponUseId{use}, CouponId{fields.text("coupon")}, fields.time("since")};
}

}  // namespace

Task<Result<std::optional<FirstOrderClaim>>> FirstOrderStore::get(UserId user) {
  kv::Key key{kFirstOrderSet, user.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record && record.error().kind != ErrorKind::NotFound) co_return record.error();
  co_return decode_claim(record ? &*record : nullptr);
}

Task<Result<FirstOrderClaim>> FirstOrderStore::claim(UserId user, FirstOrderClaim claim,
                                                     std::optional<CouponUseId> dead) {
  kv::Key key{kFirstOrderSet, user.str()};
  FirstOrderClaim holder;
  RecordChange change = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    const auto there = decode_claim(record);
    if (there && there->use != dead) {
      holder = *there;
      return std::optional<kv::Bins>{};
    }
    holder = claim;
    kv::Bins bins;
    bins[kClaimedBy] = claim.use.str();
    bins["coupon"] = claim.coupon.str();
    bins["since"] = to_value(claim.since);
    return std::optional{std::move(bins)};
  };
  auto changed = co_await change_record(store_, std::move(key), std::move(change), kClaimsBusy);
  if (!changed) co_return changed.error();
  co_return holder;
}

Task<Result<void>> FirstOrderStore::release(UserId user, CouponUseId use) {
  kv::Key key{kFirstOrderSet, user.str()};
  RecordChange change = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    const auto there = decode_claim(record);
    if (!there || there->use != use) return std::optional<kv::Bins>{};
    kv::Bins bins;
    bins[kClaimedBy] = "";
    return std::optional{std::move(bins)};
  };
  co_return co_await change_record(store_, std::move(key), std::move(change), kClaimsBusy);
}

}  // namespace qm::shop
