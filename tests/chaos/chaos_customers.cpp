#include "tests/chaos/chaos_customers.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>

#include "platform/core/await.hpp"
#include "platform/security/jwt.hpp"

namespace qm::chaos {
namespace {

using http::Method;

constexpr std::size_t kProducts = 6;
constexpr std::size_t kScarce = 2;                 // of them
constexpr std::int64_t kPlenty = 100'000;
constexpr std::int64_t kCheckoutsPerCoupon = 250;  // then comes the next one
constexpr std::int64_t kCouponLimit = 20;
constexpr int kAttempts = 400;
constexpr std::size_t kPastKept = 8;
constexpr std::chrono::milliseconds kAskAgain{50};
constexpr std::chrono::milliseconds kWatchEvery{300};

std::string token_of(const std::string& subject, const std::string& role) {
  static const security::TokenSigner signer{kJwtSecret, "quickmart"};
  security::Claims claims;
  claims.subject = subject;
  claims.email = subject + "@example.com";
  claims.role = role;
  claims.token_id = "jti_" + subject;
  claims.family = "ses_" + subject;
  claims.issued_at = SystemClock{}.now();
  claims.expires_at = claims.issued_at + std::chrono::hours{24};
  return signer.sign(claims);
}

// Answers that say nothing of what has become of the request.
bool is_open(const Reply& reply) {
  return reply.status == 0 || reply.status >= 500 || reply.status == 429 || (reply.status == 409 && reply.try_again);
}

}  // namespace

void Books::breach(std::string what) {
  std::printf("breach: %s\n", what.c_str());
  breaches.push_back(std::move(what));
}

Customers::Customers(const Options& options, World& world, boost::asio::io_context& context)
    : options_(options), world_(world), context_(context), staff_(token_of("chaos_staff", "admin")),
      run_("s" + std::to_string(options.seed)) {
  for (std::int64_t i = 0; i < options.customers; ++i) {
    auto who = std::make_unique<Person>();
    who->index = static_cast<std::size_t>(i);
    who->token = token_of("chaos_" + std::to_string(i), "customer");
    who->dice.seed(static_cast<std::uint64_t>(options.seed) * 1'000'003 + static_cast<std::uint64_t>(i));
    people_.push_back(std::move(who));
  }
}

void Customers::report(std::exception_ptr broken) {
  if (!broken) return;
  try {
    std::rethrow_exception(broken);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "chaos: the harness itself failed: %s\n", failure.what());
    std::_Exit(2);
  }
}

void Customers::spawn(Task<void> task) {
  ++working_;
  boost::asio::co_spawn(context_, std::move(task), [this](std::exception_ptr broken) {
    --working_;
    report(broken);
  });
}

void Customers::prepare() {
  const auto read = [this](const std::string& target) {
    return await_on(context_, world_.shop(0).call(Method::Get, target, "", staff_));
  };
  const Reply listed = read("/api/products?limit=100&in_stock=true");
  for (const auto& product : list_of(listed.json, "/products"))
    if (skus_.size() < kProducts && list_of(product, "/variants").empty())
      skus_.push_back(text_of(product, "/product_id"));
  if (skus_.size() < kProducts) throw std::runtime_error("the shop lists too few products");
  for (std::size_t i = 0; i < skus_.size(); ++i) {
    const Reply stock = read("/api/admin/stock/" + skus_[i]);
    if (stock.status != 200) throw std::runtime_error("the stock of " + skus_[i] + " cannot be read");
    const std::int64_t wanted = i < kScarce ? 5 : kPlenty;
    await_on(context_, [](Customers& self, std::string sku, std::int64_t by, std::string key) -> Task<bool> {
      co_await self.adjust(std::move(sku), by, std::move(key));
      co_return true;
    }(*this, skus_[i], wanted - number_of(stock.json, "/available"), run_ + "-first-" + std::to_string(i)));
  }
}

void Customers::start() {
  for (auto& who : people_) spawn(live(*who));
  spawn(watch_stock());
}

std::string Customers::coupon_now() const {
  return "CHAOS" + std::to_string(options_.seed) + "N" + std::to_string(begun_ / kCheckoutsPerCoupon);
}

// Asks until it is told what has become of it, or for long.
Task<Reply> Customers::insist(std::size_t shop, Method method, std::string target, std::string body, std::string token,
                              std::string key) {
  Reply reply;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    reply = co_await world_.shop(shop + static_cast<std::size_t>(attempt)).call(method, target, body, token, key);
    if (!is_open(reply)) break;
    co_await pause_for(kAskAgain);
  }
  co_return reply;
}

Task<void> Customers::live(Person& who) {
  while (begun_ < options_.checkouts) {
    const std::int64_t number = begun_++;
    if (number % kCheckoutsPerCoupon == 0) co_await new_coupon(coupon_now(), kCouponLimit);
    co_await fill_cart(who);
    co_await buy(who);
    if (is_one_in(who, 20)) {
      const std::string sku = skus_[who.dice() % kScarce];
      const auto some = static_cast<std::int64_t>(who.dice() % 12);
      co_await adjust(sku, some, run_ + "-adj-" + std::to_string(number));
    }
  }
}

// From two devices at once, now and then.
Task<void> Customers::fill_cart(Person& who) {
  const std::size_t lines = 1 + who.dice() % 3;
  for (std::size_t i = 0; i < lines; ++i) {
    const std::string sku = skus_[who.dice() % skus_.size()];
    const std::string quantity = std::to_string(1 + who.dice() % 2);
    const std::string body = R"({"product_id":")" + sku + R"(","quantity":)" + quantity + "}";
    if (is_one_in(who, 10)) {
      spawn([](Service& shop, std::string line, std::string token) -> Task<void> {
        static_cast<void>(co_await shop.call(Method::Put, "/api/cart/update", std::move(line), std::move(token)));
      }(some_shop(who), body, who.token));
    }
    static_cast<void>(co_await insist(who.dice(), Method::Post, "/api/cart/add", body, who.token, ""));
  }
}

Task<void> Customers::buy(Person& who) {
  auto purchase = std::make_shared<Purchase>();
  purchase->customer = who.index;
  purchase->key = run_ + "-" + std::to_string(who.index) + "-" + std::to_string(who.dice() % 1'000'000'000);
  const std::uint64_t kind = who.dice() % 100;
  const char* method = kind < 92 ? "card" : kind < 96 ? "declined" : "lost_answer";
  const std::string coupon = is_one_in(who, 3) ? R"("coupon_code":")" + coupon_now() + R"(",)" : "";
  purchase->body = "{" + coupon + R"("payment":{"method":")" + method + R"("}})";
  books_.purchases.push_back(purchase);
  // The same request several times at once: an impatient customer.
  for (std::uint64_t more = who.dice() % 8; more >= 6; --more) spawn(ask(purchase, who.dice(), 1));
  const std::size_t shop = who.dice();
  co_await ask(purchase, shop, kAttempts);
  if (purchase->orders.empty()) {
    static_cast<void>(co_await insist(shop, Method::Delete, "/api/cart/clear", "", who.token, ""));
    co_return;
  }
  ++sold_;
  who.past.push_back(purchase);
  if (who.past.size() > kPastKept) who.past.erase(who.past.begin());
  if (is_one_in(who, 6)) spawn(ask(who.past[who.dice() % who.past.size()], who.dice(), 1));  // long after
  const std::string order = *who.past[who.dice() % who.past.size()]->orders.begin();
  if (is_one_in(who, 6)) co_await cancel(who.dice(), who.token, order);
  if (is_one_in(who, 8)) {
    const std::string sku = skus_[who.dice() % skus_.size()];
    const std::string key = run_ + "-rf-" + order + std::to_string(who.dice() % 3);
    if (is_one_in(who, 3)) spawn(refund(who.dice(), order, sku, key));
    co_await refund(who.dice(), order, sku, key);
  }
}

Task<void> Customers::ask(std::shared_ptr<Purchase> purchase, std::size_t shop, int attempts) {
  const std::string token = people_[purchase->customer]->token;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const std::int64_t mine = ++purchase->asked;
    Reply reply = co_await world_.shop(shop + static_cast<std::size_t>(attempt))
                      .call(Method::Post, "/api/cart/checkout", purchase->body, token, purchase->key);
    if (is_open(reply)) {
      // A reason given to another request meanwhile need not be the last word: some give the key back.
      purchase->lost = purchase->asked;
      if (purchase->orders.empty()) purchase->is_answered = false;
      co_await pause_for(kAskAgain);
      continue;
    }
    if (reply.status == 201 || mine > purchase->lost) purchase->is_answered = true;
    if (reply.status == 201) {
      purchase->orders.insert(text_of(reply.json, "/order_id"));
      if (purchase->orders.size() == 2) books_.breach("the key " + purchase->key + " was answered with two orders");
    } else if (reply.status != 400 && reply.status != 409) {
      books_.breach("the key " + purchase->key + " was answered with " + std::to_string(reply.status));
    }
    co_return;
  }
}

Task<void> Customers::cancel(std::size_t shop, std::string token, std::string order) {
  static_cast<void>(co_await insist(shop, Method::Post, "/api/orders/" + order + "/cancel", "", token, ""));
}

Task<void> Customers::refund(std::size_t shop, std::string order, std::string sku, std::string key) {
  std::string body = R"({"reason":"chaos","amount":1.00})";
  if (key.back() == '0') body = R"({"reason":"chaos","lines":[{"sku":")" + sku + R"(","quantity":1,"restock":true}]})";
  static_cast<void>(
      co_await insist(shop, Method::Post, "/api/admin/orders/" + order + "/refunds", body, staff_, std::move(key)));
}

Task<void> Customers::adjust(std::string sku, std::int64_t change, std::string key) {
  const std::string body = R"({"reason":"a delivery","change":)" + std::to_string(change) + "}";
  const Reply reply = co_await insist(0, Method::Post, "/api/admin/stock/" + sku + "/adjust", body, staff_, key);
  if (reply.status == 200) books_.adjusted[sku] += change;
  else books_.breach("the adjustment " + key + " was answered with " + std::to_string(reply.status));
}

Task<void> Customers::new_coupon(std::string code, std::int64_t limit) {
  const std::string body = R"({"code":")" + code + R"(","name":"Chaos","discount_type":"percentage",)" +
                           R"("discount_value":10,"valid_until":"2099-01-01T00:00:00Z","usage_limit":)" +
                           std::to_string(limit) + "}";
  books_.coupon_limits[code] = limit;
  static_cast<void>(co_await insist(0, Method::Post, "/api/admin/coupons", body, staff_, ""));
}

// At no moment may there be fewer than none, and at any moment it adds up.
Task<void> Customers::watch_stock() {
  while (begun_ < options_.checkouts) {
    co_await pause_for(kWatchEvery);
    const Reply reply = co_await world_.shop(0).call(Method::Get, "/api/admin/stock?limit=500", "", staff_);
    for (const auto& stock : list_of(reply.json, "/stock")) {
      const std::int64_t came = number_of(stock, "/initial") + number_of(stock, "/adjusted");
      const std::int64_t is = number_of(stock, "/on_hand") + number_of(stock, "/sold") - number_of(stock, "/restocked");
      if (number_of(stock, "/available") < 0) books_.breach("fewer than none of " + text_of(stock, "/sku"));
      if (came != is) books_.breach("the stock of " + text_of(stock, "/sku") + " does not add up");
    }
  }
}

void Customers::ask_again() {
  for (const auto& purchase : books_.purchases)
    if (!purchase->is_answered) spawn(ask(purchase, 0, kAttempts));
}

}  // namespace qm::chaos
