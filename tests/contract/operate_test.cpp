// Several steps on one record at once, and the conditions before them.
#include "tests/contract/store_contract.hpp"

namespace qm::contract {
namespace {

const Key kCart{"cart", "c1"};

Bins sample() {
  return {{"int", 10},
          {"double", 2.5},
          {"text", "abc"},
          {"list", List{Value{1}, Value{2}, Value{3}}},
          {"map", Map{{"x", Value{30}}, {"y", Value{10}}, {"z", Value{20}}}}};
}

Value ints(std::vector<int> numbers) {
  List list;
  for (const int n : numbers) list.emplace_back(n);
  return Value{std::move(list)};
}

Value pair(const char* key, int value) { return Value{List{Value{key}, Value{value}}}; }

TEST_P(StoreContract, DoesEveryStep) {
  struct Case {
    const char* what;
    Op op;
    Value result;
    Value bin;  // afterwards
  };
  const Value map_before = sample()["map"];
  const Case cases[] = {
      {"read", Op::read("int"), 10, 10},
      {"read missing", Op::read("none"), {}, {}},
      {"set", Op::set("int", "new"), {}, "new"},
      {"set nil", Op::set("int", Value{}), {}, {}},
      {"add int", Op::add("int", -3), 7, 7},
      {"add to missing", Op::add("none", 4), 4, 4},
      {"add double to missing", Op::add("none", 0.5), 0.5, 0.5},
      {"add double", Op::add("double", 0.25), 2.75, 2.75},
      {"append", Op::append("list", 4), 4, ints({1, 2, 3, 4})},
      {"append to missing", Op::append("none", "first"), 1, List{Value{"first"}}},
      {"trim", Op::trim_keep_last("list", 2), 2, ints({2, 3})},
      {"trim to none", Op::trim_keep_last("list", 0), 0, List{}},
      {"trim less than there", Op::trim_keep_last("list", 9), 3, ints({1, 2, 3})},
      {"trim below none", Op::trim_keep_last("list", -1), 0, List{}},
      {"map put", Op::map_put("map", "x", 31), 3, Map{{"x", Value{31}}, {"y", Value{10}}, {"z", Value{20}}}},
      {"map put new", Op::map_put("none", "k", "v"), 1, Map{{"k", Value{"v"}}}},
      {"map remove", Op::map_remove("map", "x"), 2, Map{{"y", Value{10}}, {"z", Value{20}}}},
      {"map remove missing", Op::map_remove("map", "q"), 3, map_before},
      {"map get", Op::map_get("map", "z"), 20, map_before},
      {"map get missing", Op::map_get("map", "q"), {}, map_before},
      {"map get of missing", Op::map_get("none", "q"), {}, {}},
      {"map size", Op::map_size("map"), 3, map_before},
      {"map size of missing", Op::map_size("none"), 0, {}},
      {"lowest", Op::map_by_rank("map", 0), pair("y", 10), map_before},
      {"second", Op::map_by_rank("map", 1), pair("z", 20), map_before},
      {"highest", Op::map_by_rank("map", -1), pair("x", 30), map_before},
      {"rank too high", Op::map_by_rank("map", 3), {}, map_before},
      {"rank too low", Op::map_by_rank("map", -4), {}, map_before},
      {"rank of missing", Op::map_by_rank("none", 0), {}, {}},
  };
  int n = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const Key key{"cart", "step" + std::to_string(n++)};
    ASSERT_TRUE(put(key, sample()));
    const auto done = operate(key, {c.op});
    ASSERT_TRUE(done);
    ASSERT_EQ(done->results.size(), 1u);
    EXPECT_EQ(done->results[0], c.result);
    const auto record = get(key);
    const auto bin = record->bins.find(c.op.bin);
    EXPECT_EQ(bin == record->bins.end() ? Value{} : bin->second, c.bin);
    EXPECT_EQ(done->generation, record->generation);
    const bool reads = c.op.kind == Op::Kind::Read || c.op.kind >= Op::Kind::MapGet;
    EXPECT_EQ(record->generation, reads ? 1u : 2u);
    for (const auto& [name, value] : sample()) {
      if (name != c.op.bin) EXPECT_EQ(record->bins.at(name), value) << name;
    }
  }
}

TEST_P(StoreContract, RefusesAStepOnAnotherType) {
  ASSERT_TRUE(put(kCart, sample()));
  const Op cases[] = {
      Op::add("text", 1),       Op::add("list", 1.5),          Op::add("int", "one"),        Op::append("int", 1),
      Op::add("int", 0.5),      Op::add("double", 1),
      Op::append("map", 1),     Op::trim_keep_last("text", 1), Op::map_put("list", "k", 1),  Op::map_remove("int", "k"),
      Op::map_get("text", "k"), Op::map_size("list"),          Op::map_by_rank("double", 0),
  };
  int n = 0;
  for (const auto& op : cases) {
    SCOPED_TRACE(n++);
    EXPECT_EQ(failure(operate(kCart, {Op::set("mark", 1), op})), ErrorKind::Conflict);
  }
  const auto record = get(kCart);
  EXPECT_EQ(record->bins, sample()) << "a call that fails changes nothing";
  EXPECT_EQ(record->generation, 1u);
}

TEST_P(StoreContract, RefusesASumOver64BitsOrWrapsIt) {
  ASSERT_TRUE(put(kCart, {{"n", std::numeric_limits<std::int64_t>::max()}}));
  if (!GetParam().checks_sums) {
    const auto wrapped = operate(kCart, {Op::add("n", 1)});
    ASSERT_TRUE(wrapped);
    EXPECT_EQ(wrapped->results, (std::vector<Value>{std::numeric_limits<std::int64_t>::min()}));
    return;
  }
  EXPECT_EQ(failure(operate(kCart, {Op::add("n", 1)})), ErrorKind::Conflict);
  EXPECT_EQ(get(kCart)->bins.at("n"), Value{std::numeric_limits<std::int64_t>::max()});
}

TEST_P(StoreContract, TakesStepsInOrder) {
  const auto done =
      operate(kCart, {Op::add("n", 2), Op::add("n", 3), Op::read("n"), Op::append("log", "a"), Op::append("log", "b"),
                     Op::trim_keep_last("log", 1), Op::read("log"), Op::set("n", Value{}), Op::read("n")});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->results, (std::vector<Value>{2, 5, 5, 1, 2, 1, List{Value{"b"}}, {}, {}}));
  EXPECT_EQ(done->generation, 1u);
  EXPECT_EQ(get(kCart)->bins, (Bins{{"log", List{Value{"b"}}}}));
}

TEST_P(StoreContract, ReadsOfNothingFindNothing) {
  EXPECT_EQ(failure(operate(kCart, {Op::read("a"), Op::map_size("m")})), ErrorKind::NotFound);
  EXPECT_FALSE(*exists(kCart));
}

TEST_P(StoreContract, OperatesInEveryMode) {
  const auto in = [](WriteMode mode) {
    OperateOptions options;
    options.mode = mode;
    return options;
  };
  EXPECT_EQ(failure(operate(kCart, {Op::add("n", 1)}, in(WriteMode::UpdateOnly))), ErrorKind::NotFound);
  EXPECT_TRUE(operate(kCart, {Op::add("n", 1)}, in(WriteMode::CreateOnly)));
  EXPECT_EQ(failure(operate(kCart, {Op::add("n", 1)}, in(WriteMode::CreateOnly))), ErrorKind::AlreadyExists);
  EXPECT_TRUE(operate(kCart, {Op::add("n", 1), Op::set("other", 1)}, in(WriteMode::UpdateOnly)));
  EXPECT_EQ(get(kCart)->bins, (Bins{{"n", 2}, {"other", 1}}));
  EXPECT_TRUE(operate(kCart, {Op::set("n", 7)}, in(WriteMode::Replace)));
  EXPECT_EQ(get(kCart)->bins, (Bins{{"n", 7}}));
}

TEST_P(StoreContract, WritesOnlyIfTheConditionHolds) {
  struct Case {
    Condition condition;
    bool holds;
  };
  const Case cases[] = {
      {{"int", Compare::Equal, 10}, true},          {{"int", Compare::Equal, 11}, false},
      {{"int", Compare::Equal, 10.0}, true},        {{"int", Compare::NotEqual, 10}, false},
      {{"int", Compare::NotEqual, 11}, true},       {{"int", Compare::Less, 11}, true},
      {{"int", Compare::Less, 10}, false},          {{"int", Compare::LessOrEqual, 10}, true},
      {{"int", Compare::LessOrEqual, 9}, false},    {{"int", Compare::Greater, 9}, true},
      {{"int", Compare::Greater, 10}, false},       {{"int", Compare::GreaterOrEqual, 10}, true},
      {{"int", Compare::GreaterOrEqual, 10.5}, false}, {{"double", Compare::Greater, 2}, true},
      {{"double", Compare::Less, 3}, true},         {{"text", Compare::Equal, "abc"}, true},
      {{"text", Compare::Less, "abd"}, true},       {{"text", Compare::Greater, "abc"}, false},
      {{"int", Compare::Exists}, true},             {{"none", Compare::Exists}, false},
      {{"int", Compare::Missing}, false},           {{"none", Compare::Missing}, true},
      {{"none", Compare::Equal, 0}, false},         {{"none", Compare::NotEqual, 0}, true},
      {{"none", Compare::Less, 1}, false},          {{"none", Compare::GreaterOrEqual, 0}, false},
      {{"text", Compare::Equal, 10}, false},        {{"text", Compare::NotEqual, 10}, true},
      {{"text", Compare::GreaterOrEqual, 0}, false}, {{"int", Compare::Less, "a"}, false},
  };
  int n = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(n);
    const Key key{"cart", "if" + std::to_string(n++)};
    ASSERT_TRUE(put(key, sample()));
    const auto done = operate_if(key, {Op::set("mark", 1)}, c.condition);
    EXPECT_EQ(failure(done), c.holds ? std::nullopt : std::optional{ErrorKind::ConditionFailed});
    EXPECT_EQ(get(key)->bins.contains("mark"), c.holds);
    EXPECT_EQ(get(key)->generation, c.holds ? 2u : 1u);
  }
}

TEST_P(StoreContract, AsksConditionsOfARecordThatIsNotThere) {
  EXPECT_EQ(failure(operate_if(kCart, {Op::set("a", 1)}, {"a", Compare::Exists})), ErrorKind::ConditionFailed);
  EXPECT_FALSE(*exists(kCart));
  EXPECT_TRUE(operate_if(kCart, {Op::set("a", 1)}, {"a", Compare::Missing}));
  EXPECT_EQ(failure(operate_if(kCart, {Op::set("a", 2)}, {"a", Compare::Missing})), ErrorKind::ConditionFailed);
  EXPECT_EQ(failure(operate_if(kCart, {Op::read("a")}, {"a", Compare::Missing})), ErrorKind::ConditionFailed);
  OperateOptions there;
  there.mode = WriteMode::UpdateOnly;
  there.only_if.push_back({"a", Compare::Exists});
  EXPECT_EQ(failure(operate({"cart", "none"}, {Op::set("a", 1)}, there)), ErrorKind::NotFound)
      << "the mode comes first";
}

TEST_P(StoreContract, RefusesConditionsThatNoEngineCouldAsk) {
  ASSERT_TRUE(put(kCart, sample()));
  for (const Value& value : {ints({1, 2, 3}), Value{Map{{"x", Value{1}}}}, Value{}})
    EXPECT_EQ(failure(operate_if(kCart, {Op::set("mark", 1)}, {"list", Compare::Equal, value})), ErrorKind::Invalid);
  EXPECT_EQ(failure(operate_if(kCart, {Op::set("mark", 1)}, {"", Compare::Exists})), ErrorKind::Invalid);
  EXPECT_EQ(get(kCart)->bins, sample());
}

TEST_P(StoreContract, HasNoRecordWithoutBins) {
  EXPECT_EQ(failure(put(kCart, {})), ErrorKind::Invalid);
  ASSERT_TRUE(put(kCart, {{"a", 1}, {"b", 2}}));
  ASSERT_TRUE(put(kCart, {{"a", Value{}}}));
  EXPECT_TRUE(*exists(kCart));
  ASSERT_TRUE(operate(kCart, {Op::set("b", Value{})}));
  EXPECT_FALSE(*exists(kCart));
  EXPECT_EQ(*put(kCart, {{"c", 3}}, WriteMode::CreateOnly), 1u);
}

TEST_P(StoreContract, AllConditionsMustHold) {
  ASSERT_TRUE(put(kCart, sample()));
  OperateOptions options;
  options.only_if = {{"int", Compare::GreaterOrEqual, 5}, {"text", Compare::Equal, "xyz"}};
  EXPECT_EQ(failure(operate(kCart, {Op::add("int", -5)}, options)), ErrorKind::ConditionFailed);
  options.only_if[1].value = "abc";
  EXPECT_TRUE(operate(kCart, {Op::add("int", -5)}, options));
  EXPECT_EQ(get(kCart)->bins.at("int"), Value{5});
}

TEST_P(StoreContract, RanksByTypeThenValueThenKey) {
  ASSERT_TRUE(put(kCart, {{"map", Map{{"c", Value{1}}, {"a", Value{1}}, {"b", Value{0}}, {"d", Value{0.5}}}}}));
  const auto done = operate(kCart, {Op::map_by_rank("map", 0), Op::map_by_rank("map", 1), Op::map_by_rank("map", 2),
                                   Op::map_by_rank("map", 3)});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->results,
            (std::vector<Value>{pair("b", 0), pair("a", 1), pair("c", 1), List{Value{"d"}, Value{0.5}}}));
}

}  // namespace
}  // namespace qm::contract
