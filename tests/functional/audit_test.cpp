#include <gtest/gtest.h>

#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

HeaderList keyed(const SignedIn& who, const std::string& key) {
  HeaderList headers = who.headers();
  headers.emplace_back("Idempotency-Key", key);
  return headers;
}

// The newest entry of that action, and subject if given.
boost::json::value newest(const SignedIn& admin, const std::string& action, const std::string& subject = {}) {
  std::string query = "/api/admin/audit?limit=1&action=" + action;
  if (!subject.empty()) query += "&subject_id=" + subject;
  return at(shop().get(query, admin.headers()).json(), "entries/0");
}

TEST(Audit, EveryStaffActionLeavesAnEntry) {
  const SignedIn who = new_customer(shop());
  const SignedIn admin = sign_in(shop(), "admin@quickmart.com", "admin");
  EXPECT_EQ(shop().get("/api/admin/audit", who.headers()).status, 403);
  EXPECT_EQ(shop().get("/api/admin/audit").status, 401);

  const std::string product = text_at(
      shop().get("/api/products?in_stock=true&sort_by=price&sort_order=desc&limit=1").json(), "products/0/product_id");
  const std::string line = R"({"product_id":")" + product + R"(","quantity":1})";
  ASSERT_EQ(shop().post("/api/cart/add", line, who.headers()).status, 200);
  const Reply bought = shop().post("/api/cart/checkout", "{}", keyed(who, "audited"));
  ASSERT_EQ(bought.status, 201) << bought.body;
  const std::string id = text_at(bought.json(), "order_id");
  const std::string order = "/api/admin/orders/" + id;

  ASSERT_EQ(shop().post(order + "/status", R"({"status":"processing"})", admin.headers()).status, 200);
  boost::json::value entry = newest(admin, "order.status", id);
  EXPECT_EQ(text_at(entry, "actor"), admin.user_id);
  EXPECT_EQ(text_at(entry, "outcome"), "succeeded");
  EXPECT_EQ(text_at(entry, "detail"), "to processing");
  EXPECT_FALSE(text_at(entry, "request_id").empty());
  ASSERT_EQ(shop().post(order + "/status", R"({"status":"delivered"})", admin.headers()).status, 409);
  EXPECT_EQ(text_at(newest(admin, "order.status", id), "outcome"), "failed");

  ASSERT_EQ(shop().post(order + "/refunds", R"({"amount":1.00,"reason":"late"})", keyed(admin, "au1")).status, 201);
  EXPECT_EQ(text_at(newest(admin, "order.refund", id), "outcome"), "succeeded");
  ASSERT_EQ(shop().post(order + "/cancel", "", admin.headers()).status, 200);
  EXPECT_EQ(text_at(newest(admin, "order.cancel", id), "outcome_detail"), "status: cancelled, payment: refunded");

  const std::string adjust = "/api/admin/stock/" + product + "/adjust";
  ASSERT_EQ(shop().post(adjust, R"({"change":1,"reason":"delivery"})", keyed(admin, "au" + id)).status, 200);
  EXPECT_EQ(text_at(newest(admin, "stock.adjust", product), "detail"), "1: delivery");

  const std::string code = "AUDIT" + id.substr(id.size() - 8);
  const std::string coupon = R"({"code":")" + code + R"(","name":"n","description":"d","discount_type":"fixed",)" +
                             R"("discount_value":1,"valid_until":"2099-01-01T00:00:00Z"})";
  const Reply created = shop().post("/api/admin/coupons", coupon, admin.headers());
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(text_at(newest(admin, "coupon.create", text_at(created.json(), "coupon/code")), "outcome"), "succeeded");

  const std::string written = text_at(created.json(), "coupon/code");
  const Reply given = shop().post("/api/admin/coupons/" + written + "/customers",
                                  R"({"user_id":")" + who.user_id + "\"}", admin.headers());
  ASSERT_EQ(given.status, 200) << given.body;
  EXPECT_EQ(text_at(newest(admin, "coupon.give", written), "detail"), "to " + who.user_id);

  const Reply campaign = shop().post("/api/admin/campaigns", R"({"name":"Audited","budget":10})", admin.headers());
  ASSERT_EQ(campaign.status, 201) << campaign.body;
  const std::string campaign_id = text_at(newest(admin, "campaign.create"), "outcome_detail");
  EXPECT_NE(campaign.body.find(campaign_id), std::string::npos);
  const std::string of_campaign = "/api/admin/campaigns/" + campaign_id;
  ASSERT_EQ(shop().put(of_campaign, R"({"budget":20})", admin.headers()).status, 200);
  EXPECT_EQ(text_at(newest(admin, "campaign.budget", campaign_id), "detail"), "to 20.00");
  const std::string joining = R"({"coupon":")" + written + "\"}";
  ASSERT_EQ(shop().post(of_campaign + "/coupons", joining, admin.headers()).status, 200);
  EXPECT_EQ(text_at(newest(admin, "campaign.add_coupon", campaign_id), "detail"), written);

  const Reply ticket = shop().post("/api/support/tickets", R"({"subject":"s","message":"m"})", who.headers());
  ASSERT_EQ(ticket.status, 201) << ticket.body;
  const std::string ticket_id = text_at(ticket.json(), "ticket_id");
  const std::string of_ticket = "/api/admin/tickets/" + ticket_id;
  ASSERT_EQ(shop().post(of_ticket + "/answer", R"({"message":"for the customer only"})", admin.headers()).status, 200);
  EXPECT_EQ(text_at(newest(admin, "ticket.answer", ticket_id), "outcome"), "succeeded");
  ASSERT_EQ(shop().post(of_ticket + "/close", "", admin.headers()).status, 200);
  EXPECT_EQ(text_at(newest(admin, "ticket.close", ticket_id), "outcome"), "succeeded");
  EXPECT_EQ(shop().get("/api/admin/audit?limit=50", admin.headers()).body.find("for the customer"), std::string::npos);

  ASSERT_EQ(shop().post("/api/admin/load-categories", "", admin.headers()).status, 200);
  EXPECT_EQ(text_at(newest(admin, "demo_data.load_categories"), "subject_kind"), "demo_data");
  EXPECT_EQ(shop().get("/api/admin/audit?cursor=x", admin.headers()).status, 400);
}

}  // namespace
}  // namespace qm::functional
