// For tests: a store whose process dies at its n-th write, and comes back.
#pragma once
#include <atomic>
#include <memory>

#include "platform/kv/store.hpp"

namespace qm::shop {

class DyingStore final : public kv::Store {
 public:
  // What becomes of the write at which it dies.
  enum class Last { Lost, Done };

  explicit DyingStore(std::unique_ptr<kv::Store> store) : store_(std::move(store)) {}

  // Lets `writes` more succeed; then nothing, reads included.
  void die_after(int writes, Last last) {
    last_ = last;
    left_ = writes;
    mortal_ = true;
  }
  void revive() { mortal_ = false; }
  bool is_dead() const { return mortal_ && left_ < 0; }

  Task<Result<kv::Record>> get(kv::Key key, std::vector<std::string> bins, kv::ReadOptions options) override {
    if (is_dead()) co_return gone();
    co_return co_await store_->get(std::move(key), std::move(bins), options);
  }
  Task<Result<std::vector<std::optional<kv::Record>>>> get_many(std::vector<kv::Key> keys,
                                                                kv::ReadOptions options) override {
    if (is_dead()) co_return gone();
    co_return co_await store_->get_many(std::move(keys), options);
  }
  Task<Result<bool>> exists(kv::Key key, kv::ReadOptions options) override {
    if (is_dead()) co_return gone();
    co_return co_await store_->exists(std::move(key), options);
  }
  Task<Result<std::uint32_t>> put(kv::Key key, kv::Bins bins, kv::WriteOptions options) override {
    if (!may_write()) co_return gone();
    auto done = co_await store_->put(std::move(key), std::move(bins), options);
    if (is_dead()) co_return in_doubt();
    co_return done;
  }
  Task<Result<kv::Operated>> operate(kv::Key key, std::vector<kv::Op> ops, kv::OperateOptions options) override {
    if (!may_write()) co_return gone();
    auto done = co_await store_->operate(std::move(key), std::move(ops), std::move(options));
    if (is_dead()) co_return in_doubt();
    co_return done;
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
  static Error gone() { return unavailable("The process has died."); }
  static Error in_doubt() { return {ErrorKind::InDoubt, "The process died meanwhile."}; }

  // The last one is done, or lost, as the test says.
  bool may_write() {
    if (!mortal_) return true;
    const int left = --left_;
    return left >= 0 || (left == -1 && last_ == Last::Done);
  }

  std::unique_ptr<kv::Store> store_;
  std::atomic<bool> mortal_{false};
  std::atomic<int> left_{0};
  Last last_ = Last::Lost;
};

}  // namespace qm::shop
