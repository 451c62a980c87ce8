// /api/admin/…: demo data, listings, new coupons.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/audit.hpp"
#include "QuickMart-backend/app/coupons.hpp"
#include "QuickMart-backend/app/load_demo_data.hpp"

namespace qm::shop {

struct AdminApp {
  LoadDemoData& demo;
  CouponApp& coupons;
  CatalogStore& catalog;
  UserStore& users;
  const Clock& clock;
  Audit& audit;
  bool status_is_public = false;   // GET /api/admin/data-status without signing in: development only
  bool demo_data_allowed = false;  // loading answers 403 otherwise
};

// What `admin` refers to outlives `api`.
void add_admin_routes(http::Api& api, AdminApp admin);

}  // namespace qm::shop
