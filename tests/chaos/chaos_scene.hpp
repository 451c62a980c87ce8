// What everybody in a run shares: the processes, the one thread that all their coroutines run on, and the books.
#pragma once
#include <atomic>
#include <functional>

#include <boost/asio/io_context.hpp>

#include "tests/chaos/chaos_books.hpp"
#include "tests/chaos/chaos_world.hpp"

namespace qm::chaos {

class Scene {
 public:
  // What it is given outlives it.
  Scene(const Options& options, World& world, boost::asio::io_context& context)
      : options_(options), world_(world), context_(context), run_("s" + std::to_string(options.seed)) {}

  const Options& options() const { return options_; }
  World& world() { return world_; }
  boost::asio::io_context& context() { return context_; }
  Books& books() { return books_; }
  const std::string& run() const { return run_; }  // part of every key and code

  // What throws in it ends the program with 2.
  void spawn(Task<void> task);
  bool is_idle() const { return working_ == 0; }

  // → the number of the checkout that begins.
  std::int64_t begin_checkout() { return begun_++; }
  bool is_selling() const { return begun_ < options_.checkouts; }
  std::int64_t checkouts() const { return begun_; }
  void count_sale() { ++sold_; }
  void count_answer() { ++answers_; }
  std::int64_t answers() const { return answers_; }  // as long as there are more and more, nobody waits for ever
  std::int64_t sold() const { return sold_; }

  // How often somebody asks who gets no answer: for longer than a restart takes on a crowded machine. A broken shop may
  // owe an answer for ever.
  int attempts() const { return options_.breaks == "nothing" ? 6'000 : 400; }
  // Asks one shop after the other until one says what has become of it, or for long. `asking` is told of each attempt.
  Task<Reply> insist(std::size_t shop, http::Method method, std::string target, std::string body, std::string token,
                     std::string key, std::function<void()> asking = {});

 private:
  static void report(std::exception_ptr broken);

  const Options& options_;
  World& world_;
  boost::asio::io_context& context_;
  const std::string run_;
  Books books_;
  std::atomic<std::int64_t> begun_{0};
  std::atomic<std::int64_t> sold_{0};
  std::atomic<std::int64_t> answers_{0};
  std::atomic<int> working_{0};
};

// An answer that says nothing of what has become of the request.
bool is_open(const Reply& reply);

// A bearer token, signed as the shop does.
std::string token_of(const std::string& subject, const std::string& role);

}  // namespace qm::chaos
