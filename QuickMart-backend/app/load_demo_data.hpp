// Fills the shop with the demo data of data/*.json. Idempotent: what is there already is brought to the files' state;
// coupons' use counts and customers' own changes stay. Development only; the composition root does not make one
// otherwise.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/jobs/queue.hpp"
#include "QuickMart-backend/app/catalog.hpp"
#include "QuickMart-backend/app/create_coupon.hpp"
#include "QuickMart-backend/app/register_user.hpp"
#include "QuickMart-backend/store/customer_history_store.hpp"
#include "QuickMart-backend/store/demo_data_files.hpp"
#include "QuickMart-backend/store/order_store.hpp"
#include "QuickMart-backend/store/user_store.hpp"

namespace qm::shop {

struct LoadReport {
  std::map<std::string, std::int64_t> loaded;  // kind → how many: categories, products, coupons, users, orders
  std::vector<std::string> errors;
};

struct DataStatus {
  std::int64_t products = 0, users = 0, coupons = 0, categories = 0;
  bool is_initialized = false;
};

class LoadDemoData {
 public:
  struct Uses {
    std::string directory;  // of the JSON files
    kv::Store& store;
    CatalogStore& catalog_store;
    CatalogApp& catalog;
    CouponStore& coupons;
    UserStore& users;
    RegisterUser& register_user;
    CustomerHistoryStore& histories;
    OrderStore& orders;
    jobs::Queue& queue;
    const Clock& clock;
  };
  explicit LoadDemoData(Uses uses) : uses_(std::move(uses)) {}

  Task<Result<LoadReport>> categories();
  Task<Result<LoadReport>> products();
  Task<Result<LoadReport>> coupons();
  // People with their orders and histories (relative to now); enqueues "send_features" for each.
  Task<Result<LoadReport>> users();
  Task<Result<LoadReport>> all();
  // Takes the demo catalog, coupons and their assignments, demo orders and histories back to the files' state; people
  // keep their accounts.
  Task<Result<LoadReport>> reset();
  // Histories are relative to the day they were loaded: brings them to today and enqueues "send_features" anew.
  Task<Result<LoadReport>> refresh_histories();

  Task<Result<DataStatus>> status();

 private:
  Uses uses_;
};

}  // namespace qm::shop
