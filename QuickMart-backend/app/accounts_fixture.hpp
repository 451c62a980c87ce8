// For tests: the accounts' use cases on a store in memory, whose job queue can be made to fail.
#pragma once
#include <latch>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/kv/memory_store.hpp"
#include "platform/security/password.hpp"
#include "QuickMart-backend/app/accounts.hpp"

namespace qm::shop {

// A store that refuses every write to one set while told so.
class RefusingStore final : public kv::Store {
 public:
  explicit RefusingStore(std::unique_ptr<kv::Store> store) : store_(std::move(store)) {}
  void refuse(std::string set) { refused_ = std::move(set); }

  Task<Result<kv::Record>> get(kv::Key key, std::vector<std::string> bins, kv::ReadOptions options) override {
    return store_->get(std::move(key), std::move(bins), options);
  }
  Task<Result<std::vector<std::optional<kv::Record>>>> get_many(std::vector<kv::Key> keys,
                                                                kv::ReadOptions options) override {
    return store_->get_many(std::move(keys), options);
  }
  Task<Result<bool>> exists(kv::Key key, kv::ReadOptions options) override {
    return store_->exists(std::move(key), options);
  }
  Task<Result<std::uint32_t>> put(kv::Key key, kv::Bins bins, kv::WriteOptions options) override {
    if (key.set == refused_) co_return unavailable("The disk is full.");
    co_return co_await store_->put(std::move(key), std::move(bins), options);
  }
  Task<Result<kv::Operated>> operate(kv::Key key, std::vector<kv::Op> ops, kv::OperateOptions options) override {
    if (key.set == refused_) co_return unavailable("The disk is full.");
    co_return co_await store_->operate(std::move(key), std::move(ops), std::move(options));
  }
  Task<Result<bool>> remove(kv::Key key, kv::WriteOptions options) override {
    return store_->remove(std::move(key), options);
  }
  Task<Result<kv::Page>> scan(std::string set, std::string cursor, std::size_t limit,
                              kv::ReadOptions options) override {
    return store_->scan(std::move(set), std::move(cursor), limit, options);
  }
  Task<Result<kv::Page>> find(std::string set, std::string bin, kv::IndexRange range, std::string cursor,
                              std::size_t limit, kv::ReadOptions options) override {
    return store_->find(std::move(set), std::move(bin), std::move(range), std::move(cursor), limit, options);
  }
  Task<Result<void>> ensure_index(std::string set, std::string bin, kv::IndexType type) override {
    return store_->ensure_index(std::move(set), std::move(bin), type);
  }
  Task<Result<kv::HealthReport>> health() override { return store_->health(); }
  Task<Result<kv::Stats>> stats() override { return store_->stats(); }

 private:
  std::unique_ptr<kv::Store> store_;
  std::string refused_;
};

class SilentRecoClient final : public RecoClient {
 public:
  Task<Result<contracts::Prediction>> predict(UserId, Deadline) override { co_return unavailable("Nobody is there."); }
  Task<Result<contracts::IngestAnswer>> ingest(UserId, std::string, FeatureGroup, Deadline) override {
    co_return unavailable("Nobody is there.");
  }
  Task<bool> is_alive() override { co_return false; }
};

class AccountsFixture : public testing::Test {
 protected:
  static constexpr Timestamp kNow{std::chrono::days{20'000}};

  AccountsFixture() {
    workers_.start();
    EXPECT_TRUE(run(queue_.open()));
  }
  ~AccountsFixture() override {
    workers_.stop();
    workers_.join();
  }

  // Runs a task on the first worker and waits for what it gives.
  template <class T>
  T run(Task<T> task) {
    return await_on(workers_.context(0), std::move(task));
  }

  // Runs all of them at once, on the first `workers` of the workers.
  template <class T>
  std::vector<Result<T>> run_all(std::vector<Task<Result<T>>> tasks, std::size_t workers) {
    std::vector<Result<T>> results(tasks.size(), Result<T>{Error{}});
    std::latch done{static_cast<std::ptrdiff_t>(tasks.size())};
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      boost::asio::co_spawn(workers_.context(i % workers), std::move(tasks[i]),
                            [&results, &done, i](std::exception_ptr failure, Result<T> result) {
                              if (!failure) results[i] = std::move(result);
                              done.count_down();
                            });
    }
    done.wait();
    return results;
  }

  // An account whose password is cheap to verify.
  void add_account(std::string id, std::string email, std::string_view password = "right password",
                   Role role = Role::customer) {
    User user;
    user.id = UserId{std::move(id)};
    user.email = std::move(email);
    user.role = role;
    user.profile.name = "Test";
    user.created_at = kNow;
    auto hash = security::hash_password(password, security::PasswordCost{1, 8 * 1024 * 1024});
    ASSERT_TRUE(run(users_.create(std::move(user), std::move(hash))));
  }

  WorkerThreads workers_{4};  // outlives the pool, whose threads hand results back to it
  ManualClock clock_{kNow};
  std::unique_ptr<RefusingStore> kv_ =
      std::make_unique<RefusingStore>(kv::make_memory_store("quick_mart", clock_));
  UserStore users_{*kv_};
  SessionStore sessions_{*kv_};
  LoginFailureStore failures_{*kv_};
  MessageStore message_store_{*kv_};
  OrderStore orders_{*kv_};
  CouponStore coupons_{*kv_};
  jobs::Queue queue_{*kv_, clock_};
  SilentRecoClient reco_;
  PredictAfterLogin predict_{queue_, reco_, users_, coupons_, message_store_, clock_};
  CpuPool pool_{1, 1'000};
  security::TokenSigner signer_{std::string(40, 'k'), "shop"};
  AccountApp app_{users_, sessions_, failures_, message_store_, orders_, predict_, pool_, signer_, clock_};
};

}  // namespace qm::shop
