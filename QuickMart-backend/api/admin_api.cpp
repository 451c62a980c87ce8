#include "QuickMart-backend/api/admin_api.hpp"

#include <algorithm>

#include "QuickMart-backend/api/audit_api.hpp"
#include "QuickMart-backend/api/catalog_wire.hpp"
#include "QuickMart-backend/api/coupon_wire.hpp"
#include "QuickMart-backend/api/user_wire.hpp"

namespace qm::shop {
namespace wire {

struct LoadReport {
  std::string message;
  std::map<std::string, std::int64_t> loaded;  // kind → how many
  std::vector<std::string> errors;
};
BOOST_DESCRIBE_STRUCT(LoadReport, (), (message, loaded, errors))

struct DataStatus {
  std::int64_t products = 0;
  std::int64_t users = 0;
  std::int64_t coupons = 0;
  std::int64_t categories = 0;
  bool is_initialized = false;
};
BOOST_DESCRIBE_STRUCT(DataStatus, (), (products, users, coupons, categories, is_initialized))

struct AdminPaging {
  std::int64_t limit = 100;
  std::optional<std::string> cursor;  // of the answer before
};
BOOST_DESCRIBE_STRUCT(AdminPaging, (), (limit, cursor))
inline auto constraints(const AdminPaging*) {
  return json::fields(json::field(&AdminPaging::limit, json::defaulted(), json::range(1, 500)),
                      json::field(&AdminPaging::cursor, json::length(1, 1'024)));
}

// `count` is how many this answer holds; more follow when there is a cursor.
struct AdminProducts {
  std::string message;
  std::int64_t count = 0;
  std::vector<Product> products;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AdminProducts, (), (message, count, products, cursor))

struct AdminCategories {
  std::string message;
  std::int64_t count = 0;
  std::vector<Category> categories;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AdminCategories, (), (message, count, categories, cursor))

struct AdminUsers {
  std::string message;
  std::int64_t count = 0;
  std::vector<User> users;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AdminUsers, (), (message, count, users, cursor))

struct CreatedCoupon {
  std::string message;
  std::int64_t count = 1;
  Coupon coupon;
};
BOOST_DESCRIBE_STRUCT(CreatedCoupon, (), (message, count, coupon))

}  // namespace wire

namespace {

using http::Access;
using http::Call;
using http::None;
using PagingCall = Call<None, wire::AdminPaging>;

constexpr std::chrono::milliseconds kLoadTimeoutMs{60'000};

http::EndpointInfo staff(std::string name, std::string summary) {
  http::EndpointInfo info;
  info.name = std::move(name);
  info.summary = std::move(summary);
  info.tag = "admin";
  info.access = Access::Staff;
  info.errors = {403};
  return info;
}

std::string counted(std::int64_t count, const char* kind) { return std::to_string(count) + " " + kind + "."; }

wire::LoadReport to_wire(LoadReport&& report) {
  wire::LoadReport out;
  for (const auto& [kind, count] : report.loaded)
    out.message += (out.message.empty() ? "Loaded " : ", ") + std::to_string(count) + " " + kind;
  out.message += out.message.empty() ? "Nothing was loaded." : ".";
  out.loaded = std::move(report.loaded);
  out.errors = std::move(report.errors);
  return out;
}

// --- demo data -------------------------------------------------------------------------------------------------------

using Load = Task<Result<LoadReport>> (LoadDemoData::*)();

void add_load(http::Api& api, const AdminApp& admin, const char* path, const char* name, const char* summary,
              Load load) {
  http::EndpointInfo info = staff(name, summary);
  info.timeout_ms = kLoadTimeoutMs;
  LoadDemoData& demo = admin.demo;
  Audit& audit = admin.audit;
  const bool allowed = admin.demo_data_allowed;
  const std::string action = std::string{"demo_data."} + name;
  using Loaded = Task<Result<wire::LoadReport>>;
  api.post(path, std::move(info), [&demo, &audit, allowed, load, action](Call<> call) -> Loaded {
    if (!allowed) co_return Error{ErrorKind::Forbidden, "Demo data can be loaded in development only."};
    AuditEntry entry = audit_entry(*call.request, action, {"demo_data"});
    auto work = (demo.*load)();
    auto report = co_await audit.around(std::move(entry), std::move(work));
    if (!report) co_return report.error();
    co_return to_wire(std::move(*report));
  });
}

void add_loads(http::Api& api, const AdminApp& admin) {
  add_load(api, admin, "/api/admin/init-data", "init_data", "Fills the shop with the demo data", &LoadDemoData::all);
  add_load(api, admin, "/api/admin/load-data", "load_data", "Loads all demo data", &LoadDemoData::all);
  add_load(api, admin, "/api/admin/load-categories", "load_categories", "Loads the demo categories",
           &LoadDemoData::categories);
  add_load(api, admin, "/api/admin/load-products", "load_products", "Loads the demo products", &LoadDemoData::products);
  add_load(api, admin, "/api/admin/load-users", "load_users", "Loads the demo people with their orders and histories",
           &LoadDemoData::users);
  add_load(api, admin, "/api/admin/reset-data", "reset_data",
           "Takes the shop back to the demo data; closes every other account", &LoadDemoData::reset);
}

void add_status(http::Api& api, const AdminApp& admin) {
  http::EndpointInfo info = staff("data_status", "How much there is of what");
  if (admin.status_is_public) info.access = Access::Public;
  LoadDemoData& demo = admin.demo;
  api.get("/api/admin/data-status", std::move(info), [&demo](Call<>) -> Task<Result<wire::DataStatus>> {
    auto status = co_await demo.status();
    if (!status) co_return status.error();
    wire::DataStatus out;
    out.products = status->products;
    out.users = status->users;
    out.coupons = status->coupons;
    out.categories = status->categories;
    out.is_initialized = status->is_initialized;
    co_return out;
  });
}

// --- listings --------------------------------------------------------------------------------------------------------

// The page of `all` after the id `cursor`, by id; → where the next one begins.
template <class Thing>
std::optional<std::string> take_page(std::vector<Thing>& all, const wire::AdminPaging& paging) {
  std::sort(all.begin(), all.end(), [](const Thing& a, const Thing& b) { return a.id < b.id; });
  if (paging.cursor) {
    const auto first =
        std::find_if(all.begin(), all.end(), [&](const Thing& each) { return each.id.str() > *paging.cursor; });
    all.erase(all.begin(), first);
  }
  const auto limit = static_cast<std::size_t>(paging.limit);
  if (all.size() <= limit) return std::nullopt;
  all.resize(limit);
  return all.back().id.str();
}

void add_goods(http::Api& api, CatalogStore& catalog) {
  api.get("/api/admin/products", staff("admin_products", "All products, inactive ones too, by id"),
          [&catalog](PagingCall call) -> Task<Result<wire::AdminProducts>> {
            auto all = co_await catalog.products();
            if (!all) co_return all.error();
            wire::AdminProducts out;
            out.cursor = take_page(*all, call.query);
            for (const Product& each : *all) out.products.push_back(wire::to_wire(each));
            out.count = static_cast<std::int64_t>(out.products.size());
            out.message = counted(out.count, "products");
            co_return out;
          });
  api.get("/api/admin/categories", staff("admin_categories", "All categories, inactive ones too, by id"),
          [&catalog](PagingCall call) -> Task<Result<wire::AdminCategories>> {
            auto all = co_await catalog.categories();
            if (!all) co_return all.error();
            wire::AdminCategories out;
            const CategoryTree tree{*all};
            out.cursor = take_page(*all, call.query);
            for (const Category& each : *all) out.categories.push_back(wire::to_wire(each, tree));
            out.count = static_cast<std::int64_t>(out.categories.size());
            out.message = counted(out.count, "categories");
            co_return out;
          });
}

void add_users(http::Api& api, UserStore& users) {
  api.get("/api/admin/users", staff("admin_users", "Accounts, in no particular order"),
          [&users](PagingCall call) -> Task<Result<wire::AdminUsers>> {
            std::string cursor = std::move(call.query.cursor).value_or("");
            auto page = co_await users.list(std::move(cursor), static_cast<std::size_t>(call.query.limit));
            if (!page) co_return page.error();
            wire::AdminUsers out;
            for (const User& each : page->users) out.users.push_back(wire::to_wire(each));
            if (!page->cursor.empty()) out.cursor = std::move(page->cursor);
            out.count = static_cast<std::int64_t>(out.users.size());
            out.message = counted(out.count, "users");
            co_return out;
          });
}

void add_coupon_creation(http::Api& api, const AdminApp& admin) {
  CouponApp& coupons = admin.coupons;
  const Clock& clock = admin.clock;
  Audit& audit = admin.audit;
  http::EndpointInfo info = staff("create_coupon", "Creates a coupon");
  info.errors = {403, 409};
  api.post(
      "/api/admin/coupons", std::move(info),
      [&coupons, &clock,
       &audit](Call<None, None, wire::NewCoupon> call) -> Task<Result<http::Answer<wire::CreatedCoupon>>> {
        Coupon coupon = wire::to_domain(std::move(call.body), clock.now());
        const auto normalised = normalise_coupon_code(coupon.code);
        const std::string code = normalised ? *normalised : coupon.code;
        AuditEntry entry = audit_entry(*call.request, "coupon.create", {"coupon", code}, coupon.name);
        auto work = coupons.create.run(std::move(coupon));
        auto created = co_await audit.around(std::move(entry), std::move(work));
        if (!created) co_return created.error();
        http::Answer<wire::CreatedCoupon> answer;
        answer.status = 201;
        answer.body.message = "The coupon " + created->code + " was created.";
        answer.body.coupon = wire::to_wire(*created);
        co_return answer;
      });
}

}  // namespace

void add_admin_routes(http::Api& api, AdminApp admin) {
  add_loads(api, admin);
  add_status(api, admin);
  add_goods(api, admin.catalog);
  add_users(api, admin.users);
  add_coupon_creation(api, admin);
}

}  // namespace qm::shop
