// A guest fills a cart, signs in, and finds it with the account.
#include <gtest/gtest.h>

#include <thread>

#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

HeaderList with_cart(const std::string& token) { return {{"X-Cart-Token", token}}; }

std::string adding(const std::string& product, int quantity) {
  return R"({"product_id":")" + product + R"(","quantity":)" + std::to_string(quantity) + "}";
}

std::string logging_in(const std::string& email, const std::string& token) {
  return R"({"email":")" + email + R"(","password":"long enough","cart_token":")" + token + R"("})";
}

// → the address of a new account with the password "long enough".
std::string register_somebody(const Peer& shop) {
  const std::string email = unique_email();
  const Reply reply = shop.post("/api/auth/register", R"({"email":")" + email +
                                                          R"(","password":"long enough","profile":{"name":"Test"}})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  return email;
}

double quantity_in(const Reply& cart) { return number_at(cart.json(), "items/0/quantity"); }

TEST(GuestCarts, AreFilledByTokenAndComeAlongAtLogin) {
  const Reply first = shop().post("/api/cart/add", adding("prod_001", 2));
  ASSERT_EQ(first.status, 200) << first.body;
  const std::string token = text_at(first.json(), "cart_token");
  EXPECT_EQ(first.header("x-cart-token"), token);
  ASSERT_FALSE(token.empty());
  const Reply second = shop().post("/api/cart/add", adding("prod_001", 1), with_cart(token));
  EXPECT_EQ(quantity_in(second), 3) << second.body;
  EXPECT_EQ(quantity_in(shop().get("/api/cart", with_cart(token))), 3);
  EXPECT_EQ(shop().put("/api/cart/update", adding("prod_001", 2), with_cart(token)).status, 200);

  HeaderList buying = with_cart(token);
  buying.emplace_back("Idempotency-Key", "k");
  const Reply refused = shop().post("/api/cart/checkout", "{}", buying);
  EXPECT_EQ(refused.status, 401);
  EXPECT_NE(text_at(refused.json(), "detail").find("sign in"), std::string::npos) << refused.body;

  const std::string email = register_somebody(shop());
  const SignedIn who = sign_in(shop(), email, "long enough");
  EXPECT_EQ(shop().post("/api/cart/add", adding("prod_001", 1), who.headers()).status, 200);
  for (int i = 0; i < 2; ++i) {
    const Reply signed_in = shop().post("/api/auth/login", logging_in(email, token));
    ASSERT_EQ(signed_in.status, 200) << signed_in.body;
    EXPECT_TRUE(at(signed_in.json(), "cart_merged").as_bool());
    const Reply cart = shop().get("/api/cart", who.headers());
    EXPECT_EQ(quantity_in(cart), 3) << cart.body;
    EXPECT_TRUE(text_at(cart.json(), "cart_token").empty()) << "customers need none";
  }
  EXPECT_EQ(shop().get("/api/cart", with_cart(token)).status, 401) << "it is spent";
  EXPECT_EQ(shop().post("/api/cart/add", adding("prod_001", 1), with_cart(token)).status, 401);
}

TEST(GuestCarts, TakeNoForgedToken) {
  const Reply begun = shop().post("/api/cart/guest");
  ASSERT_EQ(begun.status, 201) << begun.body;
  const std::string token = text_at(begun.json(), "cart_token");
  EXPECT_EQ(shop().get("/api/cart", with_cart(token)).status, 200);
  std::string forged = token;
  forged[8] = forged[8] == 'A' ? 'B' : 'A';
  for (const std::string& text : {forged, std::string{"guest_1.99999999999.x"}, token + "A"}) {
    const Reply refused = shop().post("/api/cart/add", adding("prod_001", 1), with_cart(text));
    EXPECT_EQ(refused.status, 401) << text;
    EXPECT_EQ(refused.header("www-authenticate").find("Bearer"), 0u);
  }
  EXPECT_EQ(shop().get("/api/cart").status, 401);
  EXPECT_EQ(shop().get("/api/cart", bearer(token)).status, 401) << "no bearer token";
}

// Several devices of a customer sign in at once with the same guest's cart, by header and by body.
TEST(GuestCarts, AreMergedOnceHoweverManyLoginsThereAreAtOnce) {
  const std::string email = register_somebody(shop());
  const Reply begun = shop().post("/api/cart/add", adding("prod_001", 2));
  const std::string token = text_at(begun.json(), "cart_token");
  std::vector<std::thread> devices;
  for (int i = 0; i < 6; ++i) {
    devices.emplace_back([&, i] {
      const std::string body = R"({"email":")" + email + R"(","password":"long enough"})";
      const Reply reply = i % 2 == 0 ? shop().post("/api/auth/login", logging_in(email, token))
                                     : shop().post("/api/auth/login", body, with_cart(token));
      EXPECT_EQ(reply.status, 200) << reply.body;
    });
  }
  for (auto& device : devices) device.join();
  EXPECT_EQ(quantity_in(shop().get("/api/cart", sign_in(shop(), email, "long enough").headers())), 2);
}

}  // namespace
}  // namespace qm::functional
