// Buys carts of three lines with a coupon from a running shop, each by a customer of its own.
//   bench_checkout PORT JWT_SECRET setup                     stock enough of everything, and kCoupons coupons
//   bench_checkout PORT JWT_SECRET fill FIRST COUNT AT_ONCE  fills the carts of customers FIRST … FIRST + COUNT − 1
//   bench_checkout PORT JWT_SECRET buy FIRST COUNT AT_ONCE   buys them; prints: per_s=V p50_us=V p99_us=V
// Ends with 1 when anything was refused.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json.hpp>

#include "platform/core/await.hpp"
#include "platform/core/runtime.hpp"
#include "platform/http/client.hpp"
#include "platform/security/jwt.hpp"

namespace {

using namespace std::chrono_literals;
using namespace qm;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kCoupons = 10;
constexpr std::size_t kLines = 3;
constexpr auto kPatience = 10s;

struct Shop {
  Shop(const std::string& port, std::string secret)
      : client("http://127.0.0.1:" + port, options()), signer(std::move(secret), "quickmart") {}

  static http::ClientOptions options() {
    http::ClientOptions options;
    options.timeout_ms = kPatience;
    options.max_idle_connections = options.max_connections = 256;
    return options;
  }

  std::string bearer(const std::string& user, const char* role) const {
    security::Claims claims;
    claims.subject = user;
    claims.email = user + "@example.com";
    claims.role = role;
    claims.token_id = user;
    claims.issued_at = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    claims.expires_at = claims.issued_at + 1h;
    return "Bearer " + signer.sign(claims);
  }

  // → the answer's body; ends the program when it is not the one that is wanted.
  Task<std::string> call(http::Method method, std::string target, std::string body, std::string bearer_text,
                         std::string key, int wanted) {
    http::ClientRequest request;
    request.method = method;
    request.target = target;
    request.body = std::move(body);
    if (!bearer_text.empty()) request.headers.emplace_back("Authorization", std::move(bearer_text));
    if (!key.empty()) request.headers.emplace_back("Idempotency-Key", std::move(key));
    auto answer = co_await client.send(std::move(request), deadline_in(kPatience));
    if (!answer || answer->status != wanted) {
      const std::string why = answer ? std::to_string(answer->status) + " " + answer->body : answer.error().detail;
      std::fprintf(stderr, "%s: %s\n", target.c_str(), why.c_str());
      std::_Exit(1);
    }
    co_return std::move(answer->body);
  }

  http::Client client;
  security::TokenSigner signer;
  std::vector<std::string> products;
};

std::string coupon_of(std::size_t customer) { return "BENCH" + std::to_string(customer % kCoupons); }
std::string user_of(std::size_t customer) { return "bench_" + std::to_string(customer); }

Task<void> read_products(Shop& shop) {
  std::string target = "/api/products?limit=100&in_stock=true&sort_by=name";
  const auto body = co_await shop.call(http::Method::Get, std::move(target), "", "", "", 200);
  const auto json = boost::json::parse(body);
  for (const auto& product : json.at("products").as_array())
    shop.products.emplace_back(product.at("product_id").as_string());
}

Task<void> set_up(Shop& shop) {
  const std::string staff = shop.bearer("bench_staff", "admin");
  for (const std::string& product : shop.products) {
    std::string target = "/api/admin/stock/" + product + "/adjust";
    co_await shop.call(http::Method::Post, std::move(target), R"({"change":100000000,"reason":"bench"})", staff,
                       "bench-" + product, 200);
  }
  for (std::size_t i = 0; i < kCoupons; ++i) {
    std::string body = R"({"code":")" + coupon_of(i) +
                       R"(","name":"Bench","discount_type":"percentage","discount_value":10,"usage_limit":1000000000,)"
                       R"("valid_until":"2099-01-01T00:00:00Z"})";
    co_await shop.call(http::Method::Post, "/api/admin/coupons", std::move(body), staff, "", 201);
  }
}

Task<void> fill(Shop& shop, std::size_t customer) {
  const std::string bearer = shop.bearer(user_of(customer), "customer");
  for (std::size_t i = 0; i < kLines; ++i) {
    // Spread over all products, and different ones in each cart.
    const std::string& product = shop.products[(customer * 7 + i * 17) % shop.products.size()];
    std::string body = R"({"product_id":")" + product + R"(","quantity":1})";
    co_await shop.call(http::Method::Post, "/api/cart/add", std::move(body), bearer, "", 200);
  }
}

Task<void> buy(Shop& shop, std::size_t customer) {
  std::string body = R"({"coupon_code":")" + coupon_of(customer) + R"(","shipping_address":"1 Main Street"})";
  std::string key = user_of(customer) + "-bench";
  std::string bearer = shop.bearer(user_of(customer), "customer");
  co_await shop.call(http::Method::Post, "/api/cart/checkout", std::move(body), std::move(bearer), std::move(key), 201);
}

struct Work {
  bool is_buying = false;
  std::size_t next = 0, end = 0;
  std::vector<std::uint32_t> latencies_us;
};

Task<void> keep_busy(Shop& shop, Work& work) {
  while (work.next < work.end) {
    const std::size_t customer = work.next++;
    const auto begun = Clock::now();
    if (work.is_buying) co_await buy(shop, customer);
    else co_await fill(shop, customer);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
    work.latencies_us.push_back(static_cast<std::uint32_t>(took.count()));
  }
}

Task<Result<void>> run(Shop& shop, bool is_setup, Work& work, std::size_t at_once) {
  co_await read_products(shop);
  if (is_setup) {
    co_await set_up(shop);
    co_return Result<void>{};
  }
  const auto begun = Clock::now();
  auto executor = co_await boost::asio::this_coro::executor;
  std::size_t running = at_once;
  for (std::size_t i = 0; i < at_once; ++i)
    boost::asio::co_spawn(executor, keep_busy(shop, work), [&running](std::exception_ptr) { --running; });
  boost::asio::steady_timer timer{executor};
  while (running > 0) {
    timer.expires_after(1ms);
    co_await timer.async_wait(boost::asio::use_awaitable_t<Executor>{});
  }
  if (!work.is_buying) co_return Result<void>{};
  const std::chrono::duration<double> took = Clock::now() - begun;
  auto& all = work.latencies_us;
  std::sort(all.begin(), all.end());
  std::printf("per_s=%.0f p50_us=%u p99_us=%u\n", static_cast<double>(all.size()) / took.count(), all[all.size() / 2],
              all[all.size() * 99 / 100]);
  co_return Result<void>{};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 3 ? argv[3] : "";
  const bool is_setup = what == "setup" && argc == 4;
  Work work;
  work.is_buying = what == "buy";
  std::size_t at_once = 1;
  if (argc == 7) {
    work.next = std::strtoul(argv[4], nullptr, 10);
    work.end = work.next + std::strtoul(argv[5], nullptr, 10);
    at_once = std::strtoul(argv[6], nullptr, 10);
  }
  if (!is_setup && (argc != 7 || (what != "fill" && what != "buy") || work.end == work.next || at_once == 0)) {
    std::fprintf(stderr, "usage: %s PORT JWT_SECRET setup | fill|buy FIRST COUNT AT_ONCE\n", argv[0]);
    return 2;
  }
  WorkerThreads workers{1};
  workers.start();
  Shop shop{argv[1], argv[2]};
  const auto done = await_on(workers.context(0), run(shop, is_setup, work, at_once));
  workers.stop();
  workers.join();
  return done ? 0 : 1;
}
