#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

HeaderList with_key(const SignedIn& who, const std::string& key) {
  HeaderList headers = who.headers();
  headers.emplace_back("Idempotency-Key", key);
  return headers;
}

std::string line(const std::string& product, int quantity) {
  return R"({"product_id":")" + product + R"(","quantity":)" + std::to_string(quantity) + "}";
}

// A product with a good many in stock.
std::string some_product(const Peer& peer) {
  return text_at(peer.get("/api/products?in_stock=true&sort_by=price&sort_order=desc&limit=1").json(),
                 "products/0/product_id");
}

std::int64_t stock_of(const Peer& peer, const std::string& product) {
  return at(peer.get("/api/products/" + product).json(), "stock_quantity").to_number<std::int64_t>();
}

TEST(Orders, ACartIsFilledPricedAndBought) {
  const SignedIn who = new_customer(shop());
  const std::string product = some_product(shop());
  const std::int64_t before = stock_of(shop(), product);
  ASSERT_EQ(shop().post("/api/cart/add", line(product, 1), who.headers()).status, 200);
  const Reply added = shop().post("/api/cart/add", line(product, 2), who.headers());
  ASSERT_EQ(added.status, 200) << added.body;
  EXPECT_EQ(at(added.json(), "items/0/quantity").to_number<int>(), 3);
  const Reply changed = shop().put("/api/cart/update", line(product, 2), who.headers());
  ASSERT_EQ(changed.status, 200) << changed.body;
  const double subtotal = number_at(changed.json(), "subtotal");
  EXPECT_DOUBLE_EQ(subtotal, 2 * number_at(changed.json(), "items/0/price"));

  EXPECT_EQ(shop().post("/api/cart/checkout", "", who.headers()).status, 422);  // without a key
  const Reply bought = shop().post("/api/cart/checkout", R"({"coupon_code":"WELCOME10"})", with_key(who, "first"));
  ASSERT_EQ(bought.status, 201) << bought.body;
  EXPECT_EQ(text_at(bought.json(), "status"), "confirmed");
  EXPECT_EQ(text_at(bought.json(), "payment_status"), "paid");
  EXPECT_GT(number_at(bought.json(), "discount_applied"), 0);
  const std::string id = text_at(bought.json(), "order_id");

  const Reply again = shop().post("/api/cart/checkout", R"({"coupon_code":"WELCOME10"})", with_key(who, "first"));
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(text_at(again.json(), "order_id"), id);
  EXPECT_EQ(shop().post("/api/cart/checkout", "{}", with_key(who, "first")).status, 422);
  EXPECT_EQ(shop().post("/api/cart/checkout", "{}", with_key(who, "second")).status, 400);  // nothing in it
  EXPECT_TRUE(at(shop().get("/api/cart", who.headers()).json(), "items").as_array().empty());
  EXPECT_TRUE(eventually([&] { return stock_of(shop(), product) == before - 2; }, std::chrono::seconds{30}));

  const SignedIn other = new_customer(shop());
  EXPECT_EQ(shop().get("/api/orders/" + id, other.headers()).status, 404);
  EXPECT_EQ(shop().post("/api/orders/" + id + "/cancel", "", other.headers()).status, 404);
  EXPECT_EQ(text_at(shop().get("/api/orders", who.headers()).json(), "orders/0/order_id"), id);
  const Reply cancelled = shop().post("/api/orders/" + id + "/cancel", "", who.headers());
  ASSERT_EQ(cancelled.status, 200) << cancelled.body;
  EXPECT_EQ(text_at(cancelled.json(), "status"), "cancelled");
  EXPECT_EQ(text_at(cancelled.json(), "payment_status"), "refunded");
  EXPECT_TRUE(eventually([&] { return stock_of(shop(), product) == before; }, std::chrono::seconds{30}));
  // The coupon is the customer's again.
  ASSERT_EQ(shop().post("/api/cart/add", line(product, 1), who.headers()).status, 200);
  EXPECT_EQ(shop().post("/api/cart/checkout", R"({"coupon_code":"WELCOME10"})", with_key(who, "third")).status, 201);
}

TEST(Orders, CartsRefuseWhatIsNotThere) {
  const SignedIn who = new_customer(shop());
  const std::string product = some_product(shop());
  EXPECT_EQ(shop().post("/api/cart/add", line("nothing_of_the_kind", 1), who.headers()).status, 404);
  EXPECT_EQ(shop().post("/api/cart/add", line(product, 0), who.headers()).status, 422);
  EXPECT_EQ(shop().post("/api/cart/add", line(product, 999), who.headers()).status, 409);
  EXPECT_EQ(shop().get("/api/cart").status, 401);
  EXPECT_EQ(shop().send("DELETE", "/api/cart/remove/" + product, "", who.headers()).status, 200);
}

TEST(Orders, StaffMoveRefundAndCount) {
  const SignedIn who = new_customer(shop());
  const SignedIn admin = sign_in(shop(), "admin@quickmart.com", "admin");
  const std::string product = some_product(shop());
  ASSERT_EQ(shop().post("/api/cart/add", line(product, 2), who.headers()).status, 200);
  const std::string id =
      text_at(shop().post("/api/cart/checkout", "{}", with_key(who, "first")).json(), "order_id");
  const std::string order = "/api/admin/orders/" + id;
  EXPECT_EQ(shop().get(order, who.headers()).status, 403);
  EXPECT_EQ(text_at(shop().get(order, admin.headers()).json(), "history/0/by"), who.user_id);
  EXPECT_EQ(shop().get("/api/admin/orders?limit=1", admin.headers()).status, 200);
  EXPECT_EQ(shop().post(order + "/status", R"({"status":"delivered"})", admin.headers()).status, 409);
  for (const char* status : {"processing", "shipped", "delivered"}) {
    const Reply moved = shop().post(order + "/status", std::string{R"({"status":")"} + status + "\"}", admin.headers());
    ASSERT_EQ(moved.status, 200) << moved.body;
    EXPECT_EQ(text_at(moved.json(), "order/status"), status);
  }
  const std::string one = R"({"reason":"too heavy","lines":[{"sku":")" + product + R"(","quantity":1}]})";
  EXPECT_EQ(shop().post(order + "/refunds", one, admin.headers()).status, 422);  // without a key
  for (int i = 0; i < 2; ++i) {
    const Reply refunded = shop().post(order + "/refunds", one, with_key(admin, "r1"));
    ASSERT_EQ(refunded.status, 201) << refunded.body;
    EXPECT_EQ(list_at(refunded.json(), "order/refunds").size(), 1u);
    EXPECT_EQ(text_at(refunded.json(), "order/payment_status"), "partially_refunded");
  }
  EXPECT_EQ(shop().post(order + "/refunds", R"({"reason":"other"})", with_key(admin, "r1")).status, 422);
  const Reply rest = shop().post(order + "/refunds", R"({"reason":"all of it"})", with_key(admin, "r2"));
  ASSERT_EQ(rest.status, 201) << rest.body;
  EXPECT_EQ(text_at(rest.json(), "order/status"), "refunded");

  const std::string stock = "/api/admin/stock/" + product;
  const auto available = number_at(shop().get(stock, admin.headers()).json(), "available");
  for (int i = 0; i < 2; ++i) {
    const Reply counted =
        shop().post(stock + "/adjust", R"({"change":-1,"reason":"breakage"})", with_key(admin, "a-" + id));
    ASSERT_EQ(counted.status, 200) << counted.body;
    EXPECT_EQ(number_at(counted.json(), "available"), available - 1);
  }
  EXPECT_EQ(shop().post(stock + "/adjust", R"({"change":-1000000,"reason":"x"})", with_key(admin, "b-" + id)).status,
            409);
}

// The shop is killed while customers buy, and started again: every answered order is there, every key led to one order
// at most, and what was sold is what is missing.
TEST(Orders, SurviveAKillInTheMiddleOfManyCheckouts) {
  World world;
  ServiceProcess process = world.start("quickmart-backend", {"--jwt-secret", kJwtSecret, "--demo-data-dir", kDemoData});
  const std::string product = "prod_001";  // of the demo: enough of it for all
  const std::int64_t before = stock_of(process.peer(), product);
  constexpr int kCustomers = 6;
  std::vector<SignedIn> customers;
  for (int i = 0; i < kCustomers; ++i) customers.push_back(new_customer(process.peer()));
  std::mutex mutex;
  std::set<std::string> promised;
  std::atomic<int> answered{0};
  std::vector<std::thread> buyers;
  const Peer peer = process.peer();
  for (const SignedIn& who : customers) {
    buyers.emplace_back([&, who] {
      for (int round = 0; round < 100; ++round) {
        if (peer.post("/api/cart/add", line(product, 1), who.headers()).status == 0) return;
        const Reply reply = peer.post("/api/cart/checkout", "{}", with_key(who, "key-" + std::to_string(round)));
        if (reply.status == 0) return;
        if (reply.status != 201) continue;
        ++answered;
        std::lock_guard lock{mutex};
        promised.insert(text_at(reply.json(), "order_id"));
      }
    });
  }
  EXPECT_TRUE(eventually([&] { return answered >= 12; }, std::chrono::seconds{30}));
  process.kill();
  for (auto& buyer : buyers) buyer.join();

  process = world.start("quickmart-backend", {"--jwt-secret", kJwtSecret, "--demo-data-dir", kDemoData});
  std::set<std::string> confirmed;
  const auto all_settled = [&] {
    confirmed.clear();
    for (const SignedIn& who : customers) {
      const auto orders = at(process.peer().get("/api/orders", who.headers()).json(), "orders");
      for (const auto& order : orders.as_array()) {
        const std::string status = text_at(order, "status");
        if (status == "pending" || (status == "confirmed" && text_at(order, "payment_status") != "paid")) return false;
        if (status == "confirmed") confirmed.insert(text_at(order, "order_id"));
      }
    }
    return true;
  };
  EXPECT_TRUE(eventually(all_settled, std::chrono::seconds{60}));
  for (const std::string& id : promised) EXPECT_TRUE(confirmed.contains(id)) << id;
  EXPECT_TRUE(eventually(
      [&] { return stock_of(process.peer(), product) == before - static_cast<std::int64_t>(confirmed.size()); },
      std::chrono::seconds{30}))
      << before << " before, " << confirmed.size() << " sold, " << stock_of(process.peer(), product) << " left";
}

}  // namespace
}  // namespace qm::functional
