#include "QuickMart-backend/app/load_demo_data.hpp"

#include <algorithm>
#include <set>

#include "QuickMart-backend/app/demo_orders.hpp"

namespace qm::shop {
namespace {

constexpr std::size_t kUsersPerPage = 200;
constexpr int kMaxLoadAttempts = 8;
constexpr std::chrono::hours kHistoriesKeep{24};

void note(LoadReport& report, const std::string& what, const Error& error) {
  if (report.errors.size() > kMaxLoadErrors) return;
  if (report.errors.size() == kMaxLoadErrors) {
    report.errors.push_back("There were more errors than these.");
    return;
  }
  report.errors.push_back(what + ": " + error.detail);
}

// Counts a success, names a failure.
void tally(LoadReport& report, const char* kind, const std::string& what, const Result<void>& done) {
  if (done) ++report.loaded[kind];
  else note(report, what, done.error());
}

void merge(LoadReport& into, Result<LoadReport> part) {
  if (!part) {
    note(into, "demo data", part.error());
    return;
  }
  for (const auto& [kind, count] : part->loaded) into.loaded[kind] += count;
  for (std::string& error : part->errors)
    if (into.errors.size() <= kMaxLoadErrors) into.errors.push_back(std::move(error));
}

std::string named(const char* kind, const std::string& id) { return std::string{kind} + " " + id; }

}  // namespace

Task<Result<LoadReport>> LoadDemoData::categories() {
  auto rows = read_demo_categories(uses_.directory);
  if (!rows) co_return rows.error();
  LoadReport report;
  for (const Category& category : *rows) {
    auto put = co_await uses_.catalog_store.put(category);
    tally(report, "categories", named("category", category.id.str()), put);
  }
  std::vector<ProductId> no_products;
  auto published = co_await uses_.catalog.publish(std::move(no_products), true);
  if (!published) note(report, "catalog", published.error());
  co_return report;
}

Task<Result<LoadReport>> LoadDemoData::products() {
  auto rows = read_demo_products(uses_.directory, uses_.clock.now());
  if (!rows) co_return rows.error();
  LoadReport report;
  std::vector<ProductId> changed;
  for (const Product& product : *rows) {
    changed.push_back(product.id);
    auto put = co_await uses_.catalog_store.put(product);
    tally(report, "products", named("product", product.id.str()), put);
  }
  auto published = co_await uses_.catalog.publish(std::move(changed));
  if (!published) note(report, "catalog", published.error());
  co_return report;
}

Task<Result<LoadReport>> LoadDemoData::coupons() {
  auto rows = read_demo_coupons(uses_.directory, uses_.clock.now());
  if (!rows) co_return rows.error();
  LoadReport report;
  for (const Coupon& coupon : *rows) {
    auto put = co_await uses_.coupons.create(coupon);
    if (!put && put.error().kind == ErrorKind::AlreadyExists) put = co_await uses_.coupons.redefine(coupon);
    tally(report, "coupons", named("coupon", coupon.code), put);
  }
  co_return report;
}

Result<LoadDemoData::Goods> LoadDemoData::read_goods() const {
  const Timestamp now = uses_.clock.now();
  auto products = read_demo_products(uses_.directory, now);
  if (!products) return products.error();
  auto coupons = read_demo_coupons(uses_.directory, now);
  if (!coupons) return coupons.error();
  return Goods{std::move(*products), std::move(*coupons)};
}

Task<Result<LoadReport>> LoadDemoData::users() {
  auto people = read_demo_people(uses_.directory, uses_.clock.now());
  if (!people) co_return people.error();
  const auto goods = read_goods();
  if (!goods) co_return goods.error();
  LoadReport report;
  for (const DemoPerson& person : *people) {
    auto loaded = co_await load_account(person);
    if (loaded) loaded = co_await load_past(person, *goods, report);
    tally(report, "users", named("user", person.id.str()), loaded);
  }
  co_return report;
}

Task<Result<void>> LoadDemoData::load_account(DemoPerson person) {
  const auto role = parse_role(person.role);
  if (!role) co_return rejected("The role is none of customer, staff, admin.");
  // Another load, or the person signing in, may change the account between two steps.
  for (int attempt = 0; attempt < kMaxLoadAttempts; ++attempt) {
    auto stored = co_await uses_.users.get(person.id);
    if (stored) {
      User user = std::move(stored->user);
      if (user.profile == person.profile && user.preferences == person.preferences && user.role == *role)
        co_return Result<void>{};
      user.profile = person.profile;
      user.preferences = person.preferences;
      user.role = *role;
      auto updated = co_await uses_.users.update(std::move(user), stored->generation);
      if (updated || updated.error().kind != ErrorKind::GenerationMismatch) co_return updated;
      continue;
    }
    if (stored.error().kind != ErrorKind::NotFound) co_return stored.error();
    Registration registration;
    registration.email = person.email;
    registration.password = person.password;
    registration.role = *role;
    registration.profile = person.profile;
    registration.preferences = person.preferences;
    registration.id = person.id;
    auto registered = co_await uses_.register_user.run(std::move(registration));
    if (registered) co_return Result<void>{};
    if (registered.error().kind != ErrorKind::AlreadyExists) co_return registered.error();
    auto holder = co_await uses_.users.find_by_email(person.email);
    if (holder && holder->user.id != person.id) co_return rejected("The address belongs to another account.");
  }
  co_return unavailable("The account is being changed by somebody else.");
}

Task<Result<void>> LoadDemoData::load_past(DemoPerson person, const Goods& goods, LoadReport& report) {
  if (person.history.user_id.empty()) co_return Result<void>{};  // staff have no past here
  for (const DemoOrder& demo : person.orders) {
    auto order = price_demo_order(person, demo, goods.products, goods.coupons);
    Result<void> replaced = order ? Result<void>{} : Result<void>{order.error()};
    if (order) replaced = co_await uses_.orders.replace(std::move(*order));
    tally(report, "orders", named("order", demo.id.str()), replaced);
  }
  auto put = co_await uses_.histories.put(person.history);
  if (!put) co_return put.error();
  co_return co_await uses_.send_features.owe(person.id);
}

Task<Result<LoadReport>> LoadDemoData::all() {
  const Timestamp now = uses_.clock.now();
  LoadReport report;
  auto categories_part = co_await categories();
  merge(report, std::move(categories_part));
  auto products_part = co_await products();
  merge(report, std::move(products_part));
  auto coupons_part = co_await coupons();
  merge(report, std::move(coupons_part));
  auto users_part = co_await users();
  merge(report, std::move(users_part));
  if (report.errors.empty()) {
    auto noted = co_await note_state(now);
    if (!noted) note(report, "demo state", noted.error());
  }
  co_return report;
}

Task<Result<void>> LoadDemoData::note_state(Timestamp now) {
  auto version = demo_data_version(uses_.directory);
  if (!version) co_return version.error();
  DemoState state;
  state.version = std::move(*version);
  state.histories_at = now;
  co_return co_await uses_.state.put(std::move(state));
}

Task<Result<LoadReport>> LoadDemoData::refresh_histories() {
  const Timestamp now = uses_.clock.now();
  auto people = read_demo_people(uses_.directory, now);
  if (!people) co_return people.error();
  const auto goods = read_goods();
  if (!goods) co_return goods.error();
  LoadReport report;
  for (const DemoPerson& person : *people) {
    auto loaded = co_await load_past(person, *goods, report);
    if (!loaded) note(report, named("user", person.id.str()), loaded.error());
  }
  if (report.errors.empty()) {
    auto noted = co_await note_state(now);
    if (!noted) note(report, "demo state", noted.error());
  }
  co_return report;
}

Task<Result<LoadReport>> LoadDemoData::bring_up_to_date() {
  auto version = demo_data_version(uses_.directory);
  if (!version) co_return version.error();
  auto state = co_await uses_.state.get();
  if (!state && state.error().kind != ErrorKind::NotFound) co_return state.error();
  if (!state || state->version != *version) co_return co_await all();
  if (uses_.clock.now() - state->histories_at > kHistoriesKeep) co_return co_await refresh_histories();
  LoadReport nothing;
  co_return nothing;
}

Task<Result<LoadReport>> LoadDemoData::reset() {
  auto people = read_demo_people(uses_.directory, uses_.clock.now());
  if (!people) co_return people.error();
  std::vector<UserId> kept;
  for (const DemoPerson& person : *people) kept.push_back(person.id);
  LoadReport report;
  auto retired = co_await retire_products(report);
  if (!retired) note(report, "products", retired.error());
  for (const UserId& user : kept) {
    auto forgotten = co_await uses_.held.forget(user);
    if (!forgotten) note(report, named("coupons of", user.str()), forgotten.error());
  }
  auto coupons_reset = co_await reset_coupons(report);
  if (!coupons_reset) note(report, "coupons", coupons_reset.error());
  auto closed = co_await close_accounts(std::move(kept), report);
  if (!closed) note(report, "accounts", closed.error());
  auto loaded = co_await all();
  merge(report, std::move(loaded));
  co_return report;
}

Task<Result<void>> LoadDemoData::reset_coupons(LoadReport& report) {
  auto rows = read_demo_coupons(uses_.directory, uses_.clock.now());
  if (!rows) co_return rows.error();
  std::set<std::string> of_the_demo;
  for (const Coupon& coupon : *rows) {
    of_the_demo.insert(coupon.id.str());
    auto reset = co_await uses_.coupons.reset(coupon);
    if (!reset) note(report, named("coupon", coupon.code), reset.error());
  }
  auto all = co_await uses_.coupons.list();
  if (!all) co_return all.error();
  for (CouponWithPending& each : *all) {
    if (!each.coupon.is_active || of_the_demo.contains(each.coupon.id.str())) continue;
    each.coupon.is_active = false;
    auto redefined = co_await uses_.coupons.redefine(each.coupon);
    if (!redefined) note(report, named("coupon", each.coupon.code), redefined.error());
  }
  co_return Result<void>{};
}

Task<Result<void>> LoadDemoData::retire_products(LoadReport& report) {
  auto rows = read_demo_products(uses_.directory, uses_.clock.now());
  if (!rows) co_return rows.error();
  std::set<std::string> of_the_demo;
  for (const Product& product : *rows) of_the_demo.insert(product.id.str());
  auto all = co_await uses_.catalog_store.products();
  if (!all) co_return all.error();
  std::vector<ProductId> changed;
  for (Product& product : *all) {
    if (!product.is_active || of_the_demo.contains(product.id.str())) continue;
    product.is_active = false;
    changed.push_back(product.id);
    auto put = co_await uses_.catalog_store.put(product);
    if (!put) note(report, named("product", product.id.str()), put.error());
  }
  co_return co_await uses_.catalog.publish(std::move(changed));
}

Task<Result<void>> LoadDemoData::close_accounts(std::vector<UserId> kept, LoadReport& report) {
  std::string cursor;
  do {
    auto page = co_await uses_.users.list(cursor, kUsersPerPage);
    if (!page) co_return page.error();
    for (const User& user : page->users) {
      if (std::find(kept.begin(), kept.end(), user.id) != kept.end()) continue;
      auto closed = co_await uses_.users.close(user.id);
      const bool gone = closed || closed.error().kind == ErrorKind::NotFound;
      if (!gone) note(report, named("user", user.id.str()), closed.error());
    }
    cursor = page->cursor;
  } while (!cursor.empty());
  co_return Result<void>{};
}

Task<Result<DataStatus>> LoadDemoData::status() {
  DataStatus status;
  const auto catalog = uses_.catalog.snapshot();
  status.products = static_cast<std::int64_t>(catalog->size());
  status.categories = static_cast<std::int64_t>(catalog->categories().size());
  auto coupons = co_await uses_.coupons.list();
  if (!coupons) co_return coupons.error();
  status.coupons = std::count_if(coupons->begin(), coupons->end(),
                                 [](const CouponWithPending& each) { return each.coupon.is_active; });
  std::string cursor;
  do {
    auto page = co_await uses_.users.list(cursor, kUsersPerPage);
    if (!page) co_return page.error();
    status.users += static_cast<std::int64_t>(page->users.size());
    cursor = page->cursor;
  } while (!cursor.empty());
  status.is_initialized = status.products > 0 && status.categories > 0;
  co_return status;
}

}  // namespace qm::shop
