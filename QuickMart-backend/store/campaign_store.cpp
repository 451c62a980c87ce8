#include "QuickMart-backend/store/campaign_store.hpp"

#include <algorithm>

#include "QuickMart-backend/store/change_record.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kCampaignSet = "campaign";
constexpr const char* kShares = "shares";  // use + "/" + coupon → its fields
constexpr const char* kGivenBack = "given_back";  // use + "/" + coupon → since when, in milliseconds
constexpr std::size_t kCampaignsPerPage = 100;

std::string share_key(const CouponUseId& use, const CouponId& coupon) {
  return use.str() + "/" + coupon.str();  // neither id has a slash
}

kv::Bins encode_campaign(const CampaignWithReserved& stored) {
  const Campaign& campaign = stored.campaign;
  kv::Bins bins;
  bins["name"] = campaign.name;
  bins["budget"] = to_value(campaign.budget);
  bins["reserved"] = to_value(campaign.reserved);
  bins["redeemed"] = to_value(campaign.redeemed);
  bins["created_at"] = to_value(campaign.created_at);
  kv::Map shares;
  for (const ReservedBudget& share : stored.reserved) {
    kv::Map fields;
    fields["use"] = share.use.str();
    fields["coupon"] = share.coupon.str();
    fields["user"] = share.user.str();
    fields["amount"] = to_value(share.amount);
    fields["since"] = to_value(share.since);
    if (share.is_reopened) fields["reopened"] = true;
    shares[share_key(share.use, share.coupon)] = kv::Value{std::move(fields)};
  }
  if (!shares.empty()) bins[kShares] = std::move(shares);
  kv::Map given_back;
  for (const auto& [share, since] : stored.given_back) given_back[share] = to_value(since);
  if (!given_back.empty()) bins[kGivenBack] = std::move(given_back);
  return bins;
}

CampaignWithReserved decode_campaign(const std::string& id, const kv::Record& record) {
  const RecordFields fields{record};
  CampaignWithReserved stored;
  stored.campaign = {CampaignId{id},           fields.text("name"),      fields.money("budget"),
                     fields.money("reserved"), fields.money("redeemed"), fields.time("created_at")};
  for (const auto& [key, value] : fields.map(kShares)) {
    const auto* map = value.as<kv::Map>();
    if (map == nullptr) continue;
    const RecordFields share{*map};
    stored.reserved.push_back({CouponUseId{share.text("use")}, CouponId{share.text("coupon")},
                               UserId{share.text("user")}, share.money("amount"), share.time("since"),
                               share.flag("reopened")});
  }
  for (const auto& [key, value] : fields.map(kGivenBack))
    if (const auto* ms = value.as<std::int64_t>())
      stored.given_back[key] = Timestamp{std::chrono::milliseconds{*ms}};
  return stored;
}

auto find_share(std::vector<ReservedBudget>& shares, const CouponUseId& use, const CouponId& coupon) {
  return std::ranges::find_if(shares, [&](const ReservedBudget& each) {
    return each.use == use && each.coupon == coupon;
  });
}

}  // namespace

Task<Result<void>> CampaignStore::create(Campaign campaign) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kCampaignSet, campaign.id.str()};
  CampaignWithReserved fresh;
  fresh.campaign = std::move(campaign);
  kv::Bins bins = encode_campaign(fresh);
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<Campaign>> CampaignStore::get(CampaignId id) {
  kv::Key key{kCampaignSet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record && record.error().kind == ErrorKind::NotFound) co_return not_found("There is no such campaign.");
  if (!record) co_return record.error();
  co_return std::move(decode_campaign(id.str(), *record).campaign);
}

Task<Result<std::vector<CampaignWithReserved>>> CampaignStore::list() {
  std::vector<CampaignWithReserved> all;
  std::string cursor;
  do {
    auto some = co_await page(cursor);
    if (!some) co_return some.error();
    for (CampaignWithReserved& each : some->campaigns) all.push_back(std::move(each));
    cursor = some->cursor;
  } while (!cursor.empty() && all.size() < kMaxCampaigns);
  if (all.size() > kMaxCampaigns) all.resize(kMaxCampaigns);
  co_return all;
}

Task<Result<CampaignPage>> CampaignStore::page(std::string cursor) {
  auto found = co_await store_.scan(kCampaignSet, std::move(cursor), kCampaignsPerPage);
  if (!found) co_return found.error();
  CampaignPage page;
  for (const kv::Entry& entry : found->entries) page.campaigns.push_back(decode_campaign(entry.key.id, entry.record));
  page.cursor = std::move(found->cursor);
  co_return page;
}

Task<Result<Campaign>> CampaignStore::change(CampaignId id, Change change) {
  kv::Key key{kCampaignSet, id.str()};
  CampaignWithReserved stored;
  RecordChange apply = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    if (record == nullptr) return not_found("There is no such campaign.");
    stored = decode_campaign(id.str(), *record);
    auto changed = change(stored);
    if (!changed) return changed.error();
    return *changed ? std::optional{encode_campaign(stored)} : std::nullopt;
  };
  auto changed = co_await change_record(store_, std::move(key), std::move(apply),
                                        "This campaign is in too much demand; please try again.");
  if (!changed) co_return changed.error();
  co_return std::move(stored.campaign);
}

Task<Result<Campaign>> CampaignStore::change_budget(CampaignId id, Money budget) {
  Change change = [budget](CampaignWithReserved& stored) -> Result<bool> {
    const Money bound = stored.campaign.reserved + stored.campaign.redeemed;
    if (budget < bound)
      return Error{ErrorKind::Conflict, "Of this campaign " + to_decimal(bound) + " is reserved or redeemed already."};
    stored.campaign.budget = budget;
    return true;
  };
  co_return co_await this->change(std::move(id), std::move(change));
}

Task<Result<void>> CampaignStore::reserve(CampaignId id, ReservedBudget share) {
  Change change = [&share](CampaignWithReserved& stored) -> Result<bool> {
    if (find_share(stored.reserved, share.use, share.coupon) != stored.reserved.end()) return false;
    if (stored.campaign.left() < share.amount) return rejected("The budget of this coupon's campaign is used up.");
    stored.campaign.reserved = stored.campaign.reserved + share.amount;
    stored.reserved.push_back(share);
    return true;
  };
  auto changed = co_await this->change(std::move(id), std::move(change));
  if (!changed) co_return changed.error();
  co_return Result<void>{};
}

Task<Result<void>> CampaignStore::redeem(CampaignId id, CouponUseId use, CouponId coupon) {
  Change change = [&](CampaignWithReserved& stored) -> Result<bool> {
    const auto at = find_share(stored.reserved, use, coupon);
    if (at == stored.reserved.end() || at->is_reopened) return false;
    stored.campaign.reserved = stored.campaign.reserved - at->amount;
    stored.campaign.redeemed = stored.campaign.redeemed + at->amount;
    stored.reserved.erase(at);
    return true;
  };
  auto changed = co_await this->change(std::move(id), std::move(change));
  if (!changed) co_return changed.error();
  co_return Result<void>{};
}

Task<Result<void>> CampaignStore::reopen(CampaignId id, ReservedBudget share) {
  share.is_reopened = true;
  Change change = [&share](CampaignWithReserved& stored) -> Result<bool> {
    // Its redemption had not come this far: it is reserved still. Or somebody else gave it back meanwhile.
    if (find_share(stored.reserved, share.use, share.coupon) != stored.reserved.end()) return false;
    if (stored.given_back.contains(share_key(share.use, share.coupon))) return false;
    stored.campaign.redeemed = stored.campaign.redeemed - share.amount;
    stored.campaign.reserved = stored.campaign.reserved + share.amount;
    stored.reserved.push_back(share);
    return true;
  };
  auto changed = co_await this->change(std::move(id), std::move(change));
  if (!changed) co_return changed.error();
  co_return Result<void>{};
}

Task<Result<void>> CampaignStore::release(CampaignId id, CouponUseId use, CouponId coupon, bool was_redeemed) {
  Change change = [&](CampaignWithReserved& stored) -> Result<bool> {
    const auto at = find_share(stored.reserved, use, coupon);
    if (at == stored.reserved.end()) return false;
    stored.campaign.reserved = stored.campaign.reserved - at->amount;
    if (at->is_reopened && !was_redeemed) stored.campaign.redeemed = stored.campaign.redeemed + at->amount;
    if (at->is_reopened && was_redeemed) stored.given_back[share_key(use, coupon)] = at->since;
    stored.reserved.erase(at);
    return true;
  };
  auto changed = co_await this->change(std::move(id), std::move(change));
  if (!changed && changed.error().kind != ErrorKind::NotFound) co_return changed.error();
  co_return Result<void>{};
}

Task<Result<void>> CampaignStore::forget_given_back(CampaignId id, Timestamp before) {
  Change change = [before](CampaignWithReserved& stored) -> Result<bool> {
    return std::erase_if(stored.given_back, [before](const auto& each) { return each.second < before; }) > 0;
  };
  auto changed = co_await this->change(std::move(id), std::move(change));
  if (!changed) co_return changed.error();
  co_return Result<void>{};
}

}  // namespace qm::shop
