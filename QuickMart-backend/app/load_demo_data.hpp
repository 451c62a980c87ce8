// Fills the shop with the demo data of data/*.json. Idempotent, and safe beside another load: what is there already is
// brought to the files' state; coupons' use counts, passwords and what customers did themselves stay. For development:
// the routes and the composition root call it there only.
//
// Reports name every error; a load goes on after one. An Error instead of a report means that nothing was tried.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/catalog.hpp"
#include "QuickMart-backend/app/register_user.hpp"
#include "QuickMart-backend/app/send_features.hpp"
#include "QuickMart-backend/store/coupon_store.hpp"
#include "QuickMart-backend/store/customer_history_store.hpp"
#include "QuickMart-backend/store/demo_data_files.hpp"
#include "QuickMart-backend/store/demo_state_store.hpp"
#include "QuickMart-backend/store/order_store.hpp"
#include "QuickMart-backend/store/user_coupon_store.hpp"
#include "QuickMart-backend/store/user_store.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxLoadErrors = 100;  // named; more are counted in a last sentence

struct LoadReport {
  std::map<std::string, std::int64_t> loaded;  // kind → how many: categories, products, coupons, users, orders
  std::vector<std::string> errors;
};

struct DataStatus {
  std::int64_t products = 0, users = 0, coupons = 0, categories = 0;
  bool is_initialized = false;  // there is something to sell
};

// Thread-safe.
class LoadDemoData {
 public:
  struct Uses {
    std::string directory;  // of the JSON files
    CatalogStore& catalog_store;
    CatalogApp& catalog;
    CouponStore& coupons;
    UserCouponStore& held;
    UserStore& users;
    RegisterUser& register_user;
    CustomerHistoryStore& histories;
    OrderStore& orders;
    DemoStateStore& state;
    SendFeatures& send_features;
    const Clock& clock;
  };
  explicit LoadDemoData(Uses uses) : uses_(std::move(uses)) {}

  Task<Result<LoadReport>> categories();
  Task<Result<LoadReport>> products();
  Task<Result<LoadReport>> coupons();
  // People with their orders and histories (relative to now); their features are owed to RecoEngine.
  Task<Result<LoadReport>> users();
  Task<Result<LoadReport>> all();
  // Takes the demo shop back to the files' state: catalog, coupons with their counts and assignments, people with their
  // orders and histories. Other products and coupons become inactive, and every account that is not of the demo data is
  // closed.
  Task<Result<LoadReport>> reset();
  // Histories are relative to the day they were loaded: brings them and the orders to today.
  Task<Result<LoadReport>> refresh_histories();
  // For the start and every hour: loads what was never loaded or whose files changed, refreshes histories older than a
  // day, and does nothing otherwise. An empty report then.
  Task<Result<LoadReport>> bring_up_to_date();

  Task<Result<DataStatus>> status();

 private:
  struct Goods {
    std::vector<Product> products;
    std::vector<Coupon> coupons;
  };
  Result<Goods> read_goods() const;
  Task<Result<void>> load_account(DemoPerson person);
  // What the person did: orders, history, and what RecoEngine is to know of it.
  Task<Result<void>> load_past(DemoPerson person, const Goods& goods, LoadReport& report);
  Task<Result<void>> reset_coupons(LoadReport& report);
  Task<Result<void>> retire_products(LoadReport& report);
  Task<Result<void>> close_accounts(std::vector<UserId> kept, LoadReport& report);
  Task<Result<void>> note_state(Timestamp now);

  Uses uses_;
};

}  // namespace qm::shop
