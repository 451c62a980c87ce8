#include "QuickMart-backend/store/coupon_store.hpp"

#include <limits>

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kCouponSet = "coupon";
constexpr std::size_t kCouponsPerPage = 200;
constexpr int kMaxCouponAttempts = 64;
constexpr const char* kUsageCount = "usage_count";
constexpr const char* kPending = "pending";  // user coupon id → since when, in milliseconds
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
  return bins;
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
  return coupon;
}

std::vector<PendingUse> decode_pending(const kv::Record& record) {
  std::vector<PendingUse> pending;
  for (const auto& [by, since] : RecordFields{record}.map(kPending)) {
    const auto* ms = since.as<std::int64_t>();
    pending.push_back({UserCouponId{by}, Timestamp{std::chrono::milliseconds{ms ? *ms : 0}}});
  }
  return pending;
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
    auto page = co_await store_.scan(kCouponSet, cursor, kCouponsPerPage);
    if (!page) co_return page.error();
    for (const kv::Entry& entry : page->entries)
      all.push_back({decode_coupon(entry.key.id, entry.record), decode_pending(entry.record)});
    cursor = page->cursor;
  } while (!cursor.empty() && all.size() < kMaxCoupons);
  if (all.size() > kMaxCoupons) all.resize(kMaxCoupons);
  co_return all;
}

Task<Result<std::int64_t>> CouponStore::count_use(CouponId coupon, UserCouponId by, Timestamp now) {
  kv::Key key{kCouponSet, coupon.str()};
  auto record = co_await store_.get(key);
  if (!record) co_return record.error();
  if (RecordFields{*record}.map(kPending).contains(by.str())) co_return RecordFields{*record}.integer(kUsageCount);

  kv::OperateOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  options.only_if.push_back(kv::Condition{"is_active", kv::Compare::Equal, kv::Value{true}});
  const std::int64_t limit = RecordFields{*record}.integer("usage_limit");
  options.only_if.push_back(kv::Condition{kUsageCount, kv::Compare::Less, kv::Value{limit}});
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::map_get(kPending, by.str()));
  ops.push_back(kv::Op::add(kUsageCount, kv::Value{1}));
  ops.push_back(kv::Op::map_put(kPending, by.str(), to_value(now)));
  auto done = co_await store_.operate(key, std::move(ops), std::move(options));
  if (!done) co_return done.error();
  const auto* count = done->results.at(1).as<std::int64_t>();
  if (done->results.at(0).is_nil()) co_return count ? *count : 0;

  // Somebody who lost the lease meanwhile counted the same use: one of the two has to go.
  std::vector<kv::Op> undo;
  undo.push_back(kv::Op::add(kUsageCount, kv::Value{-1}));
  auto undone = co_await store_.operate(key, std::move(undo));
  if (!undone) co_return undone.error();
  co_return count ? *count - 1 : 0;
}

Task<Result<void>> CouponStore::settle_use(CouponId coupon, UserCouponId by) {
  kv::Key key{kCouponSet, coupon.str()};
  kv::OperateOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::map_remove(kPending, by.str()));
  auto done = co_await store_.operate(std::move(key), std::move(ops), std::move(options));
  if (!done) co_return done.error();
  co_return Result<void>{};
}

Task<Result<void>> CouponStore::reopen_use(CouponId coupon, UserCouponId by, Timestamp now) {
  kv::Key key{kCouponSet, coupon.str()};
  kv::OperateOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::map_put(kPending, by.str(), to_value(now)));
  auto done = co_await store_.operate(std::move(key), std::move(ops), std::move(options));
  if (!done) co_return done.error();
  co_return Result<void>{};
}

Task<Result<void>> CouponStore::release_use(CouponId coupon, UserCouponId by) {
  kv::Key key{kCouponSet, coupon.str()};
  // Whether it is pending and taking it off must be one step: the generation joins the two.
  for (int attempt = 0; attempt < kMaxCouponAttempts; ++attempt) {
    auto record = co_await store_.get(key);
    if (!record) co_return record.error();
    if (!RecordFields{*record}.map(kPending).contains(by.str())) co_return Result<void>{};
    kv::OperateOptions options;
    options.mode = kv::WriteMode::UpdateOnly;
    options.expect_generation = record->generation;
    std::vector<kv::Op> ops;
    ops.push_back(kv::Op::add(kUsageCount, kv::Value{-1}));
    ops.push_back(kv::Op::map_remove(kPending, by.str()));
    auto done = co_await store_.operate(key, std::move(ops), std::move(options));
    if (done) co_return Result<void>{};
    if (done.error().kind != ErrorKind::GenerationMismatch) co_return done.error();
  }
  co_return unavailable("The coupon is in too much demand; please try again.");
}

}  // namespace qm::shop
