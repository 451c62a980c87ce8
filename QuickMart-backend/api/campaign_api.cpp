#include "QuickMart-backend/api/campaign_api.hpp"

#include "QuickMart-backend/api/audit_api.hpp"
#include "QuickMart-backend/api/coupon_wire.hpp"

namespace qm::shop {
namespace wire {

struct Campaign {
  std::string campaign_id;
  std::string name;
  json::Amount budget;
  json::Amount reserved;
  json::Amount redeemed;
  Timestamp created_at{};
};
BOOST_DESCRIBE_STRUCT(Campaign, (), (campaign_id, name, budget, reserved, redeemed, created_at))

struct Campaigns {
  std::string message;
  std::int64_t count = 0;
  std::vector<Campaign> campaigns;
};
BOOST_DESCRIBE_STRUCT(Campaigns, (), (message, count, campaigns))

struct CampaignCoupons {
  Campaign campaign;
  std::vector<Coupon> coupons;
};
BOOST_DESCRIBE_STRUCT(CampaignCoupons, (), (campaign, coupons))

struct NewCampaign {
  std::string name;
  json::Amount budget;
};
BOOST_DESCRIBE_STRUCT(NewCampaign, (), (name, budget))
inline auto constraints(const NewCampaign*) {
  return json::fields(json::field(&NewCampaign::name, json::length(1, 200)),
                      json::field(&NewCampaign::budget, json::range(0, 1e9)));
}

struct CampaignBudget {
  json::Amount budget;
};
BOOST_DESCRIBE_STRUCT(CampaignBudget, (), (budget))
inline auto constraints(const CampaignBudget*) {
  return json::fields(json::field(&CampaignBudget::budget, json::range(0, 1e9)));
}

struct ByCampaign {
  CampaignId campaign_id;
};
BOOST_DESCRIBE_STRUCT(ByCampaign, (), (campaign_id))

struct CampaignCoupon {
  std::string coupon;  // id or code
};
BOOST_DESCRIBE_STRUCT(CampaignCoupon, (), (coupon))
inline auto constraints(const CampaignCoupon*) {
  return json::fields(json::field(&CampaignCoupon::coupon, json::length(1, 128)));
}

struct ByCouponName {
  std::string coupon;  // id or code
};
BOOST_DESCRIBE_STRUCT(ByCouponName, (), (coupon))
inline auto constraints(const ByCouponName*) {
  return json::fields(json::field(&ByCouponName::coupon, json::length(1, 128)));
}

struct CouponCustomer {
  UserId user_id;
};
BOOST_DESCRIBE_STRUCT(CouponCustomer, (), (user_id))

struct GivenCoupon {
  std::string message;
  std::string user_coupon_id;
  bool duplicate = false;
};
BOOST_DESCRIBE_STRUCT(GivenCoupon, (), (message, user_coupon_id, duplicate))

}  // namespace wire

namespace {

using http::Access;
using http::Call;
using http::None;

wire::Campaign to_wire(const Campaign& campaign) {
  return {campaign.id.str(),
          campaign.name,
          json::to_wire(campaign.budget),
          json::to_wire(campaign.reserved),
          json::to_wire(campaign.redeemed),
          campaign.created_at};
}

wire::CampaignCoupons to_wire(const CampaignWithCoupons& found) {
  wire::CampaignCoupons out;
  out.campaign = to_wire(found.campaign);
  for (const Coupon& coupon : found.coupons) out.coupons.push_back(wire::to_wire(coupon));
  return out;
}

http::EndpointInfo for_campaign_staff(std::string name, std::string summary, std::vector<int> errors) {
  http::EndpointInfo info;
  info.name = std::move(name);
  info.summary = std::move(summary);
  info.tag = "admin";
  info.access = Access::Staff;
  info.errors = std::move(errors);
  return info;
}

void add_campaigns(http::Api& api, RunCampaigns& campaigns, Audit& audit) {
  api.post("/api/admin/campaigns", for_campaign_staff("create_campaign", "Creates a campaign with a budget", {403}),
           [&campaigns, &audit](Call<None, None, wire::NewCampaign> call)
               -> Task<Result<http::Answer<wire::Campaign>>> {
             const Money budget{call.body.budget.minor};
             AuditEntry entry = audit_entry(*call.request, "campaign.create", {"campaign"},
                                            call.body.name + ", budget " + to_decimal(budget));
             auto work = campaigns.create(std::move(call.body.name), budget);
             std::function<std::string(const Campaign&)> tell = [](const Campaign& made) { return made.id.str(); };
             auto created = co_await audit.around(std::move(entry), std::move(work), std::move(tell));
             if (!created) co_return created.error();
             http::Answer<wire::Campaign> answer;
             answer.status = 201;
             answer.body = to_wire(*created);
             co_return answer;
           });
  api.get("/api/admin/campaigns", for_campaign_staff("campaigns", "All campaigns, newest first", {403}),
          [&campaigns](Call<>) -> Task<Result<wire::Campaigns>> {
            auto all = co_await campaigns.list();
            if (!all) co_return all.error();
            wire::Campaigns out;
            for (const Campaign& each : *all) out.campaigns.push_back(to_wire(each));
            out.count = static_cast<std::int64_t>(out.campaigns.size());
            out.message = std::to_string(out.count) + " campaigns.";
            co_return out;
          });
  api.get("/api/admin/campaigns/{campaign_id}",
          for_campaign_staff("campaign", "A campaign with the coupons that draw on its budget", {403, 404}),
          [&campaigns](Call<wire::ByCampaign> call) -> Task<Result<wire::CampaignCoupons>> {
            auto found = co_await campaigns.get(std::move(call.path.campaign_id));
            if (!found) co_return found.error();
            co_return to_wire(*found);
          });
  api.put("/api/admin/campaigns/{campaign_id}",
          for_campaign_staff("change_campaign_budget",
                             "Changes a campaign's budget; never below what is reserved and redeemed", {403, 404, 409}),
          [&campaigns, &audit](Call<wire::ByCampaign, None, wire::CampaignBudget> call)
              -> Task<Result<wire::Campaign>> {
            const Money budget{call.body.budget.minor};
            AuditEntry entry = audit_entry(*call.request, "campaign.budget", {"campaign", call.path.campaign_id.str()},
                                           "to " + to_decimal(budget));
            auto work = campaigns.change_budget(std::move(call.path.campaign_id), budget);
            auto changed = co_await audit.around(std::move(entry), std::move(work));
            if (!changed) co_return changed.error();
            co_return to_wire(*changed);
          });
  api.post("/api/admin/campaigns/{campaign_id}/coupons",
           for_campaign_staff("add_campaign_coupon", "Lets a coupon draw on a campaign's budget", {403, 404}),
           [&campaigns, &audit](Call<wire::ByCampaign, None, wire::CampaignCoupon> call)
               -> Task<Result<wire::CampaignCoupons>> {
             AuditEntry entry = audit_entry(*call.request, "campaign.add_coupon",
                                            {"campaign", call.path.campaign_id.str()}, call.body.coupon);
             auto work = campaigns.add_coupon(std::move(call.path.campaign_id), std::move(call.body.coupon));
             auto found = co_await audit.around(std::move(entry), std::move(work));
             if (!found) co_return found.error();
             co_return to_wire(*found);
           });
}

void add_giving(http::Api& api, AssignCoupon& assign, Audit& audit) {
  api.post("/api/admin/coupons/{coupon}/customers",
           for_campaign_staff("give_coupon", "Gives a customer a coupon, such as a personal one; idempotent",
                              {400, 403, 404}),
           [&assign, &audit](Call<wire::ByCouponName, None, wire::CouponCustomer> call)
               -> Task<Result<wire::GivenCoupon>> {
             AssignCouponInput input;
             input.user_id = std::move(call.body.user_id);
             input.coupon = std::move(call.path.coupon);
             AuditEntry entry = audit_entry(*call.request, "coupon.give", {"coupon", input.coupon},
                                            "to " + input.user_id.str());
             auto work = assign.run(std::move(input));
             auto given = co_await audit.around(std::move(entry), std::move(work));
             if (!given) co_return given.error();
             wire::GivenCoupon out;
             out.message = given->duplicate ? "The customer already has the coupon " + given->code + "."
                                            : "The customer has the coupon " + given->code + " now.";
             out.user_coupon_id = given->id.str();
             out.duplicate = given->duplicate;
             co_return out;
           });
}

}  // namespace

void add_campaign_routes(http::Api& api, CouponApp& coupons, Audit& audit) {
  add_campaigns(api, coupons.campaigns, audit);
  add_giving(api, coupons.assign, audit);
}

}  // namespace qm::shop
