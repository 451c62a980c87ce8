#include "QuickMart-backend/api/coupon_api.hpp"

#include "contracts/assign_coupon.hpp"
#include "QuickMart-backend/api/coupon_wire.hpp"

namespace qm::shop {
namespace wire {

// The same fields may stand in the query or in the body; the body wins.
struct CouponUse {
  std::optional<std::string> coupon_code;
  std::optional<std::string> code;
  std::optional<json::Amount> order_total;
};
BOOST_DESCRIBE_STRUCT(CouponUse, (), (coupon_code, code, order_total))
inline auto constraints(const CouponUse*) {
  return json::fields(json::field(&CouponUse::coupon_code, json::length(1, 64)),
                      json::field(&CouponUse::code, json::length(1, 64)),
                      json::field(&CouponUse::order_total, json::range(0, 1e9)));
}

struct CouponVerdict {
  bool is_valid = false;
  std::string message;
  std::optional<json::Amount> discount_amount;
  std::optional<json::Amount> final_amount;
  std::optional<Coupon> coupon;
};
BOOST_DESCRIBE_STRUCT(CouponVerdict, (), (is_valid, message, discount_amount, final_amount, coupon))

struct AppliedCoupon {
  std::string message;
  json::Amount discount_amount;
  json::Amount final_amount;
};
BOOST_DESCRIBE_STRUCT(AppliedCoupon, (), (message, discount_amount, final_amount))

// The request of the contract, as a query: whatever it must have is checked once it is known that there is no body.
struct NudgeCoupon {
  std::optional<std::string> user_id;
  std::optional<std::string> coupon_id;
  std::optional<std::string> nudge_id;
  std::optional<double> churn_score;
};
BOOST_DESCRIBE_STRUCT(NudgeCoupon, (), (user_id, coupon_id, nudge_id, churn_score))
inline auto constraints(const NudgeCoupon*) {
  return json::fields(json::field(&NudgeCoupon::user_id, json::identifier()),
                      json::field(&NudgeCoupon::coupon_id, json::identifier()),
                      json::field(&NudgeCoupon::nudge_id, json::identifier()),
                      json::field(&NudgeCoupon::churn_score, json::range(0, 1)));
}

}  // namespace wire

namespace {

using http::Access;
using http::Call;
using http::None;

template <class T>
void prefer(std::optional<T>& from_body, std::optional<T>& from_query) {
  if (!from_body) from_body = std::move(from_query);
}

Fault missing(std::string place, std::string name) {
  Fault fault;
  fault.loc.push_back(std::move(place));
  fault.loc.push_back(std::move(name));
  fault.msg = "field required";
  fault.type = "value_error.missing";
  return fault;
}

struct CouponUse {
  UserId user;
  std::string code;
  Money order_total;
};

Result<CouponUse> to_domain(Call<None, wire::CouponUse, std::optional<wire::CouponUse>>& call) {
  wire::CouponUse& query = call.query;
  wire::CouponUse given = std::move(call.body).value_or(wire::CouponUse{});
  prefer(query.coupon_code, query.code);
  prefer(given.coupon_code, given.code);
  prefer(given.coupon_code, query.coupon_code);
  prefer(given.order_total, query.order_total);
  std::vector<Fault> faults;
  if (!given.coupon_code) faults.push_back(missing("body", "coupon_code"));
  if (!given.order_total) faults.push_back(missing("body", "order_total"));
  if (!faults.empty()) return invalid(std::move(faults));
  return CouponUse{UserId{call.principal().subject}, std::move(*given.coupon_code), Money{given.order_total->minor}};
}

using AssignCall = Call<None, wire::NudgeCoupon, std::optional<contracts::AssignCouponRequest>>;

Result<AssignCouponInput> to_domain(AssignCall& call) {
  wire::NudgeCoupon& query = call.query;
  contracts::AssignCouponRequest given;
  if (call.body) {
    given = std::move(*call.body);
  } else {
    std::vector<Fault> faults;
    if (!query.user_id) faults.push_back(missing("query", "user_id"));
    if (!query.coupon_id) faults.push_back(missing("query", "coupon_id"));
    if (!faults.empty()) return invalid(std::move(faults));
    given.user_id = std::move(*query.user_id);
    given.coupon_id = std::move(*query.coupon_id);
    given.nudge_id = std::move(query.nudge_id);
    given.churn_score = query.churn_score;
  }
  AssignCouponInput input;
  input.user_id = UserId{std::move(given.user_id)};
  input.coupon = std::move(given.coupon_id);
  input.nudge_id = std::move(given.nudge_id);
  input.churn_score = given.churn_score;
  return input;
}

std::vector<wire::HeldCoupon> to_wire(const std::vector<HeldCoupon>& held) {
  std::vector<wire::HeldCoupon> list;
  for (const HeldCoupon& each : held)
    list.push_back({wire::to_wire(each.held, each.status), wire::to_wire(each.coupon)});
  return list;
}

wire::CouponVerdict to_wire(const CouponVerdict& verdict) {
  wire::CouponVerdict out;
  out.is_valid = verdict.is_valid;
  out.message = verdict.message;
  if (verdict.discount) out.discount_amount = json::to_wire(*verdict.discount);
  if (verdict.final_amount) out.final_amount = json::to_wire(*verdict.final_amount);
  if (verdict.coupon) out.coupon = wire::to_wire(*verdict.coupon);
  return out;
}

void add_lists(http::Api& api, CouponApp& coupons) {
  using Held = std::vector<wire::HeldCoupon>;
  api.get("/api/coupons/available",
          {.name = "available_coupons", .summary = "Coupons for everybody, highest value first", .tag = "coupons"},
          [&coupons](Call<>) -> Task<Result<std::vector<wire::Coupon>>> {
            auto found = co_await coupons.list.available();
            if (!found) co_return found.error();
            std::vector<wire::Coupon> list;
            for (const Coupon& coupon : *found) list.push_back(wire::to_wire(coupon));
            co_return list;
          });
  api.get("/api/coupons/user",
          {.name = "user_coupons",
           .summary = "The caller's usable coupons, newest first",
           .tag = "coupons",
           .access = Access::User},
          [&coupons](Call<> call) -> Task<Result<Held>> {
            UserId user{call.principal().subject};
            auto found = co_await coupons.list.usable(std::move(user));
            if (!found) co_return found.error();
            co_return to_wire(*found);
          });
  api.get("/api/coupons/history",
          {.name = "coupon_history",
           .summary = "All coupons the caller ever had, newest first",
           .tag = "coupons",
           .access = Access::User},
          [&coupons](Call<> call) -> Task<Result<Held>> {
            UserId user{call.principal().subject};
            auto found = co_await coupons.list.history(std::move(user));
            if (!found) co_return found.error();
            co_return to_wire(*found);
          });
}

void add_uses(http::Api& api, CouponApp& coupons) {
  using UseCall = Call<None, wire::CouponUse, std::optional<wire::CouponUse>>;
  api.post("/api/coupons/validate",
           {.name = "validate_coupon",
            .summary = "Whether a coupon fits an order of this total, and why not",
            .tag = "coupons",
            .access = Access::User},
           [&coupons](UseCall call) -> Task<Result<wire::CouponVerdict>> {
             auto use = to_domain(call);
             if (!use) co_return use.error();
             auto verdict = co_await coupons.validate.run(std::move(use->user), std::move(use->code), use->order_total);
             if (!verdict) co_return verdict.error();
             co_return to_wire(*verdict);
           });
  api.post("/api/coupons/apply",
           {.name = "apply_coupon",
            .summary = "Spends a coupon, exactly once",
            .tag = "coupons",
            .access = Access::User,
            .errors = {400}},
           [&coupons](UseCall call) -> Task<Result<wire::AppliedCoupon>> {
             auto use = to_domain(call);
             if (!use) co_return use.error();
             auto applied = co_await coupons.apply.run(std::move(use->user), std::move(use->code), use->order_total);
             if (!applied) co_return applied.error();
             wire::AppliedCoupon out;
             out.message = std::move(applied->message);
             out.discount_amount = json::to_wire(applied->discount);
             out.final_amount = json::to_wire(applied->final_amount);
             co_return out;
           });
}

void add_assignment(http::Api& api, CouponApp& coupons) {
  api.post("/api/coupons/internal/assign-nudge-coupon",
           {.name = "assign_nudge_coupon",
            .summary = "Gives a customer the coupon of a nudge; idempotent",
            .tag = "internal",
            .access = Access::Service,
            .errors = {400, 404}},
           [&coupons](AssignCall call) -> Task<Result<contracts::AssignCouponAnswer>> {
             auto input = to_domain(call);
             if (!input) co_return input.error();
             auto assigned = co_await coupons.assign.run(std::move(*input));
             if (!assigned) co_return assigned.error();
             contracts::AssignCouponAnswer out;
             out.message = assigned->duplicate ? "The customer already has the coupon " + assigned->code + "."
                                               : "The coupon " + assigned->code + " was assigned.";
             out.user_coupon_id = assigned->id.str();
             out.duplicate = assigned->duplicate;
             co_return out;
           });
}

}  // namespace

void add_coupon_routes(http::Api& api, CouponApp& coupons) {
  add_lists(api, coupons);
  add_uses(api, coupons);
  add_assignment(api, coupons);
}

}  // namespace qm::shop
