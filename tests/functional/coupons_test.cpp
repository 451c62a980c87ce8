#include <gtest/gtest.h>

#include <thread>

#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

std::string assign_target(const std::string& user, const std::string& coupon, const std::string& nudge) {
  return "/api/coupons/internal/assign-nudge-coupon?user_id=" + user + "&coupon_id=" + coupon + "&nudge_id=" + nudge +
         "&churn_score=0.9";
}

TEST(Coupons, AvailableOnesStandHighestFirst) {
  const auto list = shop().get("/api/coupons/available").json();
  ASSERT_GE(list.as_array().size(), 5u);
  double previous = 1e9;
  for (const auto& coupon : list.as_array()) {
    EXPECT_LE(number_at(coupon, "discount_value"), previous);
    previous = number_at(coupon, "discount_value");
    EXPECT_TRUE(at(coupon, "is_active").as_bool());
  }
}

TEST(Coupons, ValidateSaysWhatACouponIsWorth) {
  const SignedIn who = new_customer(shop());
  struct Case { const char* query; bool valid; double discount, final; };
  const Case cases[] = {
      {"coupon_code=WELCOME10&order_total=60", true, 6.00, 54.00},
      {"code=WELCOME10&order_total=2000", true, 100.00, 1900.00},
      {"coupon_code=WELCOME10&order_total=49.99", false, -1, -1},
      {"coupon_code=SAVE20&order_total=100", true, 20.00, 80.00},
      {"coupon_code=NOSUCH&order_total=100", false, -1, -1},
  };
  for (const auto& c : cases) {
    const Reply reply = shop().post(std::string{"/api/coupons/validate?"} + c.query, {}, who.headers());
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(at(reply.json(), "is_valid").as_bool(), c.valid) << c.query;
    EXPECT_FALSE(text_at(reply.json(), "message").empty());
    if (c.valid) {
      EXPECT_DOUBLE_EQ(number_at(reply.json(), "discount_amount"), c.discount);
      EXPECT_DOUBLE_EQ(number_at(reply.json(), "final_amount"), c.final);
    }
  }
  const Reply body = shop().post("/api/coupons/validate", R"({"code":"SAVE20","order_total":100})", who.headers());
  EXPECT_TRUE(at(body.json(), "is_valid").as_bool()) << body.body;
  EXPECT_EQ(shop().post("/api/coupons/validate", "", who.headers()).status, 422);
}

TEST(Coupons, ApplySpendsExactlyOnce) {
  const SignedIn who = new_customer(shop());
  const std::string target = "/api/coupons/apply?coupon_code=SAVE20&order_total=120";
  std::atomic<int> spent{0}, refused{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      const int status = shop().post(target, {}, who.headers()).status;
      if (status == 200) ++spent;
      if (status == 400) ++refused;
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(spent, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(shop().post("/api/coupons/apply?coupon_code=SAVE20&order_total=1", {}, who.headers()).status, 400);
  const auto history = shop().get("/api/coupons/history", who.headers()).json();
  ASSERT_EQ(history.as_array().size(), 1u);
  EXPECT_EQ(text_at(history, "0/user_coupon/status"), "used");
  EXPECT_TRUE(shop().get("/api/coupons/user", who.headers()).json().as_array().empty());
}

TEST(Coupons, AssignmentIsIdempotentPerNudgeAndPerCoupon) {
  const SignedIn who = new_customer(shop());
  const HeaderList service = bearer(kServiceToken);
  const Reply first = shop().post(assign_target(who.user_id, "WELCOME_BACK20", "nudge_1"), {}, service);
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_FALSE(at(first.json(), "duplicate").as_bool());
  const std::string id = text_at(first.json(), "user_coupon_id");
  for (const std::string& target : {assign_target(who.user_id, "WELCOME_BACK20", "nudge_1"),
                                    assign_target(who.user_id, "WELCOME_BACK20", "nudge_2"),
                                    assign_target(who.user_id, "SAVE20", "nudge_1")}) {
    const Reply again = shop().post(target, {}, service);
    EXPECT_EQ(again.status, 200) << target;
    EXPECT_TRUE(at(again.json(), "duplicate").as_bool()) << target;
    EXPECT_EQ(text_at(again.json(), "user_coupon_id"), id) << target;
  }
  EXPECT_EQ(shop().get("/api/coupons/user", who.headers()).json().as_array().size(), 1u);
  // By body, too; and what does not exist is said so.
  const Reply body = shop().post("/api/coupons/internal/assign-nudge-coupon",
      R"({"user_id":")" + who.user_id + R"(","coupon_id":"SUMMER25","nudge_id":"nudge_3","churn_score":0.7})", service);
  EXPECT_EQ(body.status, 200) << body.body;
  EXPECT_EQ(shop().post(assign_target(who.user_id, "NOSUCH", "nudge_9"), {}, service).status, 404);
  EXPECT_EQ(shop().post(assign_target("user_nobody", "SAVE20", "nudge_9"), {}, service).status, 404);
  EXPECT_EQ(shop().post("/api/coupons/internal/assign-nudge-coupon", {}, service).status, 422);
  EXPECT_EQ(shop().post(assign_target(who.user_id, "SAVE20", "nudge_9"), {}, bearer("wrong")).status, 401);
}

TEST(Admin, ListsLoadsAndCreates) {
  const SignedIn admin = sign_in(shop(), "admin@quickmart.com", "admin");
  const auto status = shop().get("/api/admin/data-status").json();
  EXPECT_GE(number_at(status, "products"), 60);
  EXPECT_EQ(number_at(status, "categories"), 5);
  EXPECT_GE(number_at(status, "users"), 6);
  EXPECT_TRUE(at(status, "is_initialized").as_bool());
  for (const char* path : {"/api/admin/products", "/api/admin/users", "/api/admin/categories"}) {
    const Reply reply = shop().get(path, admin.headers());
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_GT(number_at(reply.json(), "count"), 0) << path;
    EXPECT_EQ(reply.body.find("argon"), std::string::npos);
    EXPECT_EQ(reply.body.find("password"), std::string::npos);
  }
  for (const char* path : {"/api/admin/init-data", "/api/admin/load-data", "/api/admin/load-categories",
                           "/api/admin/load-products", "/api/admin/load-users"}) {
    const Reply reply = shop().post(path, {}, admin.headers());
    EXPECT_EQ(reply.status, 200) << path << reply.body;
    EXPECT_TRUE(at(reply.json(), "errors").is_array()) << reply.body;
  }
  const std::string coupon =
      R"({"code":"HALF","name":"Half","description":"Half off","discount_type":"percentage","discount_value":50,
      "min_order_val":10,"max_discount":30,"valid_from":"2026-01-01T00:00:00Z","valid_until":"2099-01-01T00:00:00Z"})";
  const Reply created = shop().post("/api/admin/coupons", coupon, admin.headers());
  EXPECT_TRUE(created.status == 200 || created.status == 201) << created.body;
  EXPECT_EQ(shop().post("/api/admin/coupons", coupon, admin.headers()).status, 409);
  EXPECT_EQ(shop().post("/api/admin/coupons", "{}", admin.headers()).status, 422);
  const Reply worth = shop().post("/api/coupons/validate?coupon_code=HALF&order_total=100", {}, admin.headers());
  EXPECT_DOUBLE_EQ(number_at(worth.json(), "discount_amount"), 30);
}

// Staff begin a campaign; a customer stacks two of its coupons in the cart and buys; its budget shows what they cost.
TEST(Coupons, ACampaignPaysForTheCouponsOfACart) {
  const SignedIn admin = sign_in(shop(), "admin@quickmart.com", "admin");
  const SignedIn who = new_customer(shop());
  EXPECT_EQ(shop().post("/api/admin/campaigns", R"({"name":"Spring","budget":100})", who.headers()).status, 403);
  const Reply begun = shop().post("/api/admin/campaigns", R"({"name":"Spring","budget":100})", admin.headers());
  ASSERT_EQ(begun.status, 201) << begun.body;
  const std::string campaign = text_at(begun.json(), "campaign_id");
  const auto create = [&](const std::string& code, const std::string& more) {
    return shop().post("/api/admin/coupons",
                       R"({"code":")" + code + R"(","name":"C","discount_type":"fixed","discount_value":3,
                       "valid_until":"2099-01-01T00:00:00Z",)" + more + "}",
                       admin.headers());
  };
  const Reply first =
      create("SPRING3", R"("is_stackable":true,"first_order_only":true,"campaign_id":")" + campaign + "\"");
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_TRUE(at(first.json(), "coupon/first_order_only").as_bool());
  ASSERT_EQ(create("MINE3", R"("is_stackable":true,"is_personal":true,"usage_limit_per_customer":2)").status, 201);
  EXPECT_EQ(create("NOWHERE3", R"("campaign_id":"camp_nowhere")").status, 422);
  EXPECT_EQ(create("MANY3", R"("usage_limit_per_customer":101)").status, 422);
  const std::string target = "/api/admin/campaigns/" + campaign;
  const Reply added = shop().post(target + "/coupons", R"({"coupon":"mine3"})", admin.headers());
  ASSERT_EQ(added.status, 200) << added.body;
  EXPECT_EQ(at(added.json(), "coupons").as_array().size(), 2u);

  const Reply products = shop().get("/api/products?in_stock=true&min_price=60&limit=1");
  const std::string product = text_at(products.json(), "products/0/product_id");
  ASSERT_EQ(shop().post("/api/cart/add", R"({"product_id":")" + product + R"(","quantity":1})", who.headers()).status,
            200);
  const Reply held_back = shop().put("/api/cart/coupons", R"({"codes":["SPRING3","MINE3"]})", who.headers());
  ASSERT_EQ(held_back.status, 200) << held_back.body;
  EXPECT_EQ(text_at(held_back.json(), "applied_coupon"), "SPRING3");
  EXPECT_EQ(text_at(held_back.json(), "refused_coupons/0/code"), "MINE3");  // nobody gave it to them yet
  const std::string give = "/api/admin/coupons/MINE3/customers";
  ASSERT_EQ(shop().post(give, R"({"user_id":")" + who.user_id + "\"}", admin.headers()).status, 200);
  EXPECT_EQ(shop().post(give, R"({"user_id":"user_nobody"})", admin.headers()).status, 404);
  const auto cart = shop().get("/api/cart", who.headers()).json();
  EXPECT_DOUBLE_EQ(number_at(cart, "discount"), 6);
  EXPECT_TRUE(at(cart, "refused_coupons").as_array().empty());
  EXPECT_EQ(shop().put("/api/cart/coupons", R"({"codes":["SPRING3","SAVE20"]})", who.headers()).status, 400);
  EXPECT_EQ(shop().put("/api/cart/coupons", R"({"codes":["A","B","C","D","E","F"]})", who.headers()).status, 422);

  HeaderList headers = who.headers();
  headers.emplace_back("Idempotency-Key", "spring");
  const Reply bought = shop().post("/api/cart/checkout", "{}", headers);
  ASSERT_EQ(bought.status, 201) << bought.body;
  EXPECT_DOUBLE_EQ(number_at(bought.json(), "discount_applied"), 6);
  EXPECT_EQ(at(bought.json(), "coupons").as_array().size(), 2u);
  EXPECT_DOUBLE_EQ(number_at(bought.json(), "total_amount"), number_at(cart, "total"));
  EXPECT_DOUBLE_EQ(number_at(shop().get(target, admin.headers()).json(), "campaign/redeemed"), 6);
  EXPECT_EQ(shop().put(target, R"({"budget":5.99})", admin.headers()).status, 409);
  EXPECT_EQ(shop().put(target, R"({"budget":6})", admin.headers()).status, 200);
  const Reply spent = shop().post("/api/coupons/apply?code=MINE3&order_total=50", {}, who.headers());
  EXPECT_EQ(spent.status, 400) << spent.body;
  EXPECT_GE(number_at(shop().get("/api/admin/campaigns", admin.headers()).json(), "count"), 1);
  EXPECT_EQ(shop().send("DELETE", "/api/cart/coupons", "", who.headers()).status, 200);
}

TEST(Admin, ResetBringsTheDemoShopBack) {
  const World world;
  ServiceProcess own = world.start("quickmart-backend", {"--jwt-secret", kJwtSecret, "--demo-data-dir", kDemoData});
  const SignedIn customer = new_customer(own.peer());
  const SignedIn admin = sign_in(own.peer(), "admin@quickmart.com", "admin");
  const Reply reset = own.peer().post("/api/admin/reset-data", {}, admin.headers());
  ASSERT_EQ(reset.status, 200) << reset.body;
  EXPECT_EQ(own.peer().get("/api/auth/profile", customer.headers()).status, 401);
  sign_in(own.peer(), "demo@quickmart.com", "demo");
  EXPECT_GE(number_at(own.peer().get("/api/products").json(), "total"), 60);
}

}  // namespace
}  // namespace qm::functional
