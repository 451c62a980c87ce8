// POST /api/coupons/internal/assign-nudge-coupon of QuickMart: RecoEngine gives a customer the coupon of a nudge.
// Idempotent per (customer, nudge) and per (customer, coupon). Needs the service token.
#pragma once
#include <optional>
#include <string>

#include "platform/json/describe.hpp"

namespace qm::contracts {

struct AssignCouponRequest {
  std::string user_id;
  std::string coupon_id;  // an id or a code
  std::optional<std::string> nudge_id;
  std::optional<double> churn_score;
};
BOOST_DESCRIBE_STRUCT(AssignCouponRequest, (), (user_id, coupon_id, nudge_id, churn_score))
inline auto constraints(const AssignCouponRequest*) {
  return json::fields(json::field(&AssignCouponRequest::user_id, json::identifier()),
                      json::field(&AssignCouponRequest::coupon_id, json::identifier()),
                      json::field(&AssignCouponRequest::nudge_id, json::identifier()),
                      json::field(&AssignCouponRequest::churn_score, json::range(0, 1)));
}

struct AssignCouponAnswer {
  std::string message;
  std::string user_coupon_id;
  bool duplicate = false;  // the customer had it before this call
};
BOOST_DESCRIBE_STRUCT(AssignCouponAnswer, (), (message, user_coupon_id, duplicate))

}  // namespace qm::contracts
