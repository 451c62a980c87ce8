// The customers of a run: they fill carts from two devices, buy, ask twice, cancel, and have staff refund and send.
// All coroutines run on the scene's thread.
#pragma once
#include <random>

#include "tests/chaos/chaos_promotions.hpp"

namespace qm::chaos {

class Customers {
 public:
  Customers(Scene& scene, Staff& staff, Promotions& promotions);

  // Before anybody buys: takes stock and signs some customers up. Throws std::runtime_error.
  void prepare();
  void start();
  // When all is quiet: asks once more with every key that was not answered.
  void ask_again();

  const std::vector<std::string>& skus() const { return skus_; }
  // Those whose price staff change; the others cost what they cost.
  std::vector<std::string> repriced_skus() const;

 private:
  struct Person {
    std::string user;
    std::string token;
    std::mt19937_64 dice;
    std::vector<std::shared_ptr<Purchase>> past{};
    std::int64_t purchases = 0;  // begun
    bool is_signed_up = false;
  };

  static bool is_one_in(Person& who, std::uint64_t n) { return who.dice() % n == 0; }
  Person make_person(std::string user, std::uint64_t seed);
  // Another customer takes this one's place.
  void replace(Person& who, std::int64_t number);

  Task<void> live(Person& who);
  Task<void> fill_cart(Person& who);
  Task<void> buy(Person& who);
  Task<std::shared_ptr<Purchase>> check_out(Person& who);
  Task<void> think_again(Person& who);
  Task<void> spend_coupon(Person& who);
  // Two first orders at once, of somebody nobody knows yet; and then one more.
  Task<void> come_new(std::int64_t number);
  // Two devices put the same thing into one cart, again and again: nothing gets lost.
  Task<void> share_cart(std::string user);
  Task<void> put_in(std::string token, std::uint64_t shop, std::shared_ptr<EditCount> count);

  std::shared_ptr<Purchase> begin_purchase(Person& who, std::string body);
  Task<void> ask(std::shared_ptr<Purchase> purchase, std::size_t shop, int attempts);
  Task<void> ask_for_something_else(std::shared_ptr<Purchase> purchase, std::size_t shop);
  Task<void> add(Person& who, std::string sku, std::uint64_t quantity);
  Task<void> cancel(std::size_t shop, std::string token, std::string order);

  Scene& scene_;
  Staff& staff_;
  Promotions& promotions_;
  std::vector<std::string> skus_;
  std::vector<std::unique_ptr<Person>> people_;
  std::vector<std::string> favourites_;  // who are signed up, and get personal coupons
};

}  // namespace qm::chaos
