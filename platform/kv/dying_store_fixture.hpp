// For tests: a store whose process dies at its n-th write, and comes back; or whose power fails then; or where calls at
// once take turns step by step.
#pragma once
#include <atomic>
#include <mutex>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/kv/forwarding_store_fixture.hpp"

namespace qm::kv {

class DyingStore final : public ForwardingStore {
 public:
  // What becomes of the write at which it dies.
  enum class Last { Lost, Done };

  using ForwardingStore::ForwardingStore;

  // Lets `writes` more succeed; then nothing, reads of records included.
  void die_after(int writes, Last last) {
    last_ = last;
    left_ = writes;
    unsynced_.clear();
    mortal_ = true;
  }
  void revive() { mortal_ = false; }
  // From now on every step lets the others go first.
  void interleave() { interleaving_ = true; }
  bool is_dead() const { return mortal_ && left_ < 0; }

  // Takes back every write since die_after() that no durable one followed, the newest first, and revives.
  Task<Result<void>> lose_power() {
    revive();
    for (; !unsynced_.empty(); unsynced_.pop_back()) {
      auto& [key, before] = unsynced_.back();
      if (before) {
        kv::WriteOptions options;
        options.mode = kv::WriteMode::Replace;
        auto undone = co_await ForwardingStore::put(key, std::move(before->bins), options);
        if (!undone) co_return undone.error();
      } else {
        auto undone = co_await ForwardingStore::remove(key, {});
        if (!undone) co_return undone.error();
      }
    }
    co_return Result<void>{};
  }

  Task<Result<kv::Record>> get(kv::Key key, std::vector<std::string> bins, kv::ReadOptions options) override {
    co_await give_way();
    if (is_dead()) co_return gone();
    co_return co_await ForwardingStore::get(std::move(key), std::move(bins), options);
  }
  Task<Result<std::vector<std::optional<kv::Record>>>> get_many(std::vector<kv::Key> keys,
                                                                kv::ReadOptions options) override {
    if (is_dead()) co_return gone();
    co_return co_await ForwardingStore::get_many(std::move(keys), options);
  }
  Task<Result<bool>> exists(kv::Key key, kv::ReadOptions options) override {
    if (is_dead()) co_return gone();
    co_return co_await ForwardingStore::exists(std::move(key), options);
  }
  Task<Result<std::uint32_t>> put(kv::Key key, kv::Bins bins, kv::WriteOptions options) override {
    co_await give_way();
    if (!may_write()) co_return gone();
    co_await remember(key);
    auto done = co_await ForwardingStore::put(std::move(key), std::move(bins), options);
    if (options.durable) synced();
    if (is_dead()) co_return in_doubt();
    co_return done;
  }
  Task<Result<kv::Operated>> operate(kv::Key key, std::vector<kv::Op> ops, kv::OperateOptions options) override {
    co_await give_way();
    if (!may_write()) co_return gone();
    co_await remember(key);
    const bool durable = options.durable;
    auto done = co_await ForwardingStore::operate(std::move(key), std::move(ops), std::move(options));
    if (durable) synced();
    if (is_dead()) co_return in_doubt();
    co_return done;
  }

 private:
  static Error gone() { return unavailable("The process has died."); }
  static Error in_doubt() { return {ErrorKind::InDoubt, "The process died meanwhile."}; }

  // The last one is done, or lost, as the test says.
  bool may_write() {
    if (!mortal_) return true;
    const int left = --left_;
    return left >= 0 || (left == -1 && last_ == Last::Done);
  }

  Task<void> remember(kv::Key key) {
    if (!mortal_) co_return;
    auto before = co_await ForwardingStore::get(key, {}, {});
    std::lock_guard lock{mutex_};
    unsynced_.emplace_back(std::move(key), before ? std::optional{std::move(*before)} : std::nullopt);
  }
  void synced() {
    std::lock_guard lock{mutex_};
    unsynced_.clear();
  }

  Task<void> give_way() {
    if (!interleaving_) co_return;
    const Executor executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::use_awaitable_t<Executor>{});
  }

  std::atomic<bool> interleaving_{false};
  std::atomic<bool> mortal_{false};
  std::atomic<int> left_{0};
  Last last_ = Last::Lost;
  std::mutex mutex_;
  std::vector<std::pair<kv::Key, std::optional<kv::Record>>> unsynced_;
};

}  // namespace qm::kv
