// The demo shop as it stands in data/*.json: categories, products, coupons, people. Days in the files are relative to
// `now`, which makes them times.
#pragma once
#include <string>
#include <vector>

#include "platform/core/result.hpp"
#include "QuickMart-backend/domain/category.hpp"
#include "QuickMart-backend/domain/coupon.hpp"
#include "QuickMart-backend/domain/customer_history.hpp"
#include "QuickMart-backend/domain/order.hpp"
#include "QuickMart-backend/domain/product.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

struct DemoOrderItem {
  ProductId product_id;
  std::int64_t quantity = 1;
};

struct DemoOrder {
  OrderId id;
  Timestamp at{};
  std::vector<DemoOrderItem> items;
  std::optional<std::string> coupon_code;
  OrderStatus status = OrderStatus::delivered;
};

struct DemoPerson {
  UserId id;
  std::string email;
  std::string password;
  std::string role;  // customer, staff, admin
  Profile profile;
  Preferences preferences;
  std::vector<DemoOrder> orders;
  CustomerHistory history;
};

// Changes whenever one of the files does. Rejected, with the file's name, when one cannot be read.
Result<std::string> demo_data_version(const std::string& directory);

// Each reads one file. Rejected with the file's name and every fault when it cannot be used.
Result<std::vector<Category>> read_demo_categories(const std::string& directory);
Result<std::vector<Product>> read_demo_products(const std::string& directory, Timestamp now);
Result<std::vector<Coupon>> read_demo_coupons(const std::string& directory, Timestamp now);
Result<std::vector<DemoPerson>> read_demo_people(const std::string& directory, Timestamp now);

}  // namespace qm::shop
