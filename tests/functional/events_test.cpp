// What customers do in the shop arrives at RecoEngine, through both real programs, whatever happens to either
// meanwhile.
#include <gtest/gtest.h>

#include <map>

#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

HeaderList keyed_as(const SignedIn& who, const std::string& key) {
  HeaderList headers = who.headers();
  headers.emplace_back("Idempotency-Key", key);
  return headers;
}

constexpr const char* kOne = R"({"product_id":"prod_001","quantity":1})";

// → the order's id.
std::string buy(const Peer& shop, const SignedIn& who, const std::string& key) {
  EXPECT_EQ(shop.post("/api/cart/add", kOne, who.headers()).status, 200);
  const Reply bought = shop.post("/api/cart/checkout", "{}", keyed_as(who, key));
  EXPECT_EQ(bought.status, 201) << bought.body;
  return text_at(bought.json(), "order_id");
}

// Event id → event.
std::map<std::string, boost::json::value> events_of(const Peer& reco, const SignedIn& who) {
  std::map<std::string, boost::json::value> events;
  const auto list = list_at(reco.get("/events/" + who.user_id + "?limit=1000").json(), "events");
  for (const auto& event : list) events[text_at(event, "event_id")] = event;
  return events;
}

bool has_type(const Peer& reco, const SignedIn& who, const std::string& type) {
  for (const auto& [id, event] : events_of(reco, who))
    if (text_at(event, "type") == type) return true;
  return false;
}

bool arrives(const Peer& reco, const SignedIn& who, const std::string& type) {
  return eventually([&] { return has_type(reco, who, type); }, std::chrono::seconds{30});
}

std::string log_in_as_staff(const Peer& shop) { return sign_in(shop, "admin@quickmart.com", "admin").access_token; }

TEST(Events, AVisitIsToldFromLoginToLogout) {
  TwoServices& services = shared_services();
  const Peer& shop = services.shop();
  const SignedIn who = new_customer(shop);
  EXPECT_EQ(shop.get("/api/products/prod_001", who.headers()).status, 200);
  EXPECT_EQ(shop.get("/api/products/prod_002").status, 200);  // nobody in particular
  EXPECT_EQ(shop.get("/api/products/prod_003", bearer("not.a.token")).status, 200);
  EXPECT_EQ(shop.get("/api/products/search?q=wireless", who.headers()).status, 200);
  const std::string order = buy(shop, who, "first");
  EXPECT_EQ(shop.post("/api/orders/" + order + "/cancel", "", who.headers()).status, 200);
  EXPECT_EQ(shop.post("/api/cart/add", kOne, who.headers()).status, 200);
  const std::string refused = R"({"payment":{"method":"declined"}})";
  EXPECT_EQ(shop.post("/api/cart/checkout", refused, keyed_as(who, "refused")).status, 400);
  EXPECT_EQ(shop.post("/api/auth/logout", "", who.headers()).status, 200);
  for (const char* type : {"session_started", "login", "product_viewed", "search", "order_placed", "order_cancelled",
                           "order_refunded", "cart_changed", "payment_failed", "cart_abandoned", "logout",
                           "session_ended"})
    EXPECT_TRUE(arrives(services.reco(), who, type)) << type;

  const auto events = events_of(services.reco(), who);
  ASSERT_TRUE(events.contains("order_placed." + order));
  EXPECT_GT(number_at(events.at("order_placed." + order), "data/amount"), 0);
  int views = 0;
  for (const auto& [id, event] : events) {
    if (text_at(event, "type") != "product_viewed") continue;
    ++views;
    EXPECT_EQ(text_at(event, "data/product_id"), "prod_001");
    EXPECT_FALSE(text_at(event, "data/session_id").empty());
  }
  EXPECT_EQ(views, 1);
}

TEST(Events, ATicketIsAskedAnsweredClosedRatedAndTold) {
  TwoServices& services = shared_services();
  const Peer& shop = services.shop();
  const SignedIn who = new_customer(shop);
  const SignedIn other = new_customer(shop);
  const HeaderList staff = bearer(log_in_as_staff(shop));
  EXPECT_EQ(shop.post("/api/support/tickets", R"({"subject":"","message":""})", who.headers()).status, 422);
  EXPECT_EQ(shop.post("/api/support/tickets", "{}").status, 401);
  const Reply opened =
      shop.post("/api/support/tickets", R"({"subject":"Late","message":"Where is it?"})", who.headers());
  ASSERT_EQ(opened.status, 201) << opened.body;
  const std::string id = text_at(opened.json(), "ticket_id");
  const std::string mine = "/api/support/tickets/" + id, theirs = "/api/admin/tickets/" + id;
  EXPECT_EQ(shop.get(mine, other.headers()).status, 404);
  EXPECT_EQ(shop.get("/api/admin/tickets", who.headers()).status, 403);
  EXPECT_GE(number_at(shop.get("/api/admin/tickets?limit=200", staff).json(), "count"), 1);
  EXPECT_EQ(shop.post(theirs + "/answer", R"({"message":"On its way."})", staff).status, 200);
  EXPECT_EQ(text_at(shop.get(mine, who.headers()).json(), "status"), "answered");
  EXPECT_EQ(shop.post(mine + "/messages", R"({"message":"Since when?"})", who.headers()).status, 200);
  EXPECT_EQ(shop.post(theirs + "/close", "", staff).status, 200);
  EXPECT_EQ(shop.post(mine + "/close", R"({"satisfaction_score":6})", who.headers()).status, 422);
  const Reply rated = shop.post(mine + "/close", R"({"satisfaction_score":2})", who.headers());
  ASSERT_EQ(rated.status, 200) << rated.body;
  EXPECT_EQ(number_at(rated.json(), "satisfaction_score"), 2);
  EXPECT_EQ(number_at(shop.get("/api/support/tickets", who.headers()).json(), "total_tickets"), 1);
  for (const char* type : {"ticket_opened", "ticket_closed", "ticket_rated"})
    EXPECT_TRUE(arrives(services.reco(), who, type)) << type;
}

TEST(Events, AnOrdersEventsArriveThoughRecoEngineWasDownAndTheShopWasKilled) {
  TwoServices services;
  const SignedIn who = new_customer(services.shop());
  ASSERT_TRUE(arrives(services.reco(), who, "session_started"));
  services.reco_process().kill();
  const std::string first = buy(services.shop(), who, "while-down");
  services.restart_shop();  // by SIGKILL: what it owes is in its store
  const std::string second = buy(services.shop(), who, "after-the-kill");
  services.restart_reco();
  for (const std::string& order : {first, second}) {
    EXPECT_TRUE(eventually([&] { return events_of(services.reco(), who).contains("order_placed." + order); },
                           std::chrono::seconds{60}))
        << order;
  }
  // RecoEngine is killed after it has taken them, and still has each once.
  services.restart_reco();
  const auto events = events_of(services.reco(), who);
  EXPECT_TRUE(events.contains("order_placed." + first));
  EXPECT_TRUE(events.contains("order_placed." + second));
}

// The shop is killed right after each answer, so that some orders are still being settled.
TEST(Events, EveryAnsweredOrderIsToldHoweverOftenTheShopDies) {
  TwoServices services;
  const SignedIn who = new_customer(services.shop());
  std::vector<std::string> orders;
  for (int round = 0; round < 5; ++round) {
    orders.push_back(buy(services.shop(), who, "round-" + std::to_string(round)));
    services.restart_shop();
  }
  for (const std::string& order : orders)
    EXPECT_TRUE(eventually([&] { return events_of(services.reco(), who).contains("order_placed." + order); },
                           std::chrono::seconds{60}))
        << order;
}

}  // namespace
}  // namespace qm::functional
