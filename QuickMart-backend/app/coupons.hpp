// Every use case around coupons, with what they need. One object for the composition root and the routes.
#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/apply_coupon.hpp"
#include "QuickMart-backend/app/assign_coupon.hpp"
#include "QuickMart-backend/app/create_coupon.hpp"
#include "QuickMart-backend/app/list_coupons.hpp"
#include "QuickMart-backend/app/recover_coupons.hpp"
#include "QuickMart-backend/app/run_campaigns.hpp"
#include "QuickMart-backend/app/validate_coupon.hpp"

namespace qm::shop {

struct CouponApp {
  struct Uses {
    CouponStore& coupons;
    UserCouponStore& held;
    CampaignStore& campaigns;
    FirstOrderStore& first_orders;
    OrderStore& orders;
    UserStore& users;
    const Clock& clock;
    SendEvents& events;
  };
  explicit CouponApp(Uses uses)
      : hold{{uses.coupons, uses.held, uses.campaigns, uses.first_orders, uses.orders, uses.clock}},
        check{{uses.coupons, uses.held, uses.campaigns, uses.first_orders, uses.orders, hold, uses.clock}},
        list{uses.coupons, uses.held, uses.campaigns, uses.clock},
        validate{uses.coupons, check},
        apply{{uses.coupons, uses.held, check, hold, uses.events, uses.clock}},
        assign{uses.coupons, uses.held, uses.users, uses.clock},
        create{uses.coupons, uses.campaigns, uses.clock},
        campaigns{uses.campaigns, uses.coupons, uses.clock},
        recover{{uses.coupons, uses.held, uses.campaigns, hold, uses.events, uses.clock}} {}
  CouponApp(const CouponApp&) = delete;

  HoldCoupon hold;
  CheckCoupons check;
  ListCoupons list;
  ValidateCoupon validate;
  ApplyCoupon apply;
  AssignCoupon assign;
  CreateCoupon create;
  RunCampaigns campaigns;
  RecoverCoupons recover;  // run at start and every few minutes
};

}  // namespace qm::shop
