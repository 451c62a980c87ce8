// /api/admin/products…, /api/admin/categories…, /api/admin/imports/…: the catalog as staff keep it. A change names the
// state it means with If-Match and the ETag it read: 428 without, 412 when somebody changed it since.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/audit.hpp"
#include "QuickMart-backend/app/edit_category.hpp"
#include "QuickMart-backend/app/import_products.hpp"

namespace qm::shop {

struct StaffCatalogApp {
  EditProduct& products;
  EditCategory& categories;
  ImportProducts& imports;
  Audit& audit;
  CpuPool& pool;
  const Clock& clock;
  std::string spool_dir;  // where a file lies while it is imported
};

// What `app` refers to outlives `api`.
void add_staff_product_routes(http::Api& api, StaffCatalogApp app);
void add_staff_category_routes(http::Api& api, StaffCatalogApp app);
void add_product_file_routes(http::Api& api, StaffCatalogApp app);

}  // namespace qm::shop
