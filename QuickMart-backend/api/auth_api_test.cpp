// The routes of accounts, /api/auth/… and /api/users/…, as a client sees them.
#include "QuickMart-backend/api/auth_api.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "QuickMart-backend/api/authenticator.hpp"
#include "QuickMart-backend/api/user_api.hpp"
#include "QuickMart-backend/app/accounts_fixture.hpp"
#include "platform/http/request_fixture.hpp"

namespace qm::shop {
namespace {

using http::Method;

class AccountRoutesTest : public AccountsFixture {
 protected:
  AccountRoutesTest() {
    api_.authenticate_with(make_authenticator(signer_, "", clock_));
    add_auth_routes(api_, app_);
    add_user_routes(api_, app_);
  }

  http::Response send(Method method, std::string path, std::string body = {}, std::string token = {},
                      std::string type = "application/json") {
    http::Request request = http::test_request(method, std::move(path), std::move(body));
    request.remote_address = "192.0.2.1";
    request.headers = {{"Content-Type", std::move(type)}};
    if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
    return run(api_.serve(request));
  }
  http::Response post(std::string path, std::string body = {}, std::string token = {}) {
    return send(Method::Post, std::move(path), std::move(body), std::move(token));
  }
  boost::json::value json(const http::Response& response) {
    EXPECT_EQ(response.status, 200) << response.payload();
    return boost::json::parse(response.payload());
  }
  boost::json::value get(std::string path, std::string token) {
    return json(send(Method::Get, std::move(path), {}, std::move(token)));
  }
  static std::string text(const boost::json::value& value, std::string_view pointer) {
    return std::string{value.at_pointer(pointer).as_string()};
  }
  static std::string header(const http::Response& response, std::string_view name) {
    for (const auto& [each, value] : response.headers)
      if (each == name) return value;
    return {};
  }
  // The places of a 422's faults, "body.email body.password ".
  std::string faults(const http::Response& response) {
    EXPECT_EQ(response.status, 422) << response.payload();
    std::string places;
    const auto body = boost::json::parse(response.payload());
    for (const auto& fault : body.at("detail").as_array()) {
      std::string place;
      for (const auto& step : fault.at("loc").as_array())
        place += (place.empty() ? "" : ".") +
                 (step.is_string() ? std::string{step.as_string()} : boost::json::serialize(step));
      places += place + " ";
    }
    return places;
  }
  std::string sign_in(std::string email = "a@example.com") {
    return text(json(post("/api/auth/login", R"({"email":")" + email + R"(","password":"right password"})")),
                "/access_token");
  }

  http::Api api_{http::ApiInfo{"QuickMart", "test", ""}};
};

TEST_F(AccountRoutesTest, RegistersWithoutSecrets) {
  const auto response = post(
      "/api/auth/register",
      R"({"email":"ada@example.com","password":"long enough",
          "profile":{"name":"Ada","age":36,"location":"London","loyalty_tier":"gold"},
          "preferences":{"categories":["books"],"price_range":{"min":1,"max":20.50}},"role":"admin"})");
  const auto user = json(response);
  EXPECT_EQ(text(user, "/email"), "ada@example.com");
  EXPECT_EQ(text(user, "/profile/loyalty_tier"), "gold");
  EXPECT_EQ(user.at_pointer("/profile/age").as_int64(), 36);
  EXPECT_EQ(text(user, "/preferences/categories/0"), "books");
  EXPECT_NE(response.payload().find(R"("price_range":{"min":1.00,"max":20.50})"), std::string::npos)
      << response.payload();
  EXPECT_EQ(text(user, "/created_at"), "2024-10-04T00:00:00.000Z");
  EXPECT_EQ(response.payload().find("assword"), std::string::npos);
  EXPECT_EQ(response.payload().find("argon"), std::string::npos);
  EXPECT_EQ(run(users_.get(UserId{text(user, "/user_id")}))->user.role, Role::customer);

  const auto again =
      post("/api/auth/register", R"({"email":"ADA@example.com","password":"long enough","profile":{"name":"N"}})");
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(text(boost::json::parse(again.payload()), "/detail"), "Email already registered");
}

TEST_F(AccountRoutesTest, ARegistrationThatDoesNotFitListsEveryFault) {
  struct Case {
    std::string body, places;
  };
  const std::string tail = R"(","password":"long enough","profile":{"name":"N"}})";
  const Case cases[] = {
      {"{}", "body.email body.password body.profile "},
      {R"({"email":"no-at-sign","password":"short","profile":{"name":"","age":-1,"loyalty_tier":"diamond"}})",
       "body.email body.password body.profile.name body.profile.age body.profile.loyalty_tier "},
      {R"({"email":"a@b)" + tail, "body.email "},
      {R"({"email":")" + std::string(300, 'a') + "@example.com" + tail, "body.email "},
      {R"({"email":"a@example.com","password":")" + std::string(1'025, 'p') + R"(","profile":{"name":")" +
           std::string(201, 'n') + R"("}})",
       "body.password body.profile.name "},
      {R"({"email":"a@example.com","password":"long enough","profile":{"name":"N"},
           "preferences":{"brands":["","ok"],"price_range":{"min":2,"max":1}}})",
       "body.preferences.brands.0 body.preferences.price_range.max "},
  };
  for (const auto& each : cases)
    EXPECT_EQ(faults(post("/api/auth/register", each.body)), each.places) << each.body.substr(0, 100);
  EXPECT_TRUE(run(users_.list("", 10))->users.empty());
}

TEST_F(AccountRoutesTest, SignsInWithJsonAndWithTheForm) {
  add_account("user_1", "a@example.com");
  const auto response = post("/api/auth/login", R"({"email":"a@example.com","password":"right password"})");
  const auto body = json(response);
  EXPECT_EQ(text(body, "/token_type"), "bearer");
  EXPECT_EQ(body.at("expires_in").as_int64(), 900);
  EXPECT_FALSE(text(body, "/refresh_token").empty());
  EXPECT_EQ(text(body, "/user/user_id"), "user_1");
  EXPECT_FALSE(text(body, "/user/last_login").empty());
  EXPECT_EQ(header(response, "Cache-Control"), "no-store");
  EXPECT_EQ(response.payload().find("argon"), std::string::npos);
  const auto form =
      send(Method::Post, "/api/auth/login", "grant_type=password&username=a%40example.com&password=right+password", {},
           "application/x-www-form-urlencoded");
  EXPECT_EQ(text(json(form), "/user/user_id"), "user_1");
}

TEST_F(AccountRoutesTest, ALoginThatLacksSomething) {
  EXPECT_EQ(faults(post("/api/auth/login", "{}")), "body.email body.password ");
  EXPECT_EQ(faults(post("/api/auth/login", R"({"username":"a@example.com"})")), "body.password ");
  EXPECT_EQ(faults(post("/api/auth/login", R"({"email":{"a":1},"password":[]})")), "body.email body.password ");
  EXPECT_EQ(
      faults(post("/api/auth/login", R"({"email":"a@example.com","password":")" + std::string(1'025, 'p') + "\"}")),
      "body.password ");
  EXPECT_EQ(faults(post("/api/auth/login", "{\"email\": nope}")), "body ");
  EXPECT_EQ(faults(post("/api/auth/login")), "body ");
}

TEST_F(AccountRoutesTest, RefusedLoginsAre401Then429) {
  add_account("user_1", "a@example.com");
  const std::string wrong = R"({"email":"a@example.com","password":"wrong"})";
  for (int i = 0; i < 5; ++i) {
    const auto refused = post("/api/auth/login", wrong);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(header(refused, "WWW-Authenticate"), "Bearer");
    EXPECT_EQ(text(boost::json::parse(refused.payload()), "/detail"), "Invalid email or password");
  }
  const auto locked = post("/api/auth/login", R"({"email":"a@example.com","password":"right password"})");
  EXPECT_EQ(locked.status, 429);
  EXPECT_EQ(header(locked, "Retry-After"), "30");
}

TEST_F(AccountRoutesTest, RefreshesAndLogsOut) {
  add_account("user_1", "a@example.com");
  const auto first = json(post("/api/auth/login", R"({"email":"a@example.com","password":"right password"})"));
  const std::string spent = R"({"refresh_token":")" + text(first, "/refresh_token") + "\"}";
  const auto second = json(post("/api/auth/refresh", spent));
  EXPECT_FALSE(second.as_object().contains("user"));
  const auto out = post("/api/auth/logout", {}, text(second, "/access_token"));
  EXPECT_EQ(text(json(out), "/message"), "Successfully logged out");
  EXPECT_EQ(post("/api/auth/refresh", R"({"refresh_token":")" + text(second, "/refresh_token") + "\"}").status, 401);
  EXPECT_EQ(post("/api/auth/refresh", spent).status, 401);
  EXPECT_EQ(faults(post("/api/auth/refresh", "{}")), "body.refresh_token ");
}

TEST_F(AccountRoutesTest, AProfileChangesOnlyInWhatIsNamed) {
  add_account("user_1", "a@example.com");
  const std::string token = sign_in();
  const auto changed = json(send(
      Method::Put, "/api/auth/profile",
      R"({"age":41,"location":"Oslo","loyalty_tier":"platinum","email":"eve@example.com","role":"admin"})", token));
  EXPECT_EQ(text(changed, "/profile/location"), "Oslo");
  const auto user = get("/api/auth/profile", token);
  EXPECT_EQ(text(user, "/profile/name"), "Test");
  EXPECT_EQ(user.at_pointer("/profile/age").as_int64(), 41);
  EXPECT_EQ(text(user, "/profile/loyalty_tier"), "bronze");
  EXPECT_EQ(text(user, "/email"), "a@example.com");
  EXPECT_EQ(run(users_.get(UserId{"user_1"}))->user.role, Role::customer);
  EXPECT_EQ(faults(send(Method::Put, "/api/auth/profile", R"({"age":"old","name":""})", token)), "body.name body.age ");
}

TEST_F(AccountRoutesTest, PreferencesAreKept) {
  add_account("user_1", "a@example.com");
  const std::string token = sign_in();
  const std::string wanted =
      R"({"categories":["electronics"],"brands":["Acme"],"price_range":{"min":5.00,"max":99.99}})";
  EXPECT_EQ(send(Method::Put, "/api/users/preferences", wanted, token).payload(), wanted);
  EXPECT_EQ(send(Method::Get, "/api/users/preferences", {}, token).payload(), wanted);
  EXPECT_EQ(faults(send(Method::Put, "/api/users/preferences", R"({"price_range":{"min":9,"max":1}})", token)),
            "body.price_range.max ");
  EXPECT_EQ(faults(send(Method::Put, "/api/users/preferences", R"({"price_range":{"min":-1},"brands":"Acme"})", token)),
            "body.brands body.price_range.min body.price_range.max ");
  EXPECT_EQ(faults(send(Method::Put, "/api/users/preferences", R"({"brands":["ok",")" + std::string(101, 'b') + "\"]}",
                        token)),
            "body.brands.1 ");
  EXPECT_EQ(send(Method::Get, "/api/users/preferences", {}, token).payload(), wanted);
}

TEST_F(AccountRoutesTest, MessagesBelongToTheirReader) {
  add_account("user_1", "a@example.com");
  add_account("user_2", "b@example.com");
  Message message;
  message.id = MessageId{"msg_1"};
  message.user_id = UserId{"user_1"};
  message.text = "We miss you";
  message.churn_probability = 0.83;
  message.churn_reasons = {"INACTIVITY"};
  message.created_at = kNow;
  ASSERT_TRUE(run(message_store_.add(message)));
  const std::string token = sign_in(), other = sign_in("b@example.com");
  const auto list = get("/api/users/messages", token);
  EXPECT_EQ(
      boost::json::serialize(list),
      R"({"messages":[{"message_id":"msg_1","user_id":"user_1","message":"We miss you","churn_probability":8.3E-1,)"
      R"("churn_reasons":["INACTIVITY"],"created_at":"2024-10-04T00:00:00.000Z","status":"generated"}],)"
            R"("total_messages":1,"unread_count":1})");
  EXPECT_EQ(get("/api/users/messages", other).at("total_messages").as_int64(), 0);
  EXPECT_EQ(send(Method::Put, "/api/users/messages/msg_1/mark-read", {}, other).status, 404);
  EXPECT_EQ(send(Method::Put, "/api/users/messages/msg_2/mark-read", "{}", token).status, 404);
  for (const char* body : {"", "{}"}) {
    const auto read = json(send(Method::Put, "/api/users/messages/msg_1/mark-read", body, token));
    EXPECT_EQ(text(read, "/status"), "read");
    EXPECT_EQ(text(read, "/read_at"), "2024-10-04T00:00:00.000Z");
  }
  EXPECT_EQ(get("/api/users/messages", token).at("unread_count").as_int64(), 0);
}

TEST_F(AccountRoutesTest, PurchasesBelongToTheirBuyer) {
  add_account("user_1", "a@example.com");
  add_account("user_2", "b@example.com");
  Order order;
  order.id = OrderId{"ord_1"};
  order.user_id = UserId{"user_1"};
  order.items = {{SkuId{"prod_1"}, ProductId{"prod_1"}, "Cup", 2, Money{5'50}}};
  order.created_at = order.updated_at = kNow;
  ASSERT_TRUE(run(orders_.add(order)));
  const auto history = get("/api/users/purchase-history", sign_in());
  EXPECT_EQ(history.at("total_orders").as_int64(), 1);
  EXPECT_EQ(text(history, "/orders/0/items/0/product_name"), "Cup");
  EXPECT_EQ(get("/api/users/purchase-history", sign_in("b@example.com")).at("total_orders").as_int64(), 0);
}

TEST_F(AccountRoutesTest, EveryRouteOfAnAccountAsksForALiveOne) {
  add_account("user_1", "a@example.com");
  const std::string token = sign_in();
  ASSERT_TRUE(run(users_.close(UserId{"user_1"})));
  const std::pair<Method, const char*> routes[] = {
      {Method::Get, "/api/auth/profile"},          {Method::Put, "/api/auth/profile"},
      {Method::Get, "/api/users/preferences"},     {Method::Put, "/api/users/preferences"},
      {Method::Get, "/api/users/messages"},        {Method::Put, "/api/users/messages/msg_1/mark-read"},
      {Method::Get, "/api/users/purchase-history"}};
  for (const auto& [method, path] : routes) {
    for (const std::string& given : {token, std::string{}}) {
      const auto response = send(method, path, R"({"age":1})", given);
      EXPECT_EQ(response.status, 401) << path;
      EXPECT_EQ(header(response, "WWW-Authenticate"), "Bearer") << path;
    }
  }
  EXPECT_EQ(post("/api/auth/logout").status, 401);
}

}  // namespace
}  // namespace qm::shop
