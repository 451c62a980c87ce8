#include "QuickMart-backend/store/user_coupon_store.hpp"

#include <algorithm>

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kUserCouponSet = "user_coupon";
constexpr const char* kListSet = "user_coupons";
constexpr const char* kNudgeSet = "user_nudge";
constexpr const char* kList = "coupons";  // user coupon id → assigned at, in milliseconds

kv::Bins encode_user_coupon(const UserCoupon& held) {
  kv::Bins bins;
  bins["user_id"] = held.user_id.str();
  bins["coupon_id"] = held.coupon_id.str();
  bins["source"] = std::string{to_string(held.source)};
  bins["nudge_id"] = to_value(held.nudge_id);
  bins["churn_score"] = to_value(held.churn_score);
  bins["status"] = std::string{to_string(held.status)};
  bins["assigned_at"] = to_value(held.assigned_at);
  bins["used_at"] = to_value(held.used_at);
  bins["order_id"] = to_value(held.order_id);
  bins["spending_since"] = to_value(held.spending_since);
  bins["discount"] = to_value(held.discount);
  return bins;
}

UserCoupon decode_user_coupon(const std::string& id, const kv::Record& record) {
  const RecordFields fields{record};
  UserCoupon held;
  held.id = UserCouponId{id};
  held.user_id = UserId{fields.text("user_id")};
  held.coupon_id = CouponId{fields.text("coupon_id")};
  held.source = parse_coupon_source(fields.text("source")).value_or(CouponSource::general);
  held.nudge_id = fields.maybe_text("nudge_id");
  held.churn_score = fields.maybe_number("churn_score");
  // A status that cannot be read must not be spendable.
  held.status = parse_user_coupon_status(fields.text("status")).value_or(UserCouponStatus::expired);
  held.assigned_at = fields.time("assigned_at");
  held.used_at = fields.maybe_time("used_at");
  held.order_id = fields.maybe_text("order_id");
  held.spending_since = fields.maybe_time("spending_since");
  held.discount = fields.maybe_money("discount");
  return held;
}

}  // namespace

Task<Result<bool>> UserCouponStore::give(UserCoupon held) {
  // The list first: an entry without its record is skipped when read, a record without its entry would be lost.
  kv::Key list_key{kListSet, held.user_id.str()};
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::map_get(kList, held.id.str()));
  ops.push_back(kv::Op::map_size(kList));
  kv::OperateOptions reading;
  auto listed = co_await store_.operate(list_key, ops, reading);
  if (!listed && listed.error().kind != ErrorKind::NotFound) co_return listed.error();
  const bool is_listed = listed && !listed->results.at(0).is_nil();
  if (!is_listed) {
    const auto* size = listed ? listed->results.at(1).as<std::int64_t>() : nullptr;
    if (size && *size >= kMaxCouponsPerUser)
      co_return Error{ErrorKind::Conflict, "This customer holds too many coupons."};
    std::vector<kv::Op> puts;
    puts.push_back(kv::Op::map_put(kList, held.id.str(), to_value(held.assigned_at)));
    auto written = co_await store_.operate(list_key, std::move(puts));
    if (!written) co_return written.error();
  }

  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kUserCouponSet, held.id.str()};
  kv::Bins bins = encode_user_coupon(held);
  auto created = co_await store_.put(std::move(key), std::move(bins), options);
  if (created) co_return true;
  if (created.error().kind == ErrorKind::AlreadyExists) co_return false;
  co_return created.error();
}

Task<Result<StoredUserCoupon>> UserCouponStore::hold(UserId user, CouponId coupon, Timestamp now) {
  auto id = user_coupon_id_of(user, coupon);
  if (!id) co_return id.error();
  auto stored = co_await get(*id);
  if (stored || stored.error().kind != ErrorKind::NotFound) co_return stored;
  UserCoupon held;
  held.id = *id;
  held.user_id = std::move(user);
  held.coupon_id = std::move(coupon);
  held.source = CouponSource::general;
  held.assigned_at = now;
  auto given = co_await give(std::move(held));
  if (!given) co_return given.error();
  co_return co_await get(std::move(*id));
}

Task<Result<StoredUserCoupon>> UserCouponStore::get(UserCouponId id) {
  kv::Key key{kUserCouponSet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  StoredUserCoupon stored;
  stored.held = decode_user_coupon(id.str(), *record);
  stored.generation = record->generation;
  co_return stored;
}

Task<Result<std::uint32_t>> UserCouponStore::update(UserCoupon held, std::uint32_t expect_generation) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  options.expect_generation = expect_generation;
  kv::Key key{kUserCouponSet, held.id.str()};
  kv::Bins bins = encode_user_coupon(held);
  co_return co_await store_.put(std::move(key), std::move(bins), options);
}

Task<Result<std::vector<UserCoupon>>> UserCouponStore::of_user(UserId user) {
  std::vector<UserCoupon> all;
  kv::Key list_key{kListSet, user.str()};
  auto list = co_await store_.get(std::move(list_key));
  if (!list) {
    if (list.error().kind == ErrorKind::NotFound) co_return all;
    co_return list.error();
  }
  std::vector<kv::Key> keys;
  for (const auto& each : RecordFields{*list}.map(kList)) {
    keys.push_back(kv::Key{kUserCouponSet, each.first});
    if (static_cast<std::int64_t>(keys.size()) == kMaxCouponsPerUser) break;
  }
  if (keys.empty()) co_return all;
  auto records = co_await store_.get_many(keys);
  if (!records) co_return records.error();
  for (std::size_t i = 0; i < keys.size(); ++i)
    if ((*records)[i]) all.push_back(decode_user_coupon(keys[i].id, *(*records)[i]));
  std::sort(all.begin(), all.end(), [](const UserCoupon& a, const UserCoupon& b) {
    return a.assigned_at != b.assigned_at ? a.assigned_at > b.assigned_at : a.id < b.id;
  });
  co_return all;
}

Task<Result<void>> UserCouponStore::forget(UserId user) {
  auto held = co_await of_user(user);
  if (!held) co_return held.error();
  for (const UserCoupon& each : *held) {
    kv::Key key{kUserCouponSet, each.id.str()};
    auto removed = co_await store_.remove(std::move(key));
    if (!removed) co_return removed.error();
  }
  kv::Key list_key{kListSet, user.str()};
  auto removed = co_await store_.remove(std::move(list_key));
  if (!removed) co_return removed.error();
  co_return Result<void>{};
}

Task<Result<CouponId>> UserCouponStore::claim_nudge(UserId user, std::string nudge_id, CouponId coupon) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kNudgeSet, user.str() + "/" + nudge_id};  // neither id has a slash
  kv::Bins bins;
  bins["coupon_id"] = coupon.str();
  auto created = co_await store_.put(key, std::move(bins), options);
  if (created) co_return coupon;
  if (created.error().kind != ErrorKind::AlreadyExists) co_return created.error();
  auto earlier = co_await store_.get(std::move(key));
  if (!earlier) co_return earlier.error();
  co_return CouponId{RecordFields{*earlier}.text("coupon_id")};
}

}  // namespace qm::shop
