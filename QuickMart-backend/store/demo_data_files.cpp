#include "QuickMart-backend/store/demo_data_files.hpp"

#include <cmath>
#include <fstream>
#include <iterator>

#include "platform/core/fnv1a.hpp"
#include "platform/json/parse.hpp"

namespace qm::shop {
namespace demo_file {

using json::Amount;
template <class T>
using Maybe = std::optional<T>;

struct CategoryRow {
  CategoryId category_id;
  std::string name;
  std::string description;
  bool is_active = true;
  std::int64_t sort_order = 0;
};
BOOST_DESCRIBE_STRUCT(CategoryRow, (), (category_id, name, description, is_active, sort_order))

struct ProductRow {
  ProductId product_id;
  std::string name;
  std::string description;
  CategoryId category;
  Maybe<std::string> subcategory;
  std::string brand;
  Amount price;
  Maybe<Amount> original_price;
  std::map<std::string, std::string> specifications;
  std::int64_t stock_quantity = 0;
  double rating = 0;
  std::int64_t review_count = 0;
  std::vector<std::string> tags;
  bool is_featured = false;
  double added_days_ago = 0;
};
BOOST_DESCRIBE_STRUCT(ProductRow, (),
                      (product_id, name, description, category, subcategory, brand, price, original_price,
                       specifications, stock_quantity, rating, review_count, tags, is_featured, added_days_ago))

enum class Kind { percentage, fixed, free_shipping };
BOOST_DESCRIBE_ENUM(Kind, percentage, fixed, free_shipping)
struct CouponRow {
  std::string code;
  std::string name;
  std::string description;
  Kind discount_type = Kind::fixed;
  Amount discount_value;
  Amount minimum_order_value;
  Maybe<Amount> maximum_discount;
  Maybe<std::int64_t> usage_limit;
  std::vector<CategoryId> applicable_categories;
  std::int64_t valid_from_days = 0;
  std::int64_t valid_for_days = 0;
};
BOOST_DESCRIBE_STRUCT(CouponRow, (),
                      (code, name, description, discount_type, discount_value, minimum_order_value, maximum_discount,
                       usage_limit, applicable_categories, valid_from_days, valid_for_days))
inline auto constraints(const CouponRow*) {
  return json::fields(json::field(&CouponRow::applicable_categories, json::defaulted()));
}

struct VisitRow {
  double days_ago = 0;
  double minutes = 0;
  std::int64_t clicks = 0;
  std::int64_t shown = 0;
  bool read = false;
};
BOOST_DESCRIBE_STRUCT(VisitRow, (), (days_ago, minutes, clicks, shown, read))

struct CartRow {
  double days_ago = 0;
  std::int64_t items = 1;
  bool bought = false;
};
BOOST_DESCRIBE_STRUCT(CartRow, (), (days_ago, items, bought))

struct TicketRow {
  double days_ago = 0;
  Maybe<double> resolved_after_hours;
  Maybe<std::int64_t> csat;
  bool refund_request = false;
};
BOOST_DESCRIBE_STRUCT(TicketRow, (), (days_ago, resolved_after_hours, csat, refund_request))
inline auto constraints(const TicketRow*) {
  return json::fields(json::field(&TicketRow::refund_request, json::defaulted()));
}

struct CountRow {
  std::int64_t sent = 0;
  std::int64_t answered = 0;
};
BOOST_DESCRIBE_STRUCT(CountRow, (), (sent, answered))

struct SessionRow {
  double days_ago = 0;
  std::int64_t clicks = 0;
  Maybe<double> checkout_seconds;
  std::int64_t cart_items = 0;
  bool bought = false;
  bool bounced = false;
};
BOOST_DESCRIBE_STRUCT(SessionRow, (), (days_ago, clicks, checkout_seconds, cart_items, bought, bounced))

struct HistoryRow {
  double joined_days_ago = 0;
  std::string region, device, payment, language, subscription;
  std::vector<double> logins;  // days ago
  std::vector<VisitRow> visits;
  std::vector<CartRow> carts;
  std::vector<TicketRow> tickets;
  std::int64_t wishlist_adds = 0;
  CountRow pushes, emails, offers;
  std::vector<double> promotion_response_hours;
  Maybe<std::string> retention_offer;
  Maybe<SessionRow> last_session;
};
BOOST_DESCRIBE_STRUCT(HistoryRow, (),
                      (joined_days_ago, region, device, payment, language, subscription, logins, visits, carts, tickets,
                       wishlist_adds, pushes, emails, offers, promotion_response_hours, retention_offer, last_session))

struct OrderItemRow {
  ProductId product_id;
  std::int64_t quantity = 1;
};
BOOST_DESCRIBE_STRUCT(OrderItemRow, (), (product_id, quantity))

struct OrderRow {
  OrderId order_id;
  double days_ago = 0;
  std::vector<OrderItemRow> items;
  Maybe<std::string> coupon_code;
  std::string status;
};
BOOST_DESCRIBE_STRUCT(OrderRow, (), (order_id, days_ago, items, coupon_code, status))

struct ProfileRow {
  std::string name;
  Maybe<int> age;
  Maybe<std::string> location;
  std::string loyalty_tier;
};
BOOST_DESCRIBE_STRUCT(ProfileRow, (), (name, age, location, loyalty_tier))

struct PriceRangeRow {
  Amount min, max;
};
BOOST_DESCRIBE_STRUCT(PriceRangeRow, (), (min, max))
struct PreferencesRow {
  std::vector<std::string> categories, brands;
  PriceRangeRow price_range;
};
BOOST_DESCRIBE_STRUCT(PreferencesRow, (), (categories, brands, price_range))

struct PersonRow {
  UserId user_id;
  std::string email, password, role;
  ProfileRow profile;
  PreferencesRow preferences;
  Maybe<HistoryRow> history;
  std::vector<OrderRow> orders;
};
BOOST_DESCRIBE_STRUCT(PersonRow, (), (user_id, email, password, role, profile, preferences, history, orders))

}  // namespace demo_file

namespace {

using namespace demo_file;
constexpr std::size_t kMaxFileBytes = 8 * 1024 * 1024;

Result<std::string> read_text(const std::string& directory, const std::string& name) {
  std::ifstream file{directory + "/" + name, std::ios::binary};
  if (!file) return rejected("The demo data file " + name + " cannot be opened.");
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (text.size() > kMaxFileBytes) return rejected("The demo data file " + name + " is too large.");
  return text;
}

template <class Row>
Result<std::vector<Row>> read_rows(const std::string& directory, const std::string& name) {
  auto text = read_text(directory, name);
  if (!text) return text.error();
  auto rows = json::parse<std::vector<Row>>(*text);
  if (rows) return rows;
  std::string detail = "The demo data file " + name + " cannot be used:";
  for (const Fault& fault : rows.error().faults) {
    detail += " ";
    for (const std::string& step : fault.loc) detail += step + ".";
    detail += " " + fault.msg + ";";
  }
  return rejected(std::move(detail));
}

Timestamp days_before(Timestamp now, double days) {
  return now - std::chrono::milliseconds{std::llround(days * 86'400'000.0)};
}

Discount discount_of(const CouponRow& row) {
  switch (row.discount_type) {
    case Kind::percentage: return PercentOff{BasisPoints{row.discount_value.minor}};
    case Kind::fixed: return AmountOff{Money{row.discount_value.minor}};
    case Kind::free_shipping: break;
  }
  return FreeShipping{};
}

CustomerHistory to_history(const PersonRow& person, const HistoryRow& row, Timestamp now) {
  CustomerHistory history;
  history.user_id = person.user_id;
  history.joined_at = days_before(now, row.joined_days_ago);
  history.loyalty_tier = parse_loyalty_tier(person.profile.loyalty_tier);
  history.region = row.region;
  history.device = row.device;
  history.payment = row.payment;
  history.language = row.language;
  history.subscription = row.subscription;
  for (double days : row.logins) history.logins.push_back(days_before(now, days));
  for (const VisitRow& each : row.visits)
    history.visits.push_back({days_before(now, each.days_ago), each.minutes, each.clicks, each.shown, each.read});
  for (const CartRow& each : row.carts)
    history.carts.push_back({days_before(now, each.days_ago), each.items, each.bought});
  for (const TicketRow& each : row.tickets)
    history.tickets.push_back(
        {days_before(now, each.days_ago), each.resolved_after_hours, each.csat, each.refund_request});
  history.wishlist_adds = row.wishlist_adds;
  history.pushes = {row.pushes.sent, row.pushes.answered};
  history.emails = {row.emails.sent, row.emails.answered};
  history.offers = {row.offers.sent, row.offers.answered};
  history.promotion_response_hours = row.promotion_response_hours;
  history.retention_offer = row.retention_offer;
  if (row.last_session) {
    const SessionRow& last = *row.last_session;
    history.last_session = LastSession{days_before(now, last.days_ago), last.clicks, last.checkout_seconds,
                                       last.cart_items, last.bought, last.bounced};
  }
  return history;
}

Result<DemoOrder> to_order(const OrderRow& row, Timestamp now) {
  const auto status = parse_order_status(row.status);
  if (!status) return rejected("The demo order " + row.order_id.str() + " has an unknown status.");
  DemoOrder order;
  order.id = row.order_id;
  order.at = days_before(now, row.days_ago);
  for (const OrderItemRow& item : row.items) order.items.push_back({item.product_id, item.quantity});
  order.coupon_code = row.coupon_code;
  order.status = *status;
  return order;
}

Result<DemoPerson> to_person(const PersonRow& row, Timestamp now) {
  const auto tier = parse_loyalty_tier(row.profile.loyalty_tier);
  if (!tier) return rejected("The demo customer " + row.user_id.str() + " has an unknown loyalty tier.");
  DemoPerson person;
  person.id = row.user_id;
  person.email = row.email;
  person.password = row.password;
  person.role = row.role;
  person.profile.name = row.profile.name;
  person.profile.age = row.profile.age;
  person.profile.location = row.profile.location;
  person.profile.loyalty_tier = *tier;
  person.preferences.categories = row.preferences.categories;
  person.preferences.brands = row.preferences.brands;
  person.preferences.price_min = Money{row.preferences.price_range.min.minor};
  person.preferences.price_max = Money{row.preferences.price_range.max.minor};
  for (const OrderRow& each : row.orders) {
    auto order = to_order(each, now);
    if (!order) return order.error();
    person.orders.push_back(std::move(*order));
  }
  if (row.history) person.history = to_history(row, *row.history, now);
  return person;
}

}  // namespace

Result<std::string> demo_data_version(const std::string& directory) {
  std::uint64_t hash = kFnv1aStart;
  for (const char* name : {"categories.json", "products.json", "coupons.json", "people.json"}) {
    auto text = read_text(directory, name);
    if (!text) return text.error();
    hash = fnv1a(*text, hash);
  }
  return std::to_string(hash);
}

Result<std::vector<Category>> read_demo_categories(const std::string& directory) {
  auto rows = read_rows<CategoryRow>(directory, "categories.json");
  if (!rows) return rows.error();
  std::vector<Category> categories;
  for (CategoryRow& row : *rows)
    categories.push_back({std::move(row.category_id), std::move(row.name), std::move(row.description), row.is_active,
                          row.sort_order});
  return categories;
}

Result<std::vector<Product>> read_demo_products(const std::string& directory, Timestamp now) {
  auto rows = read_rows<ProductRow>(directory, "products.json");
  if (!rows) return rows.error();
  std::vector<Product> products;
  for (ProductRow& row : *rows) {
    Product product;
    product.id = std::move(row.product_id);
    product.name = std::move(row.name);
    product.description = std::move(row.description);
    product.category = std::move(row.category);
    product.subcategory = std::move(row.subcategory);
    product.price = Money{row.price.minor};
    if (row.original_price) product.original_price = Money{row.original_price->minor};
    product.brand = std::move(row.brand);
    product.specifications = std::move(row.specifications);
    product.stock_quantity = row.stock_quantity;
    product.rating = row.rating;
    product.review_count = row.review_count;
    product.tags = std::move(row.tags);
    product.is_featured = row.is_featured;
    product.created_at = days_before(now, row.added_days_ago);
    product.updated_at = product.created_at;
    products.push_back(std::move(product));
  }
  return products;
}

Result<std::vector<Coupon>> read_demo_coupons(const std::string& directory, Timestamp now) {
  auto rows = read_rows<CouponRow>(directory, "coupons.json");
  if (!rows) return rows.error();
  std::vector<Coupon> coupons;
  for (CouponRow& row : *rows) {
    auto code = normalise_coupon_code(row.code);
    if (!code) return code.error();
    Coupon coupon;
    coupon.id = coupon_id_of(*code);
    coupon.code = std::move(*code);
    coupon.name = std::move(row.name);
    coupon.description = std::move(row.description);
    coupon.discount = discount_of(row);
    coupon.minimum_order_value = Money{row.minimum_order_value.minor};
    if (row.maximum_discount) coupon.maximum_discount = Money{row.maximum_discount->minor};
    coupon.usage_limit = row.usage_limit;
    coupon.valid_from = now + std::chrono::days{row.valid_from_days};
    coupon.valid_until = now + std::chrono::days{row.valid_for_days};
    coupon.applicable_categories = std::move(row.applicable_categories);
    coupon.created_at = coupon.valid_from;
    coupons.push_back(std::move(coupon));
  }
  return coupons;
}

Result<std::vector<DemoPerson>> read_demo_people(const std::string& directory, Timestamp now) {
  auto rows = read_rows<PersonRow>(directory, "people.json");
  if (!rows) return rows.error();
  std::vector<DemoPerson> people;
  for (const PersonRow& row : *rows) {
    auto person = to_person(row, now);
    if (!person) return person.error();
    people.push_back(std::move(*person));
  }
  return people;
}

}  // namespace qm::shop
