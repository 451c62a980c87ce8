#include "tests/chaos/chaos_promotions.hpp"

#include <algorithm>

namespace qm::chaos {
namespace {

using http::Method;

constexpr std::int64_t kShortestSeason = 250, kMostSeasons = 40;  // the shop lists no more than 1,000 coupons
constexpr std::int64_t kPlenty = 100'000'000;                     // minor units
constexpr std::chrono::milliseconds kKeepBudgets{700};
constexpr std::int64_t kPerCheckout = 100, kRaise = 300;           // minor units: what the poor one can pay

// With their terms, which the shop takes as they stand here. `rich`: the campaign that can pay for all.
std::vector<std::pair<CouponRule, std::string>> coupons_of(const Season& season, const std::string& rich,
                                                           std::int64_t few) {
  const std::string percent = R"("discount_type":"percentage","discount_value":)";
  const std::string fixed = R"("discount_type":"fixed","discount_value":)";
  const std::string& poor = season.campaign;
  std::vector<std::pair<CouponRule, std::string>> coupons;
  coupons.push_back({{season.limited, rich, few}, percent + "10"});
  coupons.push_back({{season.each, rich, {}, 2}, fixed + "1"});
  coupons.push_back({{season.percent, poor, {}, 100, true}, percent + R"(5,"maximum_discount":5)"});
  coupons.push_back({{season.amount, poor, {}, 100, true}, fixed + "2"});
  coupons.push_back({{season.shipping, poor, few * 2, 3, true}, R"("discount_type":"free_shipping")"});
  coupons.push_back({{season.first, rich, few, 1, false, true}, fixed + "3"});
  coupons.push_back({{season.personal, rich, {}, 2, false, false, std::set<std::string>{}}, percent + "20"});
  coupons.push_back({{season.applied, rich, few, 3}, fixed + "1"});
  return coupons;
}

}  // namespace

Promotions::Promotions(Scene& scene, Staff& staff)
    : scene_(scene), staff_(staff),
      length_(std::max(kShortestSeason, scene.options().checkouts / kMostSeasons)) {}

void Promotions::start() { scene_.spawn(keep_budgets()); }

Task<std::string> Promotions::begin_campaign(std::string name, std::int64_t budget_minor) {
  std::string body = R"({"name":")" + name + R"(","budget":)" + amount_text(budget_minor) + "}";
  Deed deed{"campaign.create", "", name + ", budget " + amount_text(budget_minor)};
  const Reply reply =
      co_await staff_.act(std::move(deed), 0, Method::Post, "/api/admin/campaigns", std::move(body), "");
  std::string id = text_of(reply.json, "/campaign_id");
  if (id.empty()) scene_.books().breach("a campaign was answered with " + std::to_string(reply.status));
  else scene_.books().budgets[id] = budget_minor;
  co_return id;
}

// `terms`: the coupon's other fields.
Task<void> Promotions::give_out(CouponRule rule, std::string terms) {
  std::string body = R"({"code":")" + rule.code + R"(","name":"Chaos","valid_until":"2099-01-01T00:00:00Z",)" +
                     R"("campaign_id":")" + rule.campaign + R"(","usage_limit_per_customer":)" +
                     std::to_string(rule.each) + "," + terms;
  if (rule.limit) body += R"(,"usage_limit":)" + std::to_string(*rule.limit);
  if (rule.is_stackable) body += R"(,"is_stackable":true)";
  if (rule.first_order) body += R"(,"first_order_only":true)";
  if (rule.given_to) body += R"(,"is_personal":true)";
  body += "}";
  Deed deed{"coupon.create", rule.code, "Chaos"};
  const std::string code = rule.code;
  scene_.books().coupons[code] = std::move(rule);
  const Reply reply = co_await staff_.act(std::move(deed), 0, Method::Post, "/api/admin/coupons", std::move(body), "");
  // 409: it is there already, by the request before, whose answer was lost.
  if (reply.status != 201 && reply.status != 409)
    scene_.books().breach("the coupon " + code + " was answered with " + std::to_string(reply.status));
}

Task<void> Promotions::begin_season(std::int64_t number, std::vector<std::string> favourites) {
  const std::string of = "C" + std::to_string(scene_.options().seed) + "N" + std::to_string(number);
  Season season{of + "LIMITED", of + "EACH", of + "PERCENT", of + "AMOUNT", of + "SHIPPING",
                of + "FIRST",   of + "MINE", of + "APPLIED", ""};
  season.campaign = co_await begin_campaign("Short " + of, length_ * kPerCheckout);
  const std::string rich = co_await begin_campaign("Ample " + of, kPlenty);
  auto coupons = coupons_of(season, rich, length_ / 25);
  for (auto& [rule, terms] : coupons) co_await give_out(std::move(rule), std::move(terms));
  for (const std::string& user : favourites) {
    scene_.books().coupons[season.personal].given_to->insert(user);
    Deed deed{"coupon.give", season.personal, "to " + user};
    std::string body = R"({"user_id":")" + user + "\"}";
    const Reply given =
        co_await staff_.act(std::move(deed), 0, Method::Post, "/api/admin/coupons/" + season.personal + "/customers",
                            std::move(body), "");
    if (given.status != 200)
      scene_.books().breach("giving a coupon was answered with " + std::to_string(given.status));
  }
  seasons_.push_back(std::move(season));
}

CouponWish Promotions::wish(std::uint64_t dice) const {
  const Season* season = now();
  if (season == nullptr) return {};
  switch (dice % 12) {
    case 0:
    case 1: return {{season->limited}};
    case 2: return {{season->each}};
    case 3: return {{season->percent, season->amount}};
    case 4: return {{season->percent, season->shipping}};
    case 5: return {{season->amount, season->percent, season->shipping}, true};
    case 6: return {{season->amount}, true};
    case 7: return {{season->personal}};
    case 8: return {{season->limited, season->amount}};  // no: the first is not for use with others
    default: return {};
  }
}

Task<void> Promotions::keep_budgets() {
  while (scene_.is_selling()) {
    co_await pause_for(kKeepBudgets);
    const Season* season = now();
    if (season == nullptr) continue;
    const std::string id = season->campaign, path = "/api/admin/campaigns/" + id;
    // Below what is bound it cannot go: 409. As long as nothing is, it may.
    const std::int64_t more = std::max(scene_.books().budgets[id], length_ * kPerCheckout) + kRaise;
    for (const std::int64_t budget : std::vector{more, std::int64_t{1}}) {
      Deed deed{"campaign.budget", id, "to " + amount_text(budget)};
      std::string body = R"({"budget":)" + amount_text(budget) + "}";
      const Reply reply = co_await staff_.act(std::move(deed), 0, Method::Put, path, std::move(body), "");
      if (reply.status == 200) scene_.books().budgets[id] = budget;
      else if (reply.status != 409)
        scene_.books().breach("a budget was answered with " + std::to_string(reply.status));
    }
  }
}

}  // namespace qm::chaos
