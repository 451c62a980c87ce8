// For tests: the accounts' use cases on a store in memory, whose job queue can be made to fail.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/kv/forwarding_store_fixture.hpp"
#include "platform/kv/memory_store.hpp"
#include "platform/security/password.hpp"
#include "QuickMart-backend/app/accounts.hpp"
#include "QuickMart-backend/app/owed_events_fixture.hpp"

namespace qm::shop {

// A store that refuses every write to one set while told so.
class RefusingStore final : public kv::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  void refuse(std::string set) { refused_ = std::move(set); }

  Task<Result<std::uint32_t>> put(kv::Key key, kv::Bins bins, kv::WriteOptions options) override {
    if (key.set == refused_) co_return unavailable("The disk is full.");
    co_return co_await ForwardingStore::put(std::move(key), std::move(bins), options);
  }
  Task<Result<kv::Operated>> operate(kv::Key key, std::vector<kv::Op> ops, kv::OperateOptions options) override {
    if (key.set == refused_) co_return unavailable("The disk is full.");
    co_return co_await ForwardingStore::operate(std::move(key), std::move(ops), std::move(options));
  }

 private:
  std::string refused_;
};

class AccountsFixture : public testing::Test {
 protected:
  static constexpr Timestamp kNow{std::chrono::days{20'000}};

  AccountsFixture() {
    workers_.start();
    EXPECT_TRUE(run(queue_.open()));
    EXPECT_TRUE(run(catalog_.reload()));
    EXPECT_TRUE(run(carts_.open()));
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
    return await_all(workers_, workers, std::move(tasks));
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
  ListeningReco reco_;
  CatalogStore catalog_store_{*kv_};
  CatalogApp catalog_{catalog_store_};
  CartStore carts_{*kv_};
  SendEvents events_{queue_, reco_};
  TellCarts tell_carts_{carts_, catalog_, events_, clock_, std::chrono::minutes{30}};
  PredictAfterLogin predict_{queue_, reco_, users_, coupons_, message_store_, clock_};
  CpuPool pool_{1, 1'000};
  security::TokenSigner signer_{std::string(40, 'k'), "shop"};
  CartTokens cart_tokens_{std::string(40, 'k')};
  MergeCarts merge_{carts_, clock_};
  AccountApp app_{users_,   sessions_,    failures_, message_store_, orders_, predict_, tell_carts_,
                  events_,  cart_tokens_, merge_,    pool_,          signer_, clock_};
};

}  // namespace qm::shop
