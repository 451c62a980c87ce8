// A view of a store whose writes do not wait for the disk: they leave their durability to the next durable write of the
// store itself (WriteOptions::durable). For the steps of a saga between its decisive writes, which may be lost together
// with all that follows them, and are then done again.
#pragma once
#include "platform/kv/store.hpp"

namespace qm::kv {

class DeferredDurability final : public Store {
 public:
  explicit DeferredDurability(Store& store) : store_(store) {}  // `store` outlives it

  Task<Result<Record>> get(Key key, std::vector<std::string> bins, ReadOptions options) override {
    return store_.get(std::move(key), std::move(bins), options);
  }
  Task<Result<std::vector<std::optional<Record>>>> get_many(std::vector<Key> keys, ReadOptions options) override {
    return store_.get_many(std::move(keys), options);
  }
  Task<Result<bool>> exists(Key key, ReadOptions options) override { return store_.exists(std::move(key), options); }
  Task<Result<std::uint32_t>> put(Key key, Bins bins, WriteOptions options) override {
    options.durable = false;
    return store_.put(std::move(key), std::move(bins), options);
  }
  Task<Result<std::vector<Result<std::uint32_t>>>> put_many(std::vector<Put> puts) override {
    for (Put& each : puts) each.options.durable = false;
    return store_.put_many(std::move(puts));
  }
  Task<Result<Operated>> operate(Key key, std::vector<Op> ops, OperateOptions options) override {
    options.durable = false;
    return store_.operate(std::move(key), std::move(ops), std::move(options));
  }
  Task<Result<bool>> remove(Key key, WriteOptions options) override {
    options.durable = false;
    return store_.remove(std::move(key), options);
  }
  Task<Result<Page>> scan(std::string set, std::string cursor, std::size_t limit, ReadOptions options) override {
    return store_.scan(std::move(set), std::move(cursor), limit, options);
  }
  Task<Result<Page>> find(std::string set, std::string bin, IndexRange range, std::string cursor, std::size_t limit,
                          ReadOptions options) override {
    return store_.find(std::move(set), std::move(bin), std::move(range), std::move(cursor), limit, options);
  }
  Task<Result<void>> ensure_index(std::string set, std::string bin, IndexType type) override {
    return store_.ensure_index(std::move(set), std::move(bin), type);
  }
  Task<Result<HealthReport>> health() override { return store_.health(); }
  Task<Result<Stats>> stats() override { return store_.stats(); }

 private:
  Store& store_;
};

}  // namespace qm::kv
