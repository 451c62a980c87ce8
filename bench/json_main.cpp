// The typed JSON layer beside Boost.JSON's documents, on the same text: a page of products.
//   bench_json SECONDS
// prints, in nanoseconds per document (each the least of its rounds):
//   bytes=N typed_parse_ns=V boost_parse_ns=V typed_print_ns=V boost_print_ns=V
// «typed» reads into structs, with every check; Boost's parse stops at its document.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <cstdlib>

#include "platform/json/parse.hpp"
#include "platform/json/print.hpp"

namespace {

using Clock = std::chrono::steady_clock;

struct Item {
  std::string product_id, name, description, category, brand;
  qm::json::Amount price;
  std::vector<std::string> images, tags;
  std::map<std::string, std::string> specifications;
  std::int64_t stock_quantity = 0;
  double rating = 0;
  bool is_active = true;
  qm::Timestamp created_at{};
};
BOOST_DESCRIBE_STRUCT(Item, (),
                      (product_id, name, description, category, brand, price, images, tags, specifications,
                       stock_quantity, rating, is_active, created_at))

struct ItemPage {
  std::vector<Item> products;
  std::int64_t total = 0;
};
BOOST_DESCRIBE_STRUCT(ItemPage, (), (products, total))

ItemPage sample_page() {
  ItemPage page;
  page.total = 20;
  for (int i = 0; i < 20; ++i) {
    Item item;
    item.product_id = "prod_" + std::to_string(100 + i);
    item.name = "Wireless headphones, model " + std::to_string(i);
    item.description = "Closed headphones with 30 hours of play, a folding frame and a \"quiet\" mode for the train.";
    item.category = "electronics";
    item.brand = "SoundMax";
    item.price.minor = 19'999 + i;
    item.images = {"/images/headphones-front.jpg", "/images/headphones-side.jpg"};
    item.tags = {"audio", "wireless", "travel"};
    item.specifications = {{"battery", "30 h"}, {"weight", "250 g"}, {"colour", "black"}};
    item.stock_quantity = 50 + i;
    item.rating = 4.5;
    item.created_at = qm::Timestamp{std::chrono::milliseconds{1'764'000'000'000 + i}};
    page.products.push_back(std::move(item));
  }
  return page;
}

// The least time of one call over short rounds: what disturbs a round only ever adds.
template <class F>
double least_ns(double seconds, F&& work) {
  constexpr int kCalls = 50;
  double least = 1e18;
  for (const auto until = Clock::now() + std::chrono::duration<double>(seconds); Clock::now() < until;) {
    const auto begun = Clock::now();
    for (int i = 0; i < kCalls; ++i) work();
    least = std::min(least, std::chrono::duration<double, std::nano>(Clock::now() - begun).count() / kCalls);
  }
  return least;
}

std::size_t g_sink = 0;  // keeps the optimizer from leaving work out

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || std::atof(argv[1]) <= 0) {
    std::fprintf(stderr, "usage: %s SECONDS\n", argv[0]);
    return 2;
  }
  const double seconds = std::atof(argv[1]) / 4;
  const ItemPage page = sample_page();
  const std::string text = qm::json::print(page);
  const boost::json::value document = boost::json::parse(text);
  const double typed_parse = least_ns(seconds, [&] { g_sink += qm::json::parse<ItemPage>(text)->products.size(); });
  const double boost_parse = least_ns(seconds, [&] { g_sink += boost::json::parse(text).as_object().size(); });
  const double typed_print = least_ns(seconds, [&] { g_sink += qm::json::print(page).size(); });
  const double boost_print = least_ns(seconds, [&] { g_sink += boost::json::serialize(document).size(); });
  std::printf("bytes=%zu typed_parse_ns=%.0f boost_parse_ns=%.0f typed_print_ns=%.0f boost_print_ns=%.0f\n",
              text.size(), typed_parse, boost_parse, typed_print, boost_print);
  return g_sink == 0 ? 1 : 0;
}
