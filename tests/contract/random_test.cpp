// Random sequences of calls, made on every engine at once: all must answer alike. QM_SEED replays one.
#include <cstdlib>
#include <random>

#include "tests/contract/store_contract.hpp"

namespace qm::contract {
namespace {

// One call with a text that tells all of its outcome.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  bool one_in(int n) { return below(n) == 0; }

  Key key() { return {one_in(3) ? "a" : "b", "k" + std::to_string(below(6))}; }
  std::string bin() { return std::string(1, static_cast<char>('p' + below(5))); }

  Value value(int depth = 0) {
    switch (below(depth < 2 ? 9 : 7)) {
      case 0: return Value{};
      case 1: return Value{one_in(2)};
      case 2: return Value{below(1000) / 8.0};
      case 3: return Value{std::string(static_cast<std::size_t>(below(5)), static_cast<char>('a' + below(3)))};
      case 4: return Value{kv::Bytes{std::string(static_cast<std::size_t>(below(4)), '\0')}};
      case 5:
      case 6: return Value{below(20) - 10};
      case 7: {
        List list;
        for (int i = below(4); i > 0; --i) list.push_back(value(depth + 1));
        return Value{std::move(list)};
      }
      default: {
        Map map;
        for (int i = below(4); i > 0; --i) map["m" + std::to_string(below(4))] = value(depth + 1);
        return Value{std::move(map)};
      }
    }
  }

  Op op() {
    const std::string on = bin();
    switch (below(10)) {
      case 0: return Op::read(on);
      case 1: return Op::set(on, value());
      case 2: return Op::add(on, one_in(3) ? Value{below(9) / 2.0} : Value{below(9) - 4});
      case 3: return Op::append(on, value());
      case 4: return Op::trim_keep_last(on, below(4));
      case 5: return Op::map_put(on, "m" + std::to_string(below(4)), value());
      case 6: return Op::map_remove(on, "m" + std::to_string(below(4)));
      case 7: return Op::map_get(on, "m" + std::to_string(below(4)));
      case 8: return Op::map_size(on);
      default: return Op::map_by_rank(on, below(6) - 3);
    }
  }

  template <class Options>
  Options writing() {
    Options options;
    options.mode = one_in(3) ? static_cast<WriteMode>(below(4)) : WriteMode::Upsert;
    if (one_in(6)) options.expect_generation = static_cast<std::uint32_t>(below(6));
    if (one_in(6)) options.ttl = std::chrono::seconds{below(4) * 10};
    options.durable = false;
    return options;
  }

 private:
  std::mt19937_64 random_;
};

template <class T>
std::string told(const Result<T>& result, const std::string& value) {
  return result ? value : "failure " + std::to_string(static_cast<int>(result.error().kind));
}

std::string told(const Result<kv::Page>& page) {
  std::string text;
  if (page) {
    for (const auto& entry : page->entries) text += entry.key.id + " " + testing::PrintToString(entry.record) + "; ";
    text += page->cursor.empty() ? "end" : "more";
  }
  return told(page, text);
}

// Makes the next call the dice say. The same dice make the same call on every engine.
std::string call(kv::Store& store, Dice& dice) {
  const Key key = dice.key();
  switch (dice.below(9)) {
    case 0: {
      const auto record = await(store.get(key));
      return "get " + told(record, record ? testing::PrintToString(*record) : "");
    }
    case 1:
    case 2: {
      Bins bins;
      for (int i = dice.below(3); i >= 0; --i) bins[dice.bin()] = dice.value();
      const auto written = await(store.put(key, bins, dice.writing<WriteOptions>()));
      return "put " + told(written, written ? std::to_string(*written) : "");
    }
    case 3:
    case 4:
    case 5: {
      std::vector<Op> ops;
      for (int i = dice.below(3); i >= 0; --i) ops.push_back(dice.op());
      auto options = dice.writing<OperateOptions>();
      if (dice.one_in(4)) options.only_if.push_back({dice.bin(), static_cast<Compare>(dice.below(8)), dice.value()});
      const auto done = await(store.operate(key, ops, options));
      return "operate " +
             told(done, done ? std::to_string(done->generation) + testing::PrintToString(done->results) : "");
    }
    case 6: {
      if (!dice.one_in(3)) return "";
      const auto removed = await(store.remove(key));
      return "remove " + told(removed, removed && *removed ? "there" : "not there");
    }
    case 7: {
      const auto page =
          await(store.scan(key.set, dice.one_in(2) ? key.id : "", static_cast<std::size_t>(1 + dice.below(5))));
      return "scan " + told(page);
    }
    default: {
      IndexRange range;
      const bool texts = dice.one_in(2);
      if (dice.one_in(2)) range.low = texts ? Value{"b"} : Value{dice.below(20) - 10};
      if (dice.one_in(2)) range.high = texts ? Value{"bbb"} : Value{dice.below(20) - 10};
      const auto page =
          await(store.find("b", texts ? "q" : "p", range, "", static_cast<std::size_t>(1 + dice.below(6))));
      return "find " + told(page);
    }
  }
}

std::string counted(kv::Store& store) {
  std::string text;
  const auto stats = await(store.stats());
  for (const auto& each : stats->sets) {
    text += each.set + " " + std::to_string(each.records) + " " + std::to_string(each.bytes) + "; ";
  }
  return text;
}

// Steps of one sequence; the first difference ends it.
void compare_engines(std::uint64_t seed, int steps) {
  SCOPED_TRACE("QM_SEED=" + std::to_string(seed));
  ManualClock clock{kStart};
  std::vector<EngineKind> kinds;
  std::vector<std::unique_ptr<Engine>> opened;
  for (const auto& kind : engines()) {
    if (!kind.follows_clock || !kind.finds_in_order) continue;
    kinds.push_back(kind);
    opened.push_back(kind.make(clock));
    ASSERT_TRUE(await(opened.back()->store().ensure_index("b", "p", kv::IndexType::Integer)));
    ASSERT_TRUE(await(opened.back()->store().ensure_index("b", "q", kv::IndexType::String)));
  }
  ASSERT_GE(opened.size(), 2u);
  Dice turns{seed};
  for (int step = 0; step < steps; ++step) {
    if (turns.one_in(10)) clock.advance(std::chrono::seconds{turns.below(15)});
    const std::uint64_t call_seed = static_cast<std::uint64_t>(turns.below(1 << 30));
    std::vector<std::string> answers;
    for (std::size_t i = 0; i < opened.size(); ++i) {
      if (kinds[i].keeps && step % 200 == 199) opened[i]->reopen();
      Dice dice{call_seed};
      answers.push_back(call(opened[i]->store(), dice));
    }
    for (std::size_t i = 1; i < answers.size(); ++i) {
      ASSERT_EQ(answers[i], answers[0]) << kinds[i].name << " differs from " << kinds[0].name << " at step " << step;
    }
  }
  // The expired are still counted until they are swept; an hour later and after a touch of each, none is left.
  clock.advance(std::chrono::hours{1});
  std::vector<std::string> counts;
  for (auto& engine : opened) {
    for (const char* set : {"a", "b"}) {
      for (int i = 0; i < 6; ++i) {
        const Key key{set, "k" + std::to_string(i)};
        if (!*await(engine->store().exists(key))) (void)await(engine->store().remove(key));
      }
    }
    counts.push_back(counted(engine->store()));
  }
  for (std::size_t i = 1; i < counts.size(); ++i) EXPECT_EQ(counts[i], counts[0]);
}

TEST(StoreRandom, EnginesAnswerAlike) {
  if (const char* given = std::getenv("QM_SEED")) return compare_engines(std::strtoull(given, nullptr, 10), 3000);
  const std::uint64_t fresh = std::random_device{}();
  std::printf("seeds 1 to 4 and %llu (replay with QM_SEED)\n", static_cast<unsigned long long>(fresh));
  for (const std::uint64_t seed : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{4}, fresh})
    compare_engines(seed, 1200);
}

}  // namespace
}  // namespace qm::contract
