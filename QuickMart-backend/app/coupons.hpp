// Every use case around coupons, with what they need. One object for the composition root and the routes.
#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/apply_coupon.hpp"
#include "QuickMart-backend/app/assign_coupon.hpp"
#include "QuickMart-backend/app/create_coupon.hpp"
#include "QuickMart-backend/app/list_coupons.hpp"
#include "QuickMart-backend/app/recover_coupons.hpp"
#include "QuickMart-backend/app/validate_coupon.hpp"

namespace qm::shop {

struct CouponApp {
  CouponApp(CouponStore& coupons, UserCouponStore& held, UserStore& users, const Clock& clock,
            SendEvents& events)
      : list{coupons, held, clock},
        validate{coupons, held, clock},
        apply{coupons, held, clock, events},
        assign{coupons, held, users, clock},
        create{coupons, clock},
        recover{coupons, held, clock, events} {}

  ListCoupons list;
  ValidateCoupon validate;
  ApplyCoupon apply;
  AssignCoupon assign;
  CreateCoupon create;
  RecoverCoupons recover;  // run at start and every few minutes
};

}  // namespace qm::shop
