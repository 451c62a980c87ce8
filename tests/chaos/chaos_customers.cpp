#include "tests/chaos/chaos_customers.hpp"

#include <cmath>
#include <stdexcept>

#include "platform/core/await.hpp"

namespace qm::chaos {
namespace {

using http::Method;

constexpr std::size_t kProducts = 6;
constexpr std::size_t kScarce = 2;  // of them
constexpr std::size_t kSignedUp = 8;
constexpr std::size_t kSharedCarts = 2;
constexpr std::int64_t kPlenty = 1'000'000;
constexpr std::int64_t kNewOneIn = 40;  // checkouts
// Then another one comes in their place: nobody buys ten thousand times in a month, which is a record of the store.
constexpr std::int64_t kPurchasesOfOne = 50;
constexpr std::size_t kPastKept = 8;
constexpr std::chrono::milliseconds kAskAgain{50};

std::string line_of(const std::string& sku, std::uint64_t quantity) {
  return R"({"product_id":")" + sku + R"(","quantity":)" + std::to_string(quantity) + "}";
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "\"" : ",\"") + text + "\"";
  return "[" + list + "]";
}

}  // namespace

Customers::Customers(Scene& scene, Staff& staff, Promotions& promotions)
    : scene_(scene), staff_(staff), promotions_(promotions) {}

Customers::Person Customers::make_person(std::string user, std::uint64_t seed) {
  Person who{user, token_of(user, "customer"), std::mt19937_64{}};
  who.dice.seed(static_cast<std::uint64_t>(scene_.options().seed) * 1'000'003 + seed);
  scene_.books().users.insert(std::move(user));
  return who;
}

void Customers::replace(Person& who, std::int64_t number) {
  who.user = "chaos_next_" + std::to_string(number);
  who.token = token_of(who.user, "customer");
  who.past.clear();
  who.purchases = 0;
  scene_.books().users.insert(who.user);
}

std::vector<std::string> Customers::repriced_skus() const { return {skus_.begin() + kScarce, skus_.end()}; }

void Customers::prepare() {
  Service& shop = scene_.world().shop(0);
  boost::asio::io_context& context = scene_.context();
  const auto read = [&](const std::string& target) {
    return await_on(context, shop.call(Method::Get, target, "", staff_.token()));
  };
  const Reply listed = read("/api/products?limit=100&in_stock=true&max_price=200");
  for (const auto& product : list_of(listed.json, "/products")) {
    if (skus_.size() == kProducts || !list_of(product, "/variants").empty()) continue;
    skus_.push_back(text_of(product, "/product_id"));
    scene_.books().prices[skus_.back()].insert(minor_of(product, "/price"));
  }
  if (skus_.size() < kProducts) throw std::runtime_error("the shop lists too few products");
  for (std::size_t i = 0; i < skus_.size(); ++i) {
    const Reply stock = read("/api/admin/stock/" + skus_[i]);
    if (stock.status != 200) throw std::runtime_error("the stock of " + skus_[i] + " cannot be read");
    const std::int64_t by = (i < kScarce ? 5 : kPlenty) - number_of(stock.json, "/available");
    await_on(context, [](Staff& staff, std::string sku, std::int64_t change, std::string key) -> Task<bool> {
      co_await staff.adjust(std::move(sku), change, std::move(key));
      co_return true;
    }(staff_, skus_[i], by, scene_.run() + "-first-" + std::to_string(i)));
  }
  for (std::int64_t i = 0; i < scene_.options().customers; ++i) {
    std::string user = "chaos_" + std::to_string(i);
    if (favourites_.size() < kSignedUp) {
      const std::string body = R"({"email":")" + user + scene_.run() +
                               R"(@example.com","password":"chaos-chaos","profile":{"name":"Chaos"}})";
      const Reply made = await_on(context, shop.call(Method::Post, "/api/auth/register", body, ""));
      user = text_of(made.json, "/user_id");
      if (user.empty()) throw std::runtime_error("nobody can sign up: " + std::to_string(made.status));
      favourites_.push_back(user);
    }
    people_.push_back(std::make_unique<Person>(make_person(std::move(user), static_cast<std::uint64_t>(i))));
    people_.back()->is_signed_up = static_cast<std::size_t>(i) < kSignedUp;
  }
}

void Customers::start() {
  for (auto& who : people_) scene_.spawn(live(*who));
  for (std::size_t i = 0; i < kSharedCarts; ++i) scene_.spawn(share_cart("chaos_shared_" + std::to_string(i)));
}

Task<void> Customers::live(Person& who) {
  while (scene_.is_selling()) {
    const std::int64_t number = scene_.begin_checkout();
    if (number % promotions_.length() == 0)
      co_await promotions_.begin_season(number / promotions_.length(), favourites_);
    if (number % kNewOneIn == kNewOneIn - 1) scene_.spawn(come_new(number));
    if (!who.is_signed_up && who.purchases >= kPurchasesOfOne) replace(who, number);
    co_await fill_cart(who);
    co_await buy(who);
    if (is_one_in(who, 20)) {
      const std::string sku = skus_[who.dice() % kScarce];
      const auto change = static_cast<std::int64_t>(who.dice() % 14) - 3;
      co_await staff_.adjust(sku, change, scene_.run() + "-adj-" + std::to_string(number));
    }
    if (is_one_in(who, 30)) co_await spend_coupon(who);
  }
}

Task<void> Customers::add(Person& who, std::string sku, std::uint64_t quantity) {
  std::string line = line_of(sku, quantity);
  static_cast<void>(
      co_await scene_.insist(who.dice(), Method::Post, "/api/cart/add", std::move(line), who.token, ""));
}

// From two devices at once, now and then.
Task<void> Customers::fill_cart(Person& who) {
  const std::size_t lines = 1 + who.dice() % 3;
  for (std::size_t i = 0; i < lines; ++i) {
    const std::string sku = skus_[who.dice() % skus_.size()];
    const std::uint64_t quantity = 1 + who.dice() % 2;
    if (is_one_in(who, 10)) {
      scene_.spawn([](Service& shop, std::string line, std::string token) -> Task<void> {
        static_cast<void>(co_await shop.call(Method::Put, "/api/cart/update", std::move(line), std::move(token)));
      }(scene_.world().shop(who.dice()), line_of(sku, quantity), who.token));
    }
    co_await add(who, sku, quantity);
  }
}

std::shared_ptr<Purchase> Customers::begin_purchase(Person& who, std::string body) {
  auto purchase = std::make_shared<Purchase>();
  purchase->user = who.user;
  purchase->token = who.token;
  purchase->key = scene_.run() + "-" + who.user + "-" + std::to_string(++who.purchases);
  purchase->body = std::move(body);
  scene_.books().purchases.push_back(purchase);
  return purchase;
}

Task<std::shared_ptr<Purchase>> Customers::check_out(Person& who) {
  const std::uint64_t kind = who.dice() % 100;
  // No method that is always answered too late: each new attempt begins a new order, which could never be paid.
  const char* method = kind < 93 ? "card" : kind < 96 ? "declined" : "lost_answer";
  const CouponWish wish = promotions_.wish(who.dice());
  const bool names_them = !wish.codes.empty() && !wish.in_the_cart;
  const std::string coupons = names_them ? R"("coupon_codes":)" + quoted_list(wish.codes) + "," : "";
  if (wish.in_the_cart) {
    std::string codes = R"({"codes":)" + quoted_list(wish.codes) + "}";
    static_cast<void>(
        co_await scene_.insist(who.dice(), Method::Put, "/api/cart/coupons", std::move(codes), who.token, ""));
  }
  auto purchase = begin_purchase(who, "{" + coupons + R"("payment":{"method":")" + method + R"("}})");
  // The same request several times at once: an impatient customer.
  for (std::uint64_t more = who.dice() % 8; more >= 6; --more) scene_.spawn(ask(purchase, who.dice(), 1));
  co_await ask(purchase, who.dice(), scene_.attempts());
  if (is_one_in(who, 30)) co_await ask_for_something_else(purchase, who.dice());
  co_return purchase;
}

// Looks at the cart, as it is now, and takes it; or leaves it.
Task<void> Customers::think_again(Person& who) {
  static_cast<void>(co_await scene_.insist(who.dice(), Method::Get, "/api/cart", "", who.token, ""));
  const auto purchase = co_await check_out(who);
  if (!purchase->orders.empty()) {
    scene_.count_sale();
    co_return;
  }
  static_cast<void>(co_await scene_.insist(who.dice(), Method::Delete, "/api/cart/clear", "", who.token, ""));
  static_cast<void>(co_await scene_.insist(who.dice(), Method::Delete, "/api/cart/coupons", "", who.token, ""));
}

Task<void> Customers::buy(Person& who) {
  const auto purchase = co_await check_out(who);
  if (purchase->orders.empty()) {
    co_await think_again(who);
    co_return;
  }
  scene_.count_sale();
  who.past.push_back(purchase);
  if (who.past.size() > kPastKept) who.past.erase(who.past.begin());
  if (is_one_in(who, 6)) scene_.spawn(ask(who.past[who.dice() % who.past.size()], who.dice(), 1));  // long after
  const std::string order = *who.past[who.dice() % who.past.size()]->orders.begin();
  if (is_one_in(who, 12)) scene_.spawn(staff_.move_on(who.dice(), order, who.dice()));
  if (is_one_in(who, 6)) co_await cancel(who.dice(), who.token, order);
  if (is_one_in(who, 40)) co_await staff_.cancel(who.dice(), order);
  if (is_one_in(who, 8)) {
    const std::string sku = skus_[who.dice() % skus_.size()];
    const std::uint64_t what = who.dice();
    const std::string key = scene_.run() + "-rf-" + order + "-" + std::to_string(what % 4);
    if (is_one_in(who, 3)) scene_.spawn(staff_.refund(who.dice(), order, sku, key, what));
    co_await staff_.refund(who.dice(), order, sku, key, what);
  }
}

Task<void> Customers::ask(std::shared_ptr<Purchase> purchase, std::size_t shop, int attempts) {
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const std::int64_t mine = ++purchase->asked;
    Reply reply = co_await scene_.world()
                      .shop(shop + static_cast<std::size_t>(attempt))
                      .call(Method::Post, "/api/cart/checkout", purchase->body, purchase->token, purchase->key);
    if (is_open(reply)) {
      // A reason given to another request meanwhile need not be the last word: some give the key back.
      purchase->lost = purchase->asked;
      if (purchase->orders.empty()) purchase->is_answered = false;
      co_await pause_for(kAskAgain);
      continue;
    }
    scene_.count_answer();
    if (reply.status == 201 || mine > purchase->lost) purchase->is_answered = true;
    if (reply.status == 201) {
      purchase->orders.insert(text_of(reply.json, "/order_id"));
      if (purchase->orders.size() == 2)
        scene_.books().breach("the key " + purchase->key + " was answered with two orders");
    } else if (reply.status != 400 && reply.status != 409) {
      scene_.books().breach("the key " + purchase->key + " was answered with " + std::to_string(reply.status));
    }
    co_return;
  }
}

// With a key that was used: a mistake, whatever became of it.
Task<void> Customers::ask_for_something_else(std::shared_ptr<Purchase> purchase, std::size_t shop) {
  if (!purchase->is_answered) co_return;
  const Reply reply =
      co_await scene_.world().shop(shop).call(Method::Post, "/api/cart/checkout", R"({"shipping_address":"Elsewhere"})",
                                              purchase->token, purchase->key);
  if (reply.status != 422 && !is_open(reply))
    scene_.books().breach("the key " + purchase->key + " with another body was answered with " +
                          std::to_string(reply.status));
}

Task<void> Customers::cancel(std::size_t shop, std::string token, std::string order) {
  static_cast<void>(co_await scene_.insist(shop, Method::Post, "/api/orders/" + order + "/cancel", "", token, ""));
}

// Has no key: how often it was spent if the answer is lost, the customer's coupon tells.
Task<void> Customers::spend_coupon(Person& who) {
  const Season* season = promotions_.now();
  if (season == nullptr) co_return;
  std::string body = R"({"coupon_code":")" + season->applied + R"(","order_total":20.00})";
  static_cast<void>(co_await scene_.world().shop(who.dice()).call(Method::Post, "/api/coupons/apply", std::move(body),
                                                                  who.token));
}

Task<void> Customers::come_new(std::int64_t number) {
  const Season* season = promotions_.now();
  if (season == nullptr) co_return;
  Person who = make_person("chaos_new_" + std::to_string(number), 1'000'000 + static_cast<std::uint64_t>(number));
  const std::string body = R"({"coupon_code":")" + season->first + R"(","payment":{"method":"card"}})";
  co_await add(who, skus_[kScarce + 1], 1);
  const auto one = begin_purchase(who, body), other = begin_purchase(who, body);
  scene_.spawn(ask(other, who.dice(), scene_.attempts()));
  co_await ask(one, who.dice(), scene_.attempts());
  if (!one->orders.empty() && is_one_in(who, 2)) co_await cancel(who.dice(), who.token, *one->orders.begin());
  co_await add(who, skus_[kScarce], 1);
  co_await ask(begin_purchase(who, body), who.dice(), scene_.attempts());
}

Task<void> Customers::put_in(std::string token, std::uint64_t shop, std::shared_ptr<EditCount> count) {
  for (std::uint64_t i = 0; i < 5; ++i) {
    std::string line = line_of(skus_[kScarce], 1);
    const Reply reply =
        co_await scene_.world().shop(shop + i).call(Method::Post, "/api/cart/add", std::move(line), token);
    if (reply.status == 200) ++count->done;
    else if (is_open(reply)) ++count->in_doubt;
    else scene_.books().breach("an addition to a cart was answered with " + std::to_string(reply.status));
  }
}

Task<void> Customers::share_cart(std::string user) {
  const std::string token = token_of(user, "customer");
  // What got no answer may still be done, also when others have been answered long since.
  std::int64_t in_doubt = 0, clearings = 0;
  for (std::uint64_t round = 0; scene_.is_selling(); ++round) {
    const std::int64_t clearings_before = clearings;
    std::function<void()> clearing = [&clearings] { ++clearings; };
    static_cast<void>(
        co_await scene_.insist(round, Method::Delete, "/api/cart/clear", "", token, "", std::move(clearing)));
    auto phone = std::make_shared<EditCount>(), desk = std::make_shared<EditCount>();
    auto is_done = std::make_shared<bool>(false);
    scene_.spawn([](Task<void> work, std::shared_ptr<bool> done) -> Task<void> {
      co_await std::move(work);
      *done = true;
    }(put_in(token, round, phone), is_done));
    co_await put_in(token, round + 1, desk);
    while (!*is_done) co_await pause_for(kAskAgain);
    const Reply cart = co_await scene_.insist(round, Method::Get, "/api/cart", "", token, "");
    const std::int64_t done = phone->done + desk->done;
    in_doubt += phone->in_doubt + desk->in_doubt;
    const std::int64_t least = clearings == clearings_before + 1 ? done : 0, most = done + in_doubt;
    std::int64_t there = 0;
    for (const auto& item : list_of(cart.json, "/items")) there += number_of(item, "/quantity");
    if (cart.status == 200 && (there < least || there > most))
      scene_.books().breach("two devices put " + std::to_string(done) + " things into the cart of " + user +
                            ", which holds " + std::to_string(there));
  }
}

void Customers::ask_again() {
  for (const auto& purchase : scene_.books().purchases)
    if (!purchase->is_answered) scene_.spawn(ask(purchase, 0, scene_.attempts()));
}

}  // namespace qm::chaos
