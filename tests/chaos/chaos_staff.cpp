#include "tests/chaos/chaos_staff.hpp"

#include "tests/chaos/chaos_call.hpp"

namespace qm::chaos {
namespace {

using http::Method;

constexpr std::chrono::milliseconds kReprice{400}, kEdit{120}, kTakeOut{6'000}, kIsOut{300};
constexpr const char* kEdits = "chaos_edits";  // a specification: how often the product was edited

std::string product_path(const std::string& product) { return "/api/admin/products/" + product; }

}  // namespace

void Staff::start(std::vector<std::string> skus) {
  const auto seed = static_cast<std::uint64_t>(scene_.options().seed);
  scene_.spawn(edit(skus.front(), seed * 31));
  scene_.spawn(edit(skus.front(), seed * 37));
  scene_.spawn(take_out_and_back(skus.back()));
  scene_.spawn(reprice(std::move(skus)));
}

Task<Reply> Staff::act(Deed deed, std::size_t shop, Method method, std::string target, std::string body,
                       std::string key) {
  DeedCount& count = scene_.books().deeds[deed];  // of a map: it stays where it is
  std::function<void()> asking = [&count] { ++count.asked; };
  const Reply reply = co_await scene_.insist(shop, method, std::move(target), std::move(body), token_, std::move(key),
                                             std::move(asking));
  if (reply.status == 200 || reply.status == 201) ++count.done;
  co_return reply;
}

Task<void> Staff::adjust(std::string sku, std::int64_t change, std::string key) {
  const std::string reason = "a count " + key;
  std::string body = R"({"reason":")" + reason + R"(","change":)" + std::to_string(change) + "}";
  Deed deed{"stock.adjust", sku, std::to_string(change) + ": " + reason};
  const Reply reply = co_await act(std::move(deed), 0, Method::Post, "/api/admin/stock/" + sku + "/adjust",
                                   std::move(body), key);
  if (reply.status == 200) scene_.books().adjusted[sku] += change;
  else if (change > 0 || reply.status != 409)
    scene_.books().breach("the adjustment " + key + " was answered with " + std::to_string(reply.status));
}

Task<void> Staff::refund(std::size_t shop, std::string order, std::string sku, std::string key, std::uint64_t dice) {
  std::string what;
  if (dice % 4 == 0) what = R"(,"amount":1.00)";
  if (dice % 4 == 1 || dice % 4 == 2)
    what = R"(,"lines":[{"sku":")" + sku + R"(","quantity":1,"restock":)" + (dice % 4 == 1 ? "true" : "false") + "}]";
  std::string body = R"({"reason":")" + key + "\"" + what + "}";
  Deed deed{"order.refund", order, key};
  static_cast<void>(co_await act(std::move(deed), shop, Method::Post, "/api/admin/orders/" + order + "/refunds",
                                 std::move(body), key));
}

Task<void> Staff::cancel(std::size_t shop, std::string order) {
  Deed deed{"order.cancel", order, ""};
  static_cast<void>(
      co_await act(std::move(deed), shop, Method::Post, "/api/admin/orders/" + order + "/cancel", "", ""));
}

Task<void> Staff::move_on(std::size_t shop, std::string order, std::uint64_t steps) {
  const std::vector<std::string> ways{"processing", "shipped", "delivered"};
  for (std::uint64_t i = 0; i <= steps % ways.size(); ++i) {
    Deed deed{"order.status", order, "to " + ways[i]};
    std::string body = R"({"status":")" + ways[i] + "\"}";
    const Reply reply = co_await act(std::move(deed), shop, Method::Post, "/api/admin/orders/" + order + "/status",
                                     std::move(body), "");
    if (reply.status != 200) co_return;  // it is cancelled, say
  }
}

Task<Reply> Staff::patch(std::string product, std::string names, std::string body, std::string etag) {
  DeedCount& count = scene_.books().deeds[Deed{"product.patch", product, std::move(names)}];
  ++count.asked;
  const Reply reply = co_await scene_.world().shop(0).call(Method::Patch, product_path(product), std::move(body),
                                                           token_, "", std::move(etag));
  count.done += reply.status == 200 ? 1 : 0;
  co_return reply;
}

// Between cart and checkout, as often as not.
Task<void> Staff::reprice(std::vector<std::string> skus) {
  std::mt19937_64 dice{static_cast<std::uint64_t>(scene_.options().seed) * 41};
  while (scene_.is_selling()) {
    co_await pause_for(kReprice);
    const std::string sku = skus[dice() % skus.size()];
    const auto price = static_cast<std::int64_t>(490 + dice() % 40 * 150);
    scene_.books().prices[sku].insert(price);
    const Reply read = co_await scene_.world().shop(0).call(Method::Get, product_path(sku), "", token_);
    if (read.status != 200) continue;
    std::string body = R"({"price":)" + amount_text(price) + R"(,"original_price":null})";
    static_cast<void>(co_await patch(sku, "price, original_price", std::move(body), read.etag));
  }
}

// Reads a number, and writes one more: two at once lose none.
Task<void> Staff::edit(std::string product, std::uint64_t seed) {
  std::mt19937_64 dice{seed};
  while (scene_.is_selling()) {
    co_await pause_for(kEdit + std::chrono::milliseconds{dice() % 40});
    const Reply read = co_await scene_.world().shop(dice()).call(Method::Get, product_path(product), "", token_);
    if (read.status != 200) continue;
    const std::string before = text_of(read.json, (std::string{"/specifications/"} + kEdits).c_str());
    const std::int64_t next = (before.empty() ? 0 : std::stoll(before)) + 1;
    std::string body = std::string{R"({"specifications":{")"} + kEdits + R"(":")" + std::to_string(next) + "\"}}";
    const Reply reply = co_await patch(product, "specifications", std::move(body), read.etag);
    EditCount& count = scene_.books().edits[product];
    if (reply.status == 200) ++count.done;
    else if (is_open(reply)) ++count.in_doubt;
    else if (reply.status != 412 && reply.status != 409)
      scene_.books().breach("an edit of " + product + " was answered with " + std::to_string(reply.status));
  }
}

Task<void> Staff::take_out_and_back(std::string product) {
  while (scene_.is_selling()) {
    co_await pause_for(kTakeOut);
    Deed out{"product.deactivate", product, ""};
    static_cast<void>(co_await act(std::move(out), 0, Method::Delete, product_path(product), "", ""));
    co_await pause_for(kIsOut);
    bool is_back = false;
    while (!is_back) {
      const Reply read = co_await scene_.insist(0, Method::Get, product_path(product), "", token_, "");
      const Reply back = co_await patch(product, "is_active", R"({"is_active":true})", read.etag);
      is_back = back.status == 200;
      if (!is_back) co_await pause_for(kEdit);
    }
  }
}

}  // namespace qm::chaos
