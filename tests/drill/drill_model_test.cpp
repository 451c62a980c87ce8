#include "tests/drill/drill_model.hpp"

#include <gtest/gtest.h>

namespace qm::drill {

namespace {

constexpr auto kAcked = Attempt::Acked;
constexpr auto kDoubt = Attempt::Doubt;
constexpr auto kRefused = Attempt::Refused;

TEST(ACounter, LiesBetweenWhatWasAcknowledgedAndWhatMayHaveHappened) {
  CounterModel counter;
  for (const auto attempt : {kAcked, kAcked, kDoubt, kRefused}) counter.note(attempt);
  const std::vector<std::pair<std::int64_t, bool>> cases{{1, false}, {2, true}, {3, true}, {4, false}};
  for (const auto& [value, good] : cases) EXPECT_EQ(counter.fault(value).empty(), good) << value;
}

TEST(AList, HoldsEachAcknowledgedEntryOnceAndNoneThatWasRefused) {
  struct Case {
    const char* name;
    std::vector<std::int64_t> values;
    bool good;
  };
  const ListModel list{{kAcked, kDoubt, kRefused, kAcked}};
  const std::vector<Case> cases{
      {"without the doubtful one", {0, 3}, true},   {"with it", {0, 1, 3}, true},
      {"one twice", {0, 0, 3}, false},              {"the doubtful one twice", {0, 1, 1, 3}, false},
      {"an acknowledged one lost", {0, 1}, false},  {"a refused one", {0, 2, 3}, false},
      {"one that nobody wrote", {0, 3, 7}, false},  {"no record", {}, false},
  };
  for (const auto& c : cases) EXPECT_EQ(list.fault(c.values).empty(), c.good) << c.name;
}

TEST(ACreatedRecord, IsOfOneAttemptAndOfTheAcknowledgedOne) {
  struct Case {
    const char* name;
    std::vector<Attempt> attempts;
    std::optional<std::int64_t> value;
    bool good;
  };
  const std::vector<Case> cases{
      {"of the first", {kAcked, kRefused}, 0, true},
      {"of the second", {kRefused, kAcked}, 1, true},
      {"of a doubtful one", {kDoubt, kRefused}, 0, true},
      {"of no doubtful one", {kDoubt, kRefused}, {}, true},
      {"lost", {kAcked, kRefused}, {}, false},
      {"acknowledged twice", {kAcked, kAcked}, 0, false},
      {"overwritten by a doubtful one", {kDoubt, kAcked}, 0, false},
      {"of a refused one", {kAcked, kRefused}, 1, false},
      {"of nobody", {kDoubt, kDoubt}, 2, false},
  };
  for (const auto& c : cases) EXPECT_EQ(CreatedModel{c.attempts}.fault(c.value).empty(), c.good) << c.name;
}

}  // namespace

}  // namespace qm::drill
