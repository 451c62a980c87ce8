#include "QuickMart-backend/store/user_coupon_store.hpp"

#include <algorithm>

#include "QuickMart-backend/store/change_record.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kUserCouponSet = "user_coupon";
constexpr const char* kListSet = "user_coupons";
constexpr const char* kNudgeSet = "user_nudge";
constexpr const char* kList = "coupons";  // user coupon id → assigned at, in milliseconds

kv::List encode_uses(const std::vector<CouponUse>& uses) {
  kv::List list;
  for (const CouponUse& use : uses) {
    kv::Map fields;
    fields["id"] = use.id.str();
    fields["state"] = std::string{to_string(use.state)};
    fields["at"] = to_value(use.at);
    fields["cost"] = to_value(use.cost);
    if (use.campaign) fields["campaign"] = use.campaign->str();
    if (use.first_order) fields["first_order"] = true;
    list.emplace_back(std::move(fields));
  }
  return list;
}

std::vector<CouponUse> decode_uses(const kv::List& list) {
  std::vector<CouponUse> uses;
  for (const kv::Value& each : list) {
    const auto* map = each.as<kv::Map>();
    if (!map) continue;
    const RecordFields fields{*map};
    CouponUse use;
    use.id = CouponUseId{fields.text("id")};
    // A state that cannot be read takes up a use all the same.
    use.state = parse_coupon_use_state(fields.text("state")).value_or(CouponUseState::redeemed);
    use.at = fields.time("at");
    use.cost = fields.money("cost");
    if (auto campaign = fields.maybe_text("campaign")) use.campaign = CampaignId{std::move(*campaign)};
    use.first_order = fields.flag("first_order");
    uses.push_back(std::move(use));
  }
  return uses;
}

// A coupon in the hand had one use at most, and its state was the coupon's own.
void decode_single_use(const std::string& id, const RecordFields& fields, UserCoupon& held) {
  const std::string status = fields.text("status");
  held.is_void = status != "available" && status != "spending" && status != "used";
  if (status != "spending" && status != "used") return;
  CouponUse use;
  use.id = CouponUseId{fields.maybe_text("order_id").value_or(id)};
  use.state = status == "used" ? CouponUseState::redeemed : CouponUseState::reserved;
  use.at = fields.time(status == "used" ? "used_at" : "spending_since");
  use.cost = fields.money("discount");
  held.uses.push_back(std::move(use));
}

kv::Bins encode_user_coupon(const UserCoupon& held) {
  kv::Bins bins;
  bins["user_id"] = held.user_id.str();
  bins["coupon_id"] = held.coupon_id.str();
  bins["source"] = std::string{to_string(held.source)};
  bins["nudge_id"] = to_value(held.nudge_id);
  bins["churn_score"] = to_value(held.churn_score);
  bins["assigned_at"] = to_value(held.assigned_at);
  if (!held.uses.empty()) bins["uses"] = encode_uses(held.uses);
  if (held.is_void) bins["is_void"] = true;
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
  held.assigned_at = fields.time("assigned_at");
  held.uses = decode_uses(fields.list("uses"));
  held.is_void = fields.flag("is_void");
  if (fields.has("status")) decode_single_use(id, fields, held);
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

Task<Result<UserCoupon>> UserCouponStore::hold(UserId user, CouponId coupon, Timestamp now) {
  auto id = user_coupon_id_of(user, coupon);
  if (!id) co_return id.error();
  auto there = co_await get(*id);
  if (there || there.error().kind != ErrorKind::NotFound) co_return there;
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

Task<Result<UserCoupon>> UserCouponStore::get(UserCouponId id) {
  kv::Key key{kUserCouponSet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  co_return decode_user_coupon(id.str(), *record);
}

Task<Result<UserCoupon>> UserCouponStore::change(UserCouponId id, Change change) {
  kv::Key key{kUserCouponSet, id.str()};
  UserCoupon held;
  RecordChange apply = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    if (record == nullptr) return not_found("The customer does not have this coupon.");
    held = decode_user_coupon(id.str(), *record);
    auto changed = change(held);
    if (!changed) return changed.error();
    return *changed ? std::optional{encode_user_coupon(held)} : std::nullopt;
  };
  auto changed = co_await change_record(store_, std::move(key), std::move(apply),
                                        "The coupon is being used elsewhere; please try again.");
  if (!changed) co_return changed.error();
  co_return held;
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
