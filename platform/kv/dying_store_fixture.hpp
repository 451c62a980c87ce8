// For tests: a store whose process dies at its n-th write, and comes back.
#pragma once
#include <atomic>

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
    mortal_ = true;
  }
  void revive() { mortal_ = false; }
  bool is_dead() const { return mortal_ && left_ < 0; }

  Task<Result<Record>> get(Key key, std::vector<std::string> bins, ReadOptions options) override {
    if (is_dead()) co_return gone();
    co_return co_await ForwardingStore::get(std::move(key), std::move(bins), options);
  }
  Task<Result<std::vector<std::optional<Record>>>> get_many(std::vector<Key> keys,
                                                                ReadOptions options) override {
    if (is_dead()) co_return gone();
    co_return co_await ForwardingStore::get_many(std::move(keys), options);
  }
  Task<Result<bool>> exists(Key key, ReadOptions options) override {
    if (is_dead()) co_return gone();
    co_return co_await ForwardingStore::exists(std::move(key), options);
  }
  Task<Result<std::uint32_t>> put(Key key, Bins bins, WriteOptions options) override {
    if (!may_write()) co_return gone();
    auto done = co_await ForwardingStore::put(std::move(key), std::move(bins), options);
    if (is_dead()) co_return in_doubt();
    co_return done;
  }
  Task<Result<Operated>> operate(Key key, std::vector<Op> ops, OperateOptions options) override {
    if (!may_write()) co_return gone();
    auto done = co_await ForwardingStore::operate(std::move(key), std::move(ops), std::move(options));
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

  std::atomic<bool> mortal_{false};
  std::atomic<int> left_{0};
  Last last_ = Last::Lost;
};

}  // namespace qm::kv
