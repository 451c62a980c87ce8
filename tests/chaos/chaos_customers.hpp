// The customers and the staff of a run: what they did, and what they were told. All its coroutines run on one thread.
#pragma once
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "tests/chaos/chaos_world.hpp"

namespace qm::chaos {

// A checkout as its Idempotency-Key names it.
struct Purchase {
  std::size_t customer = 0;
  std::string key;
  std::string body;
  std::set<std::string> orders;  // that it was answered with: at most one
  bool is_answered = false;      // with an order, or with a reason; and nothing was asked since that got no answer
  std::int64_t asked = 0;        // how often
  std::int64_t lost = 0;         // which of them was the last that had got no answer when it was noticed
};

struct Books {
  std::vector<std::shared_ptr<Purchase>> purchases;
  std::map<std::string, std::int64_t> adjusted;     // by SKU: what staff added
  std::map<std::string, std::int64_t> coupon_limits;  // by code
  std::vector<std::string> breaches;

  void breach(std::string what);
};

class Customers {
 public:
  // What it is given outlives it.
  Customers(const Options& options, World& world, boost::asio::io_context& context);

  // Before anybody buys: takes stock, gives coupons out. Throws std::runtime_error.
  void prepare();
  void start();
  bool are_done() const { return working_ == 0; }
  std::int64_t checkouts() const { return begun_; }
  std::int64_t sold() const { return sold_; }

  // When all is quiet: asks once more with every key that was not answered.
  void ask_again();
  Books& books() { return books_; }
  const std::vector<std::string>& skus() const { return skus_; }
  const std::string& staff_token() const { return staff_; }

 private:
  struct Person {
    std::size_t index = 0;
    std::string token;
    std::mt19937_64 dice;
    std::vector<std::shared_ptr<Purchase>> past;
  };

  bool is_one_in(Person& who, std::uint64_t n) { return who.dice() % n == 0; }
  Service& some_shop(Person& who) { return world_.shop(who.dice()); }
  void spawn(Task<void> task);
  static void report(std::exception_ptr broken);

  Task<void> live(Person& who);
  Task<void> fill_cart(Person& who);
  Task<void> buy(Person& who);
  Task<void> ask(std::shared_ptr<Purchase> purchase, std::size_t shop, int attempts);
  Task<void> cancel(std::size_t shop, std::string token, std::string order);
  Task<void> refund(std::size_t shop, std::string order, std::string sku, std::string key);
  Task<void> adjust(std::string sku, std::int64_t change, std::string key);
  Task<void> new_coupon(std::string code, std::int64_t limit);
  Task<void> watch_stock();
  Task<Reply> insist(std::size_t shop, http::Method method, std::string target, std::string body, std::string token,
                     std::string key);
  std::string coupon_now() const;

  const Options& options_;
  World& world_;
  boost::asio::io_context& context_;
  std::string staff_;
  std::vector<std::string> skus_;
  std::vector<std::unique_ptr<Person>> people_;
  Books books_;
  std::atomic<std::int64_t> begun_{0};
  std::atomic<std::int64_t> sold_{0};
  std::atomic<int> working_{0};
  std::string run_;  // of this run: part of every key and code
};

}  // namespace qm::chaos
