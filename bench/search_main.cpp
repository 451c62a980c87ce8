// The shop's search and listings at scale, over HTTP, one request after another: from the first byte sent to the last
// byte of the answer.
//   bench_search run PRODUCTS QUERIES     measures; prints KIND_p50_us=V KIND_p99_us=V … and how long changes take;
//                                         _cpu_: what both ends spent on it, which other programs hardly disturb
//   bench_search rows PRODUCTS            the same products as tab-separated lines, for the yardstick
//   bench_search sql KIND QUERIES         the same queries as SQL for PostgreSQL: search, search_page or listing
// Products and queries follow from fixed seeds; the most frequent kind of thing makes up some 8 % of the products. No
// answer comes from memory: each query has a lowest price of its own, one of many below all prices.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <random>
#include <stdexcept>

#include "platform/core/await.hpp"
#include "platform/http/server.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/api/catalog_api.hpp"

namespace {

using namespace qm;
using namespace qm::shop;
using Words = std::vector<std::string>;
using Steady = std::chrono::steady_clock;

// --- the shop --------------------------------------------------------------------------------------------------------

constexpr int kBrands = 400, kModels = 1'000, kCheapest = 500, kSorts = 4;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  // The first ones far more often.
  std::size_t rank(std::size_t limit) {
    const double share = static_cast<double>(random_() >> 11) / 9007199254740992.0;
    return std::min(limit - 1, static_cast<std::size_t>(static_cast<double>(limit) * std::pow(share, 2.2)));
  }
  const std::string& one_of(const Words& words) { return words[rank(words.size())]; }

 private:
  std::mt19937_64 random_;
};

const std::vector<std::pair<std::string, Words>>& departments() {
  static const std::vector<std::pair<std::string, Words>> all{
      {"clothing", {"jacket", "shirt", "trousers", "sweater", "coat", "dress", "skirt", "socks", "scarf", "gloves"}},
      {"shoes", {"shoes", "boots", "sandals", "sneakers", "slippers", "loafers", "clogs", "heels"}},
      {"electronics",
       {"headphones", "camera", "laptop", "tablet", "phone", "monitor", "speaker", "charger", "keyboard"}},
      {"kitchen", {"pan", "kettle", "knife", "toaster", "blender", "mug", "plate", "grinder", "oven", "bowl"}},
      {"furniture", {"chair", "desk", "sofa", "lamp", "shelf", "bed", "table", "wardrobe", "mirror", "bench"}},
      {"sports", {"racket", "ball", "tent", "bicycle", "helmet", "rope", "mat", "kayak", "skates", "paddle"}},
      {"garden", {"hose", "rake", "shovel", "planter", "mower", "shears", "grill", "parasol", "bucket"}},
      {"toys", {"puzzle", "doll", "train", "kite", "blocks", "robot", "drum", "marbles", "castle"}},
      {"beauty", {"cream", "soap", "brush", "perfume", "shampoo", "comb", "lotion", "razor"}},
      {"books", {"novel", "atlas", "cookbook", "dictionary", "diary", "comic", "guide", "poems"}}};
  return all;
}

const Words kAdjectives{"classic", "light",  "compact", "warm",   "modern",  "quiet",  "foldable", "waterproof",
                        "soft",    "sturdy", "slim",    "smart",  "vintage", "bright", "wireless", "portable",
                        "elegant", "rustic", "thermal", "padded", "curved",  "heavy",  "tiny",     "giant"};
const Words kMaterials{"cotton", "steel", "leather", "oak",     "wool",  "ceramic", "linen",  "bamboo",
                       "glass",  "nylon", "copper",  "rubber",  "cork",  "silk",    "canvas", "marble",
                       "felt",   "brass", "denim",   "titanium"};
const Words kColors{"black", "white", "blue", "grey", "red", "green", "brown", "beige", "navy", "pink", "olive"};
const Words kUses{"running", "travelling", "cooking", "hiking",   "reading", "working", "sleeping", "camping",
                  "winter",  "summer",     "rain",    "children", "guests",  "evenings"};

std::string brand_name(std::size_t number) {
  static const Words kStarts{"nor", "hal", "sol", "bra", "mer", "kel", "tam", "vio", "zan", "lum", "fer", "ost"};
  static const Words kEnds{"vik", "den", "ene", "dor", "ello", "wick", "ria", "mark", "tone", "fold", "stad", "mann"};
  std::string name = kStarts[number % 12] + kEnds[number / 12 % 12];
  if (number >= 144) name += kEnds[number / 144 % 12];
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

Product make_product(int number) {
  Dice dice{static_cast<std::uint64_t>(number) + 1};
  const auto& [department, kinds] = departments()[dice.rank(departments().size())];
  const std::string& kind = dice.one_of(kinds);
  const std::string &adjective = dice.one_of(kAdjectives), &material = dice.one_of(kMaterials),
                    &color = dice.one_of(kColors), &use = dice.one_of(kUses);
  Product product;
  product.id = ProductId{"prod_" + std::to_string(1'000'000 + number)};
  product.brand = brand_name(dice.rank(kBrands));
  product.name = product.brand + " " + adjective + " " + material + " " + kind + " " +
                 std::to_string(dice.below(kModels));
  product.description = "A " + adjective + " " + kind + " of " + material + " in " + color + ", made for " + use +
                        " and " + dice.one_of(kUses) + ". Easy to clean, comes with a guarantee of " +
                        std::to_string(1 + dice.below(5)) + " years. Goes well with " + dice.one_of(kColors) + " and " +
                        dice.one_of(kMaterials) + ".";
  product.category = CategoryId{department};
  product.subcategory = kind;
  product.tags = {use, color, material};
  product.price = Money{kCheapest + dice.below(20'000) * (dice.below(8) == 0 ? 20 : 1)};
  product.rating = (20 + dice.below(31)) / 10.0;
  product.review_count = dice.below(500);
  product.is_featured = dice.below(200) == 0;
  product.stock_quantity = dice.below(10) == 0 ? 0 : dice.below(100);
  product.created_at = Timestamp{std::chrono::hours{480'000 + dice.below(20'000)}};
  product.updated_at = product.created_at;
  return product;
}

// --- the questions ---------------------------------------------------------------------------------------------------

struct Question {
  Words words;  // as typed; empty: a listing
  std::string category, brand;
  int max_price = 0;  // minor units; 0: none
  bool in_stock = false;
  int min_rating = 0;
  int sort = 0;  // 0: as it comes; else one of kSortNames
  int page = 1;
  int lowest = 0;  // minor units, below all prices
};
constexpr const char* kSortNames[] = {"", "price", "rating", "name", "created_at"};

std::string misspelt(std::string word, Dice& dice) {
  if (word.size() > 4) std::swap(word[word.size() / 2], word[word.size() / 2 + 1]);
  else word += word[static_cast<std::size_t>(dice.below(static_cast<int>(word.size())))];
  return word;
}

Question ask_search(int number) {
  Dice dice{static_cast<std::uint64_t>(number) * 7'919 + 13};
  const auto& [department, kinds] = departments()[dice.rank(departments().size())];
  std::string kind = dice.one_of(kinds);
  Question question;
  question.lowest = 1 + number % (kCheapest - 1);
  const int what = dice.below(100);
  if (what < 30) question.words = {kind};
  else if (what < 50) question.words = {dice.one_of(kAdjectives), kind};
  else if (what < 62) question.words = {brand_name(dice.rank(kBrands)), kind};
  else if (what < 74) question.words = {dice.one_of(kMaterials), kind, "for", dice.one_of(kUses)};
  else if (what < 80) question.words = {misspelt(kind, dice)};
  else if (what < 86) question.words = {kind.substr(0, 3)};
  else question.words = {kind, dice.one_of(kColors)};
  if (what >= 86 && what % 2 == 0) question.category = department;
  if (what >= 90) question.max_price = 1'000 * (1 + dice.below(20));
  if (what >= 95) question.sort = 1 + dice.below(kSorts);
  return question;
}

Question ask_listing(int number) {
  Dice dice{static_cast<std::uint64_t>(number) * 104'729 + 17};
  Question question;
  question.lowest = 1 + number % (kCheapest - 1);
  const int what = dice.below(100);
  if (what < 60) question.category = departments()[dice.rank(departments().size())].first;
  if (what >= 40 && what < 75) question.brand = brand_name(dice.rank(kBrands));
  if (what % 3 == 0) question.max_price = 1'000 * (1 + dice.below(20));
  if (what % 5 == 0) question.in_stock = true;
  if (what % 7 == 0) question.min_rating = 4;
  if (what % 2 == 0) question.sort = 1 + dice.below(kSorts);
  if (what >= 90) question.page = 1 + dice.below(400);
  return question;
}

std::string joined(const Words& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::string decimal(int minor) { return to_decimal(Money{minor}); }

std::string target_of(const Question& question) {
  std::string target = "/api/products?limit=20&min_price=" + decimal(question.lowest);
  if (!question.words.empty()) target += "&search=" + joined(question.words, "%20");
  if (!question.category.empty()) target += "&category=" + question.category;
  if (!question.brand.empty()) target += "&brand=" + question.brand;
  if (question.max_price > 0) target += "&max_price=" + decimal(question.max_price);
  if (question.in_stock) target += "&in_stock=true";
  if (question.min_rating > 0) target += "&min_rating=" + std::to_string(question.min_rating);
  if (question.sort > 0) target += std::string{"&sort_by="} + kSortNames[question.sort];
  if (question.page > 1) target += "&page=" + std::to_string(question.page);
  return target;
}

// --- the yardstick's side --------------------------------------------------------------------------------------------

void print_rows(int products) {
  for (int i = 0; i < products; ++i) {
    const Product p = make_product(i);
    std::printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%lld\t%.1f\t%d\t%lld\t%lld\n", p.id.str().c_str(), p.name.c_str(),
                p.description.c_str(), p.category.str().c_str(), p.subcategory->c_str(), p.brand.c_str(),
                joined(p.tags, " ").c_str(), static_cast<long long>(p.price.minor()), p.rating, p.is_featured ? 1 : 0,
                static_cast<long long>(p.stock_quantity),
                static_cast<long long>(p.created_at.time_since_epoch().count()));
  }
}

// The products' rows as JSON and how many there are; with facets, these too, but each under its own filter: less work
// than ours. It neither corrects words nor completes them.
std::string sql_of(const Question& question, bool facets) {
  std::string where = "price >= " + std::to_string(question.lowest), from = "products";
  std::string order = "featured DESC, lower(name), id";
  if (!question.words.empty()) {
    from += ", plainto_tsquery('english', '" + joined(question.words, " ") + "') q";
    where += " AND ts @@ q";
    order = "ts_rank(ts, q) DESC, lower(name), id";
  }
  if (!question.category.empty()) where += " AND category = '" + question.category + "'";
  if (!question.brand.empty()) where += " AND brand = '" + question.brand + "'";
  if (question.max_price > 0) where += " AND price <= " + std::to_string(question.max_price);
  if (question.in_stock) where += " AND stock > 0";
  if (question.min_rating > 0) where += " AND rating >= " + std::to_string(question.min_rating);
  if (question.sort > 0) {
    const std::string column = kSortNames[question.sort];
    order = (column == "name" ? "lower(name)" : column + ", lower(name)") + ", id";
  }
  const std::string page = "SELECT products.* FROM " + from + " WHERE " + where + " ORDER BY " + order +
                           " LIMIT 20 OFFSET " + std::to_string((question.page - 1) * 20);
  std::string sql = "SELECT (SELECT json_agg(to_jsonb(page) - 'ts') FROM (" + page + ") page)";
  if (!facets) return sql + ", (SELECT count(*) FROM " + from + " WHERE " + where + ");";
  sql = "WITH m AS MATERIALIZED (SELECT category, brand, width_bucket(price, ARRAY[2500,5000,10000,20000,50000,100000,"
        "200000]) AS band, floor(rating) AS stars, stock > 0 AS in_stock FROM " + from + " WHERE " + where + ") " + sql;
  sql += ", (SELECT count(*) FROM m)";
  for (const char* facet : {"category", "brand", "band", "stars", "in_stock"})
    sql += std::string{", (SELECT json_agg(f) FROM (SELECT "} + facet + ", count(*) AS n FROM m GROUP BY 1 ORDER BY 2 "
           "DESC LIMIT 50) f)";
  return sql + ";";
}

// --- ours ------------------------------------------------------------------------------------------------------------

struct Took {
  double us = 0, cpu_us = 0;
};

// Of this process, all its threads.
double cpu_us() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e6 + static_cast<double>(spent.tv_nsec) / 1e3;
}

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect");
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;

  // → the body of the answer, which is good until the next call.
  std::string_view get(const std::string& target, Took& took) {
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    const auto begun = Steady::now();
    const double cpu_begun_us = cpu_us();
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
      throw std::runtime_error("cannot send");
    std::size_t have = 0, head = std::string::npos, length = 0;
    while (head == std::string::npos || have < head + length) {
      if (have == buffer_.size()) buffer_.resize(buffer_.size() * 2);
      const ssize_t got = ::recv(socket_, buffer_.data() + have, buffer_.size() - have, 0);
      if (got <= 0) throw std::runtime_error("the connection ended");
      have += static_cast<std::size_t>(got);
      const std::string_view text{buffer_.data(), have};
      if (head != std::string::npos || (head = text.find("\r\n\r\n")) == std::string::npos) continue;
      head += 4;
      if (!text.starts_with("HTTP/1.1 200")) throw std::runtime_error(target + ": " + std::string{text});
      const auto at = text.find("Content-Length: ");
      length = std::strtoul(buffer_.data() + at + 16, nullptr, 10);
    }
    took.us = std::chrono::duration<double, std::micro>(Steady::now() - begun).count();
    took.cpu_us = cpu_us() - cpu_begun_us;
    return {buffer_.data() + head, length};
  }

 private:
  int socket_;
  std::string buffer_ = std::string(1 << 20, '\0');
};

void print_percentiles(const char* kind, const std::vector<Took>& all) {
  for (const auto& [what, member] : {std::pair{"", &Took::us}, std::pair{"_cpu", &Took::cpu_us}}) {
    std::vector<double> us;
    for (const Took& each : all) us.push_back(each.*member);
    std::sort(us.begin(), us.end());
    std::printf("%s%s_p50_us=%.0f %s%s_p99_us=%.0f %s%s_max_us=%.0f ", kind, what, us[us.size() / 2], kind, what,
                us[us.size() * 99 / 100], kind, what, us.back());
  }
}

double ms_since(Steady::time_point begun) {
  return std::chrono::duration<double, std::milli>(Steady::now() - begun).count();
}

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// The median of some changes that are written already: until published and shown.
double change_ms(CatalogStore& store, CatalogApp& shop, const std::function<void(Product&, int)>& edit) {
  constexpr int kChanges = 7;
  std::vector<double> took_ms;
  for (int i = 0; i < kChanges; ++i) {
    Product product = *shop.snapshot()->at(static_cast<Catalog::Number>(i * 37));
    edit(product, i);
    std::vector<ProductId> changed{product.id};
    must(await(store.put(std::move(product))));
    const auto begun = Steady::now();
    must(await(shop.publish(std::move(changed))));
    took_ms.push_back(ms_since(begun));
  }
  std::sort(took_ms.begin(), took_ms.end());
  return took_ms[took_ms.size() / 2];
}

int run(int products, int questions) {
  SystemClock clock;
  const auto kv = kv::make_memory_store("quick_mart", clock);
  CatalogStore store{*kv};
  const char* directory = std::getenv("QM_BENCH_INDEX");
  CatalogApp shop{store, directory == nullptr ? "" : directory};
  for (int i = 0; i < products; ++i) must(await(store.put(make_product(i))));
  auto begun = Steady::now();
  must(await(shop.reload()));
  std::printf("products=%zu first_ms=%.0f ", shop.snapshot()->size(), ms_since(begun));
  begun = Steady::now();
  must(await(shop.reload()));
  std::printf("again_ms=%.0f ", ms_since(begun));

  http::Api api{{"bench", "1", ""}};
  add_catalog_routes(api, shop);
  WorkerThreads workers{1};
  http::Server server{workers, api, {}};
  server.start();
  workers.start();
  Client client{server.port()};
  Took took;
  std::vector<Took> searches, listings, suggestions;
  std::size_t found = 0;
  for (int i = -questions / 10; i < questions; ++i) {  // the first ones warm up
    const std::string_view answer = client.get(target_of(ask_search(questions + i)), took);
    if (answer.find("\"total\":0,") == std::string_view::npos) ++found;
    if (i >= 0) searches.push_back(took);
    client.get(target_of(ask_listing(questions + i)), took);
    if (i >= 0) listings.push_back(took);
    const Question typed = ask_search(3 * questions + i);
    const std::string text = joined(typed.words, "%20");
    client.get("/api/products/suggest?q=" + text.substr(0, text.size() > 5 ? text.size() - 2 : 3), took);
    if (i >= 0) suggestions.push_back(took);
  }
  print_percentiles("search", searches);
  print_percentiles("listing", listings);
  print_percentiles("suggest", suggestions);
  std::printf("found_share=%.2f ", static_cast<double>(found) / (questions + questions / 10));

  std::printf("stock_ms=%.2f ", change_ms(store, shop, [](Product& p, int i) { p.stock_quantity += i + 1; }));
  std::printf("price_ms=%.1f ", change_ms(store, shop, [](Product& p, int i) { p.price = Money{700 + i}; }));
  const auto rename = [](Product& p, int i) { p.name += " plus" + std::to_string(i); };
  std::printf("name_ms=%.1f\n", change_ms(store, shop, rename));
  workers.stop();
  workers.join();
  return 0;
}

int print_sql(const std::string& kind, int questions) {
  for (int i = -questions / 10; i < questions; ++i) {
    const Question question = kind == "listing" ? ask_listing(questions + i) : ask_search(questions + i);
    std::printf("%s\n", sql_of(question, kind != "search_page").c_str());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  try {
    if (what == "run" && argc == 4) return run(std::atoi(argv[2]), std::atoi(argv[3]));
    if (what == "sql" && argc == 4) return print_sql(argv[2], std::atoi(argv[3]));
    if (what == "rows" && argc == 3) {
      print_rows(std::atoi(argv[2]));
      return 0;
    }
  } catch (const std::exception& broken) {
    std::fprintf(stderr, "%s\n", broken.what());
    return 1;
  }
  std::fprintf(stderr, "usage: %s run PRODUCTS QUERIES | rows PRODUCTS | sql KIND QUERIES\n", argv[0]);
  return 2;
}
