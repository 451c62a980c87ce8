#include "QuickMart-backend/store/coupon_store.hpp"

#include <algorithm>
#include <limits>

#include "QuickMart-backend/store/change_record.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kCouponSet = "coupon";
constexpr std::size_t kCouponsPerPage = 200;
constexpr const char* kUsageCount = "usage_count";
constexpr const char* kPending = "pending";  // use → its fields; of old: user coupon id → since when, in milliseconds
constexpr const char* kTakenOff = "taken_off";  // use → since when, in milliseconds
constexpr const char* kCampaign = "campaign_id";
constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

void encode_discount(const Discount& discount, kv::Bins& bins) {
  bins["percent_bp"] = {};
  bins["amount_off"] = {};
  if (const auto* percent = std::get_if<PercentOff>(&discount)) bins["percent_bp"] = percent->rate.value;
  if (const auto* amount = std::get_if<AmountOff>(&discount)) bins["amount_off"] = to_value(amount->amount);
}

Discount decode_discount(const RecordFields& fields) {
  if (auto rate = fields.maybe_integer("percent_bp")) return PercentOff{BasisPoints{*rate}};
  if (auto amount = fields.maybe_money("amount_off")) return AmountOff{*amount};
  return FreeShipping{};
}

template <class Ids>
kv::Value encode_ids(const Ids& ids) {
  kv::List list;
  for (const auto& id : ids) list.emplace_back(id.str());
  return kv::Value{std::move(list)};
}

kv::Bins encode_coupon(const Coupon& coupon) {
  kv::Bins bins;
  bins["code"] = coupon.code;
  bins["name"] = coupon.name;
  bins["description"] = coupon.description;
  encode_discount(coupon.discount, bins);
  bins["min_order"] = to_value(coupon.minimum_order_value);
  bins["max_discount"] = to_value(coupon.maximum_discount);
  // Always there, so that one condition serves coupons with and without a limit.
  bins["usage_limit"] = coupon.usage_limit.value_or(kNoLimit);
  bins[kUsageCount] = coupon.usage_count;
  bins["valid_from"] = to_value(coupon.valid_from);
  bins["valid_until"] = to_value(coupon.valid_until);
  bins["is_active"] = coupon.is_active;
  bins["categories"] = encode_ids(coupon.applicable_categories);
  bins["products"] = encode_ids(coupon.applicable_products);
  bins["created_at"] = to_value(coupon.created_at);
  bins["per_customer"] = coupon.usage_limit_per_customer;
  bins["first_only"] = coupon.first_order_only;
  bins["is_personal"] = coupon.is_personal;
  bins["is_stackable"] = coupon.is_stackable;
  if (coupon.campaign_id) bins[kCampaign] = coupon.campaign_id->str();
  return bins;
}

kv::Map encode_pending(const std::vector<PendingUse>& pending) {
  kv::Map map;
  for (const PendingUse& use : pending) {
    if (use.user.empty()) {
      map[use.use.str()] = to_value(use.since);
      continue;
    }
    kv::Map fields;
    fields["user"] = use.user.str();
    fields["since"] = to_value(use.since);
    if (use.is_reopened) fields["reopened"] = true;
    map[use.use.str()] = kv::Value{std::move(fields)};
  }
  return map;
}

Coupon decode_coupon(const std::string& id, const kv::Record& record) {
  const RecordFields fields{record};
  Coupon coupon;
  coupon.id = CouponId{id};
  coupon.code = fields.text("code");
  coupon.name = fields.text("name");
  coupon.description = fields.text("description");
  coupon.discount = decode_discount(fields);
  coupon.minimum_order_value = fields.money("min_order");
  coupon.maximum_discount = fields.maybe_money("max_discount");
  const std::int64_t limit = fields.integer("usage_limit");
  if (limit != kNoLimit) coupon.usage_limit = limit;
  coupon.usage_count = fields.integer(kUsageCount);
  coupon.valid_from = fields.time("valid_from");
  coupon.valid_until = fields.time("valid_until");
  coupon.is_active = fields.flag("is_active");
  for (auto& category : fields.texts("categories")) coupon.applicable_categories.emplace_back(std::move(category));
  for (auto& product : fields.texts("products")) coupon.applicable_products.emplace_back(std::move(product));
  coupon.created_at = fields.time("created_at");
  coupon.usage_limit_per_customer = fields.maybe_integer("per_customer").value_or(1);
  coupon.first_order_only = fields.flag("first_only");
  coupon.is_personal = fields.flag("is_personal");
  coupon.is_stackable = fields.flag("is_stackable");
  if (auto campaign = fields.maybe_text(kCampaign)) coupon.campaign_id = CampaignId{std::move(*campaign)};
  return coupon;
}

std::vector<PendingUse> decode_pending(const kv::Record& record) {
  std::vector<PendingUse> pending;
  for (const auto& [id, value] : RecordFields{record}.map(kPending)) {
    PendingUse use;
    use.use = CouponUseId{id};
    if (const auto* map = value.as<kv::Map>()) {
      const RecordFields fields{*map};
      use.user = UserId{fields.text("user")};
      use.since = fields.time("since");
      use.is_reopened = fields.flag("reopened");
    } else if (const auto* ms = value.as<std::int64_t>()) {
      use.since = Timestamp{std::chrono::milliseconds{*ms}};
    }
    pending.push_back(std::move(use));
  }
  return pending;
}

kv::Map encode_taken_off(const std::map<CouponUseId, Timestamp>& taken_off) {
  kv::Map map;
  for (const auto& [use, since] : taken_off) map[use.str()] = to_value(since);
  return map;
}

CouponWithPending decode_with_pending(const std::string& id, const kv::Record& record) {
  CouponWithPending stored{decode_coupon(id, record), decode_pending(record), {}};
  for (const auto& [use, value] : RecordFields{record}.map(kTakenOff))
    if (const auto* ms = value.as<std::int64_t>())
      stored.taken_off[CouponUseId{use}] = Timestamp{std::chrono::milliseconds{*ms}};
  return stored;
}

}  // namespace

Task<Result<void>> CouponStore::create(Coupon coupon) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kCouponSet, coupon.id.str()};
  kv::Bins bins = encode_coupon(coupon);
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<void>> CouponStore::redefine(Coupon coupon) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  kv::Key key{kCouponSet, coupon.id.str()};
  kv::Bins bins = encode_coupon(coupon);
  bins.erase(kUsageCount);
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<void>> CouponStore::reset(Coupon coupon) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::Replace;
  kv::Key key{kCouponSet, coupon.id.str()};
  kv::Bins bins = encode_coupon(coupon);
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<Coupon>> CouponStore::get(CouponId id) {
  kv::Key key{kCouponSet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  co_return decode_coupon(id.str(), *record);
}

Task<Result<Coupon>> CouponStore::find(std::string id_or_code) {
  if (auto id = CouponId::parse(id_or_code)) {
    auto coupon = co_await get(*id);
    if (coupon || coupon.error().kind != ErrorKind::NotFound) co_return coupon;
  }
  auto code = normalise_coupon_code(id_or_code);
  if (!code) co_return not_found("There is no such coupon.");
  auto coupon = co_await get(coupon_id_of(*code));
  if (!coupon && coupon.error().kind == ErrorKind::NotFound) co_return not_found("There is no such coupon.");
  co_return coupon;
}

Task<Result<std::vector<std::optional<Coupon>>>> CouponStore::get_many(std::vector<CouponId> ids) {
  std::vector<std::optional<Coupon>> coupons(ids.size());
  if (ids.empty()) co_return coupons;
  std::vector<kv::Key> keys;
  for (const CouponId& id : ids) keys.push_back(kv::Key{kCouponSet, id.str()});
  auto records = co_await store_.get_many(std::move(keys));
  if (!records) co_return records.error();
  for (std::size_t i = 0; i < ids.size(); ++i)
    if ((*records)[i]) coupons[i] = decode_coupon(ids[i].str(), *(*records)[i]);
  co_return coupons;
}

Task<Result<std::vector<CouponWithPending>>> CouponStore::list() {
  std::vector<CouponWithPending> all;
  std::string cursor;
  do {
    auto some = co_await page(cursor);
    if (!some) co_return some.error();
    for (CouponWithPending& each : some->coupons) all.push_back(std::move(each));
    cursor = some->cursor;
  } while (!cursor.empty() && all.size() < kMaxCoupons);
  if (all.size() > kMaxCoupons) all.resize(kMaxCoupons);
  co_return all;
}

Task<Result<CouponPage>> CouponStore::page(std::string cursor) {
  auto found = co_await store_.scan(kCouponSet, std::move(cursor), kCouponsPerPage);
  if (!found) co_return found.error();
  CouponPage page;
  for (const kv::Entry& entry : found->entries) page.coupons.push_back(decode_with_pending(entry.key.id, entry.record));
  page.cursor = std::move(found->cursor);
  co_return page;
}

Task<Result<void>> CouponStore::put_into(CouponId coupon, CampaignId campaign) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  kv::Key key{kCouponSet, coupon.str()};
  kv::Bins bins;
  bins[kCampaign] = campaign.str();
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<void>> CouponStore::change(CouponId coupon, Change change) {
  kv::Key key{kCouponSet, coupon.str()};
  RecordChange apply = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    if (record == nullptr) return not_found("There is no such coupon.");
    CouponWithPending stored = decode_with_pending(coupon.str(), *record);
    auto changed = change(stored);
    if (!changed) return changed.error();
    if (!*changed) return std::optional<kv::Bins>{};
    kv::Bins bins = encode_coupon(stored.coupon);
    if (!stored.pending.empty()) bins[kPending] = encode_pending(stored.pending);
    if (!stored.taken_off.empty()) bins[kTakenOff] = encode_taken_off(stored.taken_off);
    return std::optional{std::move(bins)};
  };
  co_return co_await change_record(store_, std::move(key), std::move(apply),
                                   "The coupon is in too much demand; please try again.");
}

Task<Result<void>> CouponStore::count_use(CouponId coupon, PendingUse use) {
  Change change = [&use](CouponWithPending& stored) -> Result<bool> {
    if (std::ranges::count(stored.pending, use.use, &PendingUse::use) > 0) return false;
    Coupon& counted = stored.coupon;
    if (!counted.is_active) return rejected("This coupon is not active.");
    if (counted.usage_limit && counted.usage_count >= *counted.usage_limit)
      return rejected("This coupon has reached its usage limit.");
    ++counted.usage_count;
    stored.pending.push_back(use);
    return true;
  };
  co_return co_await this->change(std::move(coupon), std::move(change));
}

Task<Result<void>> CouponStore::settle_use(CouponId coupon, CouponUseId use) {
  Change change = [&use](CouponWithPending& stored) -> Result<bool> {
    return std::erase_if(stored.pending,
                         [&](const PendingUse& each) { return each.use == use && !each.is_reopened; }) > 0;
  };
  co_return co_await this->change(std::move(coupon), std::move(change));
}

Task<Result<void>> CouponStore::reopen_use(CouponId coupon, PendingUse use) {
  use.is_reopened = true;
  Change change = [&use](CouponWithPending& stored) -> Result<bool> {
    // Pending still: its settlement had not come this far. Or somebody else took it off meanwhile.
    if (stored.taken_off.contains(use.use)) return false;
    if (std::ranges::count(stored.pending, use.use, &PendingUse::use) > 0) return false;
    stored.pending.push_back(use);
    return true;
  };
  co_return co_await this->change(std::move(coupon), std::move(change));
}

Task<Result<bool>> CouponStore::release_use(CouponId coupon, CouponUseId use, bool was_settled) {
  bool was_pending = false;
  Change change = [&](CouponWithPending& stored) -> Result<bool> {
    const auto at = std::ranges::find(stored.pending, use, &PendingUse::use);
    was_pending = at != stored.pending.end();
    if (!was_pending) return false;
    if (!at->is_reopened || was_settled) --stored.coupon.usage_count;
    if (at->is_reopened && was_settled) stored.taken_off[use] = at->since;
    stored.pending.erase(at);
    return true;
  };
  auto changed = co_await this->change(std::move(coupon), std::move(change));
  if (!changed) co_return changed.error();
  co_return was_pending;
}

Task<Result<void>> CouponStore::forget_taken_off(CouponId coupon, Timestamp before) {
  Change change = [before](CouponWithPending& stored) -> Result<bool> {
    return std::erase_if(stored.taken_off, [before](const auto& each) { return each.second < before; }) > 0;
  };
  co_return co_await this->change(std::move(coupon), std::move(change));
}

}  // namespace qm::shop
