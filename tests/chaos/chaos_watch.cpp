#include "tests/chaos/chaos_watch.hpp"

namespace qm::chaos {
namespace {

using http::Method;

constexpr std::chrono::milliseconds kLookEvery{300};

}  // namespace

Task<void> Watch::look_on() {
  while (scene_.is_selling()) {
    co_await pause_for(kLookEvery);
    Service& shop = scene_.world().shop(0);
    const Reply stock = co_await shop.call(Method::Get, "/api/admin/stock?limit=500", "", staff_.token());
    check_stock(stock.json);
    const Season* season = promotions_.now();
    if (season == nullptr) continue;
    const Reply found =
        co_await shop.call(Method::Get, "/api/admin/campaigns/" + season->campaign, "", staff_.token());
    check_campaign(found.json);
  }
}

void Watch::check_stock(const boost::json::value& listed) {
  for (const auto& stock : list_of(listed, "/stock")) {
    const std::int64_t came = number_of(stock, "/initial") + number_of(stock, "/adjusted");
    const std::int64_t is = number_of(stock, "/on_hand") + number_of(stock, "/sold") - number_of(stock, "/restocked");
    if (number_of(stock, "/available") < 0) scene_.books().breach("fewer than none of " + text_of(stock, "/sku"));
    if (came != is) scene_.books().breach("the stock of " + text_of(stock, "/sku") + " does not add up");
  }
}

void Watch::check_campaign(const boost::json::value& found) {
  const std::int64_t bound = minor_of(found, "/campaign/reserved") + minor_of(found, "/campaign/redeemed");
  if (bound > minor_of(found, "/campaign/budget"))
    scene_.books().breach("the campaign " + text_of(found, "/campaign/campaign_id") + " pays more than it has");
  for (const auto& coupon : list_of(found, "/coupons")) {
    const auto rule = scene_.books().coupons.find(text_of(coupon, "/code"));
    if (rule == scene_.books().coupons.end() || !rule->second.limit) continue;
    if (number_of(coupon, "/usage_count") > *rule->second.limit)
      scene_.books().breach("the coupon " + rule->first + " is counted past its limit");
  }
}

}  // namespace qm::chaos
