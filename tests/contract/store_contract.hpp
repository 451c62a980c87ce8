// What the cases of the contract share: an engine, a clock that stands still, and calls that block.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <thread>

#include "platform/core/await.hpp"
#include "platform/core/eventually.hpp"
#include "tests/contract/engine.hpp"

namespace qm::kv {

void PrintTo(const Value& value, std::ostream* out);
void PrintTo(const Record& record, std::ostream* out);

}  // namespace qm::kv

namespace qm::contract {

using kv::Bins;
using kv::Compare;
using kv::Condition;
using kv::IndexRange;
using kv::Key;
using kv::List;
using kv::Map;
using kv::Op;
using kv::OperateOptions;
using kv::Record;
using kv::Value;
using kv::WriteMode;
using kv::WriteOptions;

inline constexpr Timestamp kStart{std::chrono::seconds{1'790'000'000}};

// The kind of a failure; nullopt for a success. As a pair of eyes in EXPECT_EQ.
template <class T>
std::optional<ErrorKind> failure(const Result<T>& result) {
  return result ? std::nullopt : std::optional{result.error().kind};
}

// For what an engine does in its own time.
inline constexpr std::chrono::seconds kAtMost{30};

class StoreContract : public testing::TestWithParam<EngineKind> {
 protected:
  void SetUp() override {
    if (!GetParam().is_there()) GTEST_SKIP() << "the cluster has no namespace " << GetParam().name_space;
    engine_ = GetParam().make(clock_);
  }

  kv::Store& store() { return engine_->store(); }

  Result<std::uint32_t> put(const Key& key, const Bins& bins, const WriteOptions& options = {}) {
    return await(store().put(key, bins, options));
  }
  Result<std::uint32_t> put(const Key& key, const Bins& bins, WriteMode mode) {
    WriteOptions options;
    options.mode = mode;
    return put(key, bins, options);
  }
  Result<Record> get(const Key& key, const std::vector<std::string>& bins = {}) {
    return await(store().get(key, bins));
  }
  Result<kv::Operated> operate(const Key& key, const std::vector<Op>& ops, const OperateOptions& options = {}) {
    return await(store().operate(key, ops, options));
  }
  Result<kv::Operated> operate_if(const Key& key, const std::vector<Op>& ops, const Condition& condition) {
    OperateOptions options;
    options.only_if.push_back(condition);
    return operate(key, ops, options);
  }
  Result<bool> remove(const Key& key, const WriteOptions& options = {}) { return await(store().remove(key, options)); }
  Result<bool> exists(const Key& key) { return await(store().exists(key)); }

  // All ids of the pages, in order, and whether every page kept to `limit`.
  std::vector<std::string> scan_ids(const std::string& set, std::size_t limit);
  std::vector<std::string> find_ids(const std::string& set, const std::string& bin, const IndexRange& range,
                                    std::size_t limit);

  // The engine's time: of the given clock, or of its own.
  Timestamp now();
  // Lets `by` pass: of the given clock, or of the engine's own. Where that is real time, waits for `passed`, half a
  // minute at most. → what `passed` says at the end.
  bool let_pass(std::chrono::seconds by, const std::function<bool()>& passed);

  // Runs work(0) … work(n − 1), each on a thread of its own.
  template <class F>
  static void in_parallel(int n, F work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < n; ++i) threads.emplace_back([&work, i] { work(i); });
    for (auto& thread : threads) thread.join();
  }

  ManualClock clock_{kStart};
  std::unique_ptr<Engine> engine_;
};

}  // namespace qm::contract
