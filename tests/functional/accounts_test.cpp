// Accounts, tokens, profile, preferences, messages: over the wire.
#include <gtest/gtest.h>

#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

std::string registration(const std::string& email, const std::string& password,
                         const std::string& profile = R"({"name":"N"})") {
  return R"({"email":")" + email + R"(","password":")" + password + R"(","profile":)" + profile + "}";
}

std::string login(const std::string& email, const std::string& password) {
  return R"({"email":")" + email + R"(","password":")" + password + R"("})";
}

TEST(Register, AnswersTheUserWithoutSecrets) {
  const std::string email = unique_email();
  const Reply reply = shop().post("/api/auth/register",
      registration(email, "long enough", R"({"name":"Ada","age":36,"location":"London","loyalty_tier":"gold"})"));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto user = reply.json();
  EXPECT_EQ(text_at(user, "email"), email);
  EXPECT_EQ(text_at(user, "profile/name"), "Ada");
  EXPECT_EQ(text_at(user, "profile/loyalty_tier"), "gold");
  EXPECT_FALSE(text_at(user, "created_at").empty());
  EXPECT_EQ(reply.body.find("assword"), std::string::npos);
  EXPECT_EQ(reply.body.find("argon"), std::string::npos);
}

TEST(Register, RefusesWhatDoesNotFit) {
  struct Case { std::string body; std::string loc; };
  const Case cases[] = {
      {registration("no-at-sign", "long enough"), "email"},
      {registration("a@b", "long enough"), "email"},
      {registration(std::string(300, 'a') + "@example.com", "long enough"), "email"},
      {registration(unique_email(), "short"), "password"},
      {R"({"password":"long enough","profile":{"name":"N"}})", "email"},
      {registration(unique_email(), "long enough", R"({"name":"N","age":-1})"), "age"},
      {registration(unique_email(), "long enough", R"({"name":"N","loyalty_tier":"diamond"})"), "loyalty_tier"},
  };
  for (const auto& c : cases) {
    const Reply reply = shop().post("/api/auth/register", c.body);
    EXPECT_EQ(reply.status, 422) << c.body;
    const auto detail = at(reply.json(), "detail");
    ASSERT_TRUE(detail.is_array()) << reply.body;
    EXPECT_NE(boost::json::serialize(detail).find(c.loc), std::string::npos) << reply.body;
  }
  // Every fault, not only the first.
  const auto both = at(shop().post("/api/auth/register", registration("no-at-sign", "short")).json(), "detail");
  EXPECT_EQ(both.as_array().size(), 2u);
}

TEST(Register, AnAddressIsTakenOnceWhateverItsCase) {
  const std::string email = unique_email();
  EXPECT_EQ(shop().post("/api/auth/register", registration(email, "long enough")).status, 200);
  std::string shouted = email;
  for (char& c : shouted) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const Reply again = shop().post("/api/auth/register", registration(shouted, "long enough"));
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(text_at(again.json(), "detail"), "Email already registered");
  EXPECT_EQ(again.header("content-type"), "application/problem+json");
  EXPECT_EQ(number_at(again.json(), "status"), 400);
}

TEST(Login, TakesJsonAndTheOauthForm) {
  const std::string email = unique_email();
  shop().post("/api/auth/register", registration(email, "long enough"));
  const Reply json = shop().post("/api/auth/login", login(email, "long enough"));
  ASSERT_EQ(json.status, 200);
  EXPECT_EQ(text_at(json.json(), "token_type"), "bearer");
  EXPECT_GT(number_at(json.json(), "expires_in"), 0);
  EXPECT_FALSE(text_at(json.json(), "refresh_token").empty());
  EXPECT_EQ(text_at(json.json(), "user/email"), email);
  const HeaderList form{{"Content-Type", "application/x-www-form-urlencoded"}};
  EXPECT_EQ(shop().post("/api/auth/login", "username=" + email + "&password=long+enough", form).status, 200);
}

TEST(Login, DoesNotSayWhichWasWrong) {
  const std::string email = unique_email();
  shop().post("/api/auth/register", registration(email, "long enough"));
  const Reply wrong_password = shop().post("/api/auth/login", login(email, "wrong password"));
  const Reply unknown = shop().post("/api/auth/login", login(unique_email(), "long enough"));
  for (const Reply& reply : {wrong_password, unknown}) {
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(text_at(reply.json(), "detail"), "Invalid email or password");
    EXPECT_EQ(reply.header("www-authenticate"), "Bearer");
  }
}

TEST(Login, IsThrottledAfterRepeatedFailures) {
  const World world;  // a shop of its own: the lock is per address too
  ServiceProcess own = world.start("quickmart-backend", {"--jwt-secret", kJwtSecret});
  const std::string email = unique_email();
  own.peer().post("/api/auth/register", registration(email, "long enough"));
  Reply last;
  for (int i = 0; i < 40 && last.status != 429; ++i)
    last = own.peer().post("/api/auth/login", login(email, "wrong password"));
  EXPECT_EQ(last.status, 429);
  EXPECT_FALSE(last.header("retry-after").empty());
  // The right password doesn't help while the lock lasts.
  EXPECT_EQ(own.peer().post("/api/auth/login", login(email, "long enough")).status, 429);
}

TEST(Tokens, RotateAndAReusedOneRevokesTheFamily) {
  const SignedIn who = new_customer(shop());
  const auto refresh = [](const std::string& token) {
    return shop().post("/api/auth/refresh", R"({"refresh_token":")" + token + R"("})");
  };
  const Reply first = refresh(who.refresh_token);
  ASSERT_EQ(first.status, 200) << first.body;
  const std::string second_token = text_at(first.json(), "refresh_token");
  EXPECT_NE(second_token, who.refresh_token);
  EXPECT_EQ(refresh(who.refresh_token).status, 401);  // reuse
  EXPECT_EQ(refresh(second_token).status, 401);       // and so the whole family is gone
  EXPECT_EQ(refresh("nonsense").status, 401);
}

TEST(Tokens, LogoutEndsTheFamily) {
  const SignedIn who = new_customer(shop());
  const Reply out = shop().post("/api/auth/logout", {}, who.headers());
  ASSERT_EQ(out.status, 200);
  EXPECT_EQ(text_at(out.json(), "message"), "Successfully logged out");
  EXPECT_EQ(shop().post("/api/auth/refresh", R"({"refresh_token":")" + who.refresh_token + R"("})").status, 401);
}

TEST(Tokens, ForgedOnesAreRefused) {
  const SignedIn who = new_customer(shop());
  const std::string& good = who.access_token;
  const std::string payload = good.substr(good.find('.'), good.rfind('.') - good.find('.'));
  const std::vector<std::string> bad = {
      "",
      "x",
      "a.b.c",
      good + "x",
      good.substr(0, good.size() - 2),
      "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0" + payload + ".",           // alg none
      "eyJhbGciOiJub25lIn0" + payload + good.substr(good.rfind('.')),  // alg none, signed
      std::string(10'240, 'a'),
      // Another key, otherwise in order.
      "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ1c2VyXzAwMSIsImV4cCI6NDEwMjQ0NDgwMH0."
      "dGhpcyBpcyBub3QgYSBzaWduYXR1cmUgb2Ygb3VycyAhIQ",
  };
  for (const auto& token : bad) {
    const Reply reply = shop().get("/api/auth/profile", bearer(token));
    EXPECT_TRUE(reply.status == 401 || (token.size() > 8000 && reply.status == 431))
        << token.substr(0, 60) << " → " << reply.status;
  }
  EXPECT_EQ(shop().get("/api/auth/profile", {{"Authorization", "Basic " + good}}).status, 401);
  EXPECT_EQ(shop().get("/api/auth/profile", who.headers()).status, 200);
}

TEST(Profile, ChangesOnlyWhatIsNamed) {
  const SignedIn who = new_customer(shop());
  const Reply changed = shop().put("/api/auth/profile", R"({"age":41,"location":"Oslo"})", who.headers());
  ASSERT_EQ(changed.status, 200) << changed.body;
  const auto user = shop().get("/api/auth/profile", who.headers()).json();
  EXPECT_EQ(text_at(user, "profile/name"), "Test Customer");
  EXPECT_EQ(number_at(user, "profile/age"), 41);
  EXPECT_EQ(text_at(user, "profile/location"), "Oslo");
  EXPECT_EQ(shop().put("/api/auth/profile", R"({"age":"old"})", who.headers()).status, 422);
  EXPECT_EQ(shop().put("/api/auth/profile", R"({"age":41})").status, 401);
}

TEST(Preferences, AreKept) {
  const SignedIn who = new_customer(shop());
  const std::string wanted =
      R"({"categories":["electronics"],"brands":["Acme"],"price_range":{"min":5.00,"max":99.99}})";
  ASSERT_EQ(shop().put("/api/users/preferences", wanted, who.headers()).status, 200);
  const auto kept = shop().get("/api/users/preferences", who.headers()).json();
  EXPECT_EQ(text_at(kept, "categories/0"), "electronics");
  EXPECT_DOUBLE_EQ(number_at(kept, "price_range/max"), 99.99);
  EXPECT_EQ(shop()
                .put("/api/users/preferences", R"({"categories":[],"brands":[],"price_range":{"min":9,"max":1}})",
                     who.headers())
                .status,
            422);
}

TEST(PurchaseHistory, HoldsTheDemoOrdersAndNobodyElses) {
  const SignedIn john = sign_in(shop(), "john.doe@example.com", "john.doe");
  const auto history = shop().get("/api/users/purchase-history", john.headers()).json();
  EXPECT_GT(number_at(history, "total_orders"), 0);
  EXPECT_EQ(text_at(history, "orders/0/user_id"), "user_001");
  EXPECT_EQ(number_at(shop().get("/api/users/purchase-history", new_customer(shop()).headers()).json(), "total_orders"),
            0);
}

TEST(Messages, AnothersMessageDoesNotExist) {
  const SignedIn who = new_customer(shop());
  EXPECT_EQ(number_at(shop().get("/api/users/messages", who.headers()).json(), "unread_count"), 0);
  EXPECT_EQ(shop().put("/api/users/messages/msg_nobody/mark-read", "{}", who.headers()).status, 404);
  ASSERT_TRUE(shared_services().wait_until_scoring());
  const SignedIn demo = sign_in(shop(), "demo@quickmart.com", "demo");
  boost::json::value list;
  ASSERT_TRUE(eventually([&] {
    list = shop().get("/api/users/messages", demo.headers()).json();
    return number_at(list, "total_messages") > 0;
  }));
  const std::string id = text_at(list, "messages/0/message_id");
  EXPECT_EQ(shop().put("/api/users/messages/" + id + "/mark-read", "", who.headers()).status, 404);
  EXPECT_EQ(shop().put("/api/users/messages/" + id + "/mark-read", "", demo.headers()).status, 200);
  const auto after = shop().get("/api/users/messages", demo.headers()).json();
  EXPECT_NE(boost::json::serialize(after).find("\"read\""), std::string::npos);
}

TEST(Access, EveryUserRouteAsksForAToken) {
  const std::pair<const char*, const char*> routes[] = {
      {"POST", "/api/auth/logout"}, {"GET", "/api/auth/profile"}, {"PUT", "/api/auth/profile"},
      {"GET", "/api/users/preferences"}, {"PUT", "/api/users/preferences"}, {"GET", "/api/users/purchase-history"},
      {"GET", "/api/users/messages"}, {"PUT", "/api/users/messages/msg_1/mark-read"}, {"GET", "/api/coupons/user"},
      {"GET", "/api/coupons/history"}, {"POST", "/api/coupons/validate?coupon_code=SAVE20&order_total=1"},
      {"POST", "/api/coupons/apply?coupon_code=SAVE20&order_total=1"}};
  for (const auto& [method, path] : routes) {
    const Reply reply = shop().send(method, path, "", {});
    EXPECT_EQ(reply.status, 401) << method << " " << path;
    EXPECT_EQ(reply.header("www-authenticate"), "Bearer") << path;
  }
}

TEST(Access, StaffAndServiceRoutesRefuseACustomer) {
  const SignedIn customer = new_customer(shop());
  const std::pair<const char*, const char*> routes[] = {
      {"POST", "/api/admin/init-data"},
      {"POST", "/api/admin/load-data"},
      {"POST", "/api/admin/load-categories"},
      {"POST", "/api/admin/load-products"},
      {"POST", "/api/admin/load-users"},
      {"POST", "/api/admin/reset-data"},
      {"GET", "/api/admin/products"},
      {"GET", "/api/admin/users"},
      {"GET", "/api/admin/categories"},
      {"POST", "/api/admin/coupons"},
      {"POST",
       "/api/coupons/internal/assign-nudge-coupon?user_id=user_001&coupon_id=SAVE20&nudge_id=n&churn_score=0.9"}};
  for (const auto& [method, path] : routes) {
    const int refused = shop().send(method, path, "", customer.headers()).status;
    EXPECT_TRUE(refused == 401 || refused == 403) << method << " " << path << " → " << refused;
    EXPECT_EQ(shop().send(method, path, "", {}).status, 401) << method << " " << path;
  }
}

}  // namespace
}  // namespace qm::functional
