// Many threads on one record: nothing lost, one winner, never below zero.
#include <atomic>

#include "tests/contract/store_contract.hpp"

namespace qm::contract {
namespace {

constexpr int kThreads = 6;
constexpr int kTimes = 60;
const Key kContended{"product", "p1"};

OperateOptions quick() {
  OperateOptions options;
  options.durable = false;
  options.deadline = deadline_in(std::chrono::seconds{30});
  return options;
}

TEST_P(StoreContract, LosesNoAddition) {
  std::atomic<int> failures{0};
  std::array<std::set<std::int64_t>, kThreads> sums;
  in_parallel(kThreads, [&](int thread) {
    for (int i = 0; i < kTimes; ++i) {
      const auto done = operate(kContended, {Op::add("n", 1), Op::append("log", 1)}, quick());
      if (!done) {
        ++failures;
      } else {
        sums[static_cast<std::size_t>(thread)].insert(*done->results[0].as<std::int64_t>());
      }
    }
  });
  EXPECT_EQ(failures, 0);
  const auto record = get(kContended);
  EXPECT_EQ(record->bins.at("n"), Value{kThreads * kTimes});
  EXPECT_EQ(record->get<List>("log")->size(), static_cast<std::size_t>(kThreads * kTimes));
  EXPECT_EQ(record->generation, static_cast<std::uint32_t>(kThreads * kTimes));
  std::set<std::int64_t> all;
  for (const auto& each : sums) all.insert(each.begin(), each.end());
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kThreads * kTimes)) << "two callers were told the same sum";
}

TEST_P(StoreContract, HasOneWinnerOfACreation) {
  for (int round = 0; round < 20; ++round) {
    const Key key{"user_email", "e" + std::to_string(round)};
    std::atomic<int> winners{0}, losers{0}, winner{-1};
    in_parallel(kThreads, [&](int thread) {
      WriteOptions options;
      options.mode = WriteMode::CreateOnly;
      options.durable = false;
      const auto made = put(key, {{"owner", thread}}, options);
      if (made) {
        ++winners;
        winner = thread;
      } else if (failure(made) == ErrorKind::AlreadyExists) {
        ++losers;
      }
    });
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(losers, kThreads - 1);
    EXPECT_EQ(get(key)->bins.at("owner"), Value{winner.load()});
  }
}

TEST_P(StoreContract, LosesNothingToReadersThatWriteBack) {
  ASSERT_TRUE(put(kContended, {{"n", 0}}));
  constexpr int kEach = 25;
  in_parallel(kThreads, [&](int) {
    for (int done = 0; done < kEach;) {
      const auto record = get(kContended);
      if (!record) return;
      WriteOptions options;
      options.expect_generation = record->generation;
      options.durable = false;
      const auto written = put(kContended, {{"n", *record->get<std::int64_t>("n") + 1}}, options);
      if (written) {
        EXPECT_EQ(*written, record->generation + 1);
        ++done;
      } else if (failure(written) != ErrorKind::GenerationMismatch) {
        ADD_FAILURE() << written.error().detail;
        return;
      }
    }
  });
  EXPECT_EQ(get(kContended)->bins.at("n"), Value{kThreads * kEach});
}

TEST_P(StoreContract, SellsNoMoreThanThereIs) {
  constexpr int kStock = 100;
  ASSERT_TRUE(put(kContended, {{"stock", kStock}}));
  std::atomic<int> sold{0}, refused{0};
  in_parallel(kThreads, [&](int) {
    for (int i = 0; i < kTimes; ++i) {
      OperateOptions options = quick();
      options.only_if.push_back({"stock", Compare::GreaterOrEqual, 1});
      const auto done = operate(kContended, {Op::add("stock", -1)}, options);
      if (done) {
        ++sold;
        EXPECT_GE(*done->results[0].as<std::int64_t>(), 0);
      } else if (failure(done) == ErrorKind::ConditionFailed) {
        ++refused;
      }
    }
  });
  EXPECT_EQ(sold, kStock);
  EXPECT_EQ(refused, kThreads * kTimes - kStock);
  EXPECT_EQ(get(kContended)->bins.at("stock"), Value{0});
}

TEST_P(StoreContract, KeepsCountersAndIndexesInStepWithManyWriters) {
  ASSERT_TRUE(await(store().ensure_index("order", "state", kv::IndexType::Integer)));
  in_parallel(kThreads, [&](int thread) {
    for (int i = 0; i < kTimes; ++i) {
      WriteOptions options;
      options.durable = false;
      const Key key{"order", "o" + std::to_string((i * 5 + thread) % 17)};
      if ((i + thread) % 4 == 0) {
        (void)remove(key, options);
      } else {
        (void)put(key, {{"state", (i + thread) % 3}}, options);
      }
    }
  });
  const auto all = scan_ids("order", 5);
  std::size_t indexed = 0;
  for (int state = 0; state < 3; ++state) {
    for (const auto& id : find_ids("order", "state", {state, state}, 4)) {
      ++indexed;
      EXPECT_EQ(get({"order", id})->bins.at("state"), Value{state});
    }
  }
  EXPECT_EQ(indexed, all.size());
  const auto counted = [&]() -> std::int64_t {
    const auto stats = await(store().stats());
    for (const auto& each : stats->sets) {
      if (each.set == "order") return each.records;
    }
    return 0;
  };
  EXPECT_TRUE(eventually([&] { return counted() == static_cast<std::int64_t>(all.size()); }, kAtMost)) << counted();
}

}  // namespace
}  // namespace qm::contract
