// For tests: a store in front of another one; what it does otherwise, a subclass says.
#pragma once
#include <memory>

#include "platform/kv/store.hpp"

namespace qm::kv {

class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(std::unique_ptr<Store> store) : store_(std::move(store)) {}

  Task<Result<Record>> get(Key key, std::vector<std::string> bins, ReadOptions options) override {
    return store_->get(std::move(key), std::move(bins), options);
  }
  Task<Result<std::vector<std::optional<Record>>>> get_many(std::vector<Key> keys, ReadOptions options) override {
    return store_->get_many(std::move(keys), options);
  }
  Task<Result<bool>> exists(Key key, ReadOptions options) override { return store_->exists(std::move(key), options); }
  Task<Result<std::uint32_t>> put(Key key, Bins bins, WriteOptions options) override {
    return store_->put(std::move(key), std::move(bins), options);
  }
  // One put() after another, so that what a subclass makes of it holds of each.
  Task<Result<std::vector<Result<std::uint32_t>>>> put_many(std::vector<Put> puts) override {
    std::vector<Result<std::uint32_t>> results;
    for (Put& each : puts) {
      auto written = co_await put(std::move(each.key), std::move(each.bins), std::move(each.options));
      results.push_back(std::move(written));
    }
    co_return results;
  }
  Task<Result<Operated>> operate(Key key, std::vector<Op> ops, OperateOptions options) override {
    return store_->operate(std::move(key), std::move(ops), std::move(options));
  }
  Task<Result<bool>> remove(Key key, WriteOptions options) override { return store_->remove(std::move(key), options); }
  Task<Result<Page>> scan(std::string set, std::string cursor, std::size_t limit, ReadOptions options) override {
    return store_->scan(std::move(set), std::move(cursor), limit, options);
  }
  Task<Result<Page>> find(std::string set, std::string bin, IndexRange range, std::string cursor, std::size_t limit,
                          ReadOptions options) override {
    return store_->find(std::move(set), std::move(bin), std::move(range), std::move(cursor), limit, options);
  }
  Task<Result<void>> ensure_index(std::string set, std::string bin, IndexType type) override {
    return store_->ensure_index(std::move(set), std::move(bin), type);
  }
  Task<Result<HealthReport>> health() override { return store_->health(); }
  Task<Result<Stats>> stats() override { return store_->stats(); }

 private:
  std::unique_ptr<Store> store_;
};

}  // namespace qm::kv
