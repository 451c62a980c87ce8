// One record: written in every mode, read, removed, timed, limited.
#include "tests/contract/store_contract.hpp"

namespace qm::contract {
namespace {

const Key kKey{"coupon", "c1"};

Bins every_type() {
  Bins bins;
  bins["bool"] = true;
  bins["int"] = std::int64_t{-9'007'199'254'740'993};
  bins["most"] = std::numeric_limits<std::int64_t>::max();
  bins["least"] = std::numeric_limits<std::int64_t>::min();
  bins["double"] = 0.1;
  bins["text"] = std::string("nul \0 and ü", 12);
  bins["bytes"] = kv::Bytes{std::string("\0\xff\x01", 3)};
  bins["list"] = List{Value{1}, Value{"two"}, Value{List{Value{}, Value{3.5}}}};
  bins["map"] = Map{{"a", Value{1}}, {"b", Value{Map{{"c", Value{false}}}}}};
  bins["empty_list"] = List{};
  bins["empty_map"] = Map{};
  bins["empty_text"] = "";
  return bins;
}

TEST_P(StoreContract, KeepsValuesOfEveryTypeExactly) {
  ASSERT_TRUE(put(kKey, every_type()));
  const auto record = get(kKey);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->bins, every_type());
  EXPECT_EQ(record->generation, 1u);
  EXPECT_FALSE(record->expires_at);
  if (!GetParam().keeps) return;
  engine_->reopen();
  const auto again = get(kKey);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->bins, every_type());
}

TEST_P(StoreContract, ReadsTheNamedBinsOnly) {
  ASSERT_TRUE(put(kKey, {{"a", 1}, {"b", 2}, {"c", 3}}));
  const auto some = get(kKey, {"a", "c", "missing"});
  ASSERT_TRUE(some);
  EXPECT_EQ(some->bins, (Bins{{"a", 1}, {"c", 3}}));
  EXPECT_EQ(some->generation, 1u);
}

TEST_P(StoreContract, WritesInEveryMode) {
  struct Case {
    WriteMode mode;
    bool there;
    std::optional<ErrorKind> fails;
    Bins after;  // of a record {a: 1, b: 1} after b = 2, c = 2
  };
  const Bins merged{{"a", 1}, {"b", 2}, {"c", 2}};
  const Bins only{{"b", 2}, {"c", 2}};
  const Bins untouched{{"a", 1}, {"b", 1}};
  const Case cases[] = {
      {WriteMode::Upsert, false, {}, only},
      {WriteMode::Upsert, true, {}, merged},
      {WriteMode::CreateOnly, false, {}, only},
      {WriteMode::CreateOnly, true, ErrorKind::AlreadyExists, untouched},
      {WriteMode::UpdateOnly, false, ErrorKind::NotFound, {}},
      {WriteMode::UpdateOnly, true, {}, merged},
      {WriteMode::Replace, false, {}, only},
      {WriteMode::Replace, true, {}, only},
  };
  int n = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(n);
    const Key key{"coupon", "mode" + std::to_string(n++)};
    if (c.there) ASSERT_TRUE(put(key, untouched));
    const auto written = put(key, only, c.mode);
    EXPECT_EQ(failure(written), c.fails);
    const auto record = get(key);
    ASSERT_EQ(bool(record), c.there || !c.fails);
    if (!record) continue;
    EXPECT_EQ(record->bins, c.after);
    EXPECT_EQ(record->generation, c.there && !c.fails ? 2u : 1u);
    if (written) EXPECT_EQ(*written, record->generation);
  }
}

TEST_P(StoreContract, WritesNilAsNoBinInEveryMode) {
  const Bins with_nil{{"a", Value{}}, {"b", 2}};
  for (const auto mode : {WriteMode::Upsert, WriteMode::CreateOnly, WriteMode::UpdateOnly, WriteMode::Replace}) {
    SCOPED_TRACE(static_cast<int>(mode));
    const Key key{"coupon", "nil" + std::to_string(static_cast<int>(mode))};
    if (mode != WriteMode::CreateOnly) ASSERT_TRUE(put(key, {{"a", 1}, {"b", 1}}));
    ASSERT_TRUE(put(key, with_nil, mode));
    EXPECT_EQ(get(key)->bins, (Bins{{"b", 2}}));
  }
}

TEST_P(StoreContract, CountsGenerations) {
  for (std::uint32_t wanted = 1; wanted <= 5; ++wanted) {
    const auto generation = put(kKey, {{"n", static_cast<int>(wanted)}});
    ASSERT_TRUE(generation);
    EXPECT_EQ(*generation, wanted);
  }
  const auto raised = operate(kKey, {Op::add("n", 1)});
  ASSERT_TRUE(raised);
  EXPECT_EQ(raised->generation, 6u);
  EXPECT_EQ(get(kKey)->generation, 6u);
}

TEST_P(StoreContract, WritesOnlyOverTheExpectedGeneration) {
  WriteOptions expecting;
  expecting.expect_generation = 1;
  EXPECT_EQ(failure(put(kKey, {{"n", 1}}, expecting)), ErrorKind::GenerationMismatch) << "there is no record yet";
  ASSERT_TRUE(put(kKey, {{"n", 1}}));
  ASSERT_TRUE(put(kKey, {{"n", 2}}, expecting));
  EXPECT_EQ(failure(put(kKey, {{"n", 3}}, expecting)), ErrorKind::GenerationMismatch);
  EXPECT_EQ(failure(remove(kKey, expecting)), ErrorKind::GenerationMismatch);
  OperateOptions operating;
  operating.expect_generation = 1;
  EXPECT_EQ(failure(operate(kKey, {Op::add("n", 1)}, operating)), ErrorKind::GenerationMismatch);
  EXPECT_EQ(get(kKey)->bins, (Bins{{"n", 2}}));
  operating.expect_generation = 2;
  EXPECT_TRUE(operate(kKey, {Op::add("n", 1)}, operating));
  expecting.expect_generation = 3;
  EXPECT_TRUE(*remove(kKey, expecting));
}

TEST_P(StoreContract, WritesManyAtOnceEachByItself) {
  ASSERT_TRUE(put({"coupon", "there"}, {{"n", 1}}));
  std::vector<kv::Put> puts;
  const auto add = [&](const char* id, WriteMode mode) -> WriteOptions& {
    kv::Put& each = puts.emplace_back(kv::Put{{"coupon", id}, {{"n", 2}}, {}});
    each.options.mode = mode;
    return each.options;
  };
  add("new", WriteMode::CreateOnly).durable = false;
  add("there", WriteMode::CreateOnly);
  add("missing", WriteMode::UpdateOnly);
  add("another", WriteMode::Upsert);
  add("older", WriteMode::Replace).expect_generation = 7;
  const auto written = await(store().put_many(puts));
  ASSERT_TRUE(written) << written.error().detail;
  ASSERT_EQ(written->size(), puts.size());
  EXPECT_EQ((*written)[0].value(), 1U);
  EXPECT_EQ(failure((*written)[1]), ErrorKind::AlreadyExists);
  EXPECT_EQ(failure((*written)[2]), ErrorKind::NotFound);
  EXPECT_EQ((*written)[3].value(), 1U);
  EXPECT_EQ(failure((*written)[4]), ErrorKind::GenerationMismatch);
  EXPECT_EQ(get({"coupon", "there"})->bins, (Bins{{"n", 1}}));
  EXPECT_EQ(get({"coupon", "another"})->bins, (Bins{{"n", 2}}));
  EXPECT_FALSE(*exists({"coupon", "older"}));

  puts.emplace_back(kv::Put{{"coupon", "without"}, {}, {}});
  puts[0].key.id = "second";
  EXPECT_EQ(failure(await(store().put_many(puts))), ErrorKind::Invalid);
  EXPECT_FALSE(*exists({"coupon", "second"})) << "of a call that is not well-formed nothing is written";
  EXPECT_TRUE(await(store().put_many({}))->empty());
  const std::vector<kv::Put> many(1'001, kv::Put{{"coupon", "many"}, {{"n", 1}}, {}});
  EXPECT_EQ(failure(await(store().put_many(many))), ErrorKind::TooLarge);
}

TEST_P(StoreContract, ManyWrittenAtOnceAreAllThereAfterwards) {
  constexpr int kMany = 1'000;
  std::vector<kv::Put> puts;
  for (int i = 0; i < kMany; ++i) puts.push_back({{"coupon", "many" + std::to_string(i)}, {{"n", i}}, {}});
  const auto written = await(store().put_many(puts));
  ASSERT_TRUE(written);
  for (const auto& each : *written) ASSERT_TRUE(each) << each.error().detail;
  if (GetParam().keeps) engine_->reopen();
  std::vector<Key> keys;
  for (const kv::Put& each : puts) keys.push_back(each.key);
  const auto read = await(store().get_many(keys));
  ASSERT_TRUE(read);
  for (int i = 0; i < kMany; ++i) {
    ASSERT_TRUE((*read)[static_cast<std::size_t>(i)]) << i;
    EXPECT_EQ((*read)[static_cast<std::size_t>(i)]->bins, (Bins{{"n", i}}));
  }
}

TEST_P(StoreContract, NilRemovesABin) {
  ASSERT_TRUE(put(kKey, {{"a", 1}, {"b", 2}, {"c", 3}}));
  ASSERT_TRUE(put(kKey, {{"a", Value{}}, {"missing", Value{}}}));
  ASSERT_TRUE(operate(kKey, {Op::set("b", Value{})}));
  const auto record = get(kKey);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->bins, (Bins{{"c", 3}}));
  EXPECT_EQ(record->generation, 3u);
}

TEST_P(StoreContract, TakesNilForNoBinInEveryMode) {
  for (const auto mode : {WriteMode::CreateOnly, WriteMode::Upsert, WriteMode::UpdateOnly, WriteMode::Replace}) {
    SCOPED_TRACE(static_cast<int>(mode));
    ASSERT_TRUE(put(kKey, {{"price", 1}, {"old_price", Value{}}}, mode));
    EXPECT_EQ(get(kKey)->bins, (Bins{{"price", 1}}));
  }
  ASSERT_TRUE(put({"coupon", "new"}, {{"price", 1}, {"old_price", Value{}}}, WriteMode::Replace));
  EXPECT_EQ(get({"coupon", "new"})->bins, (Bins{{"price", 1}}));
}

TEST_P(StoreContract, TellsWhatIsThere) {
  EXPECT_EQ(failure(get(kKey)), ErrorKind::NotFound);
  EXPECT_FALSE(*exists(kKey));
  EXPECT_FALSE(*remove(kKey));
  ASSERT_TRUE(put(kKey, {{"a", 1}}));
  EXPECT_TRUE(*exists(kKey));
  EXPECT_FALSE(*exists({"coupon", "c"})) << "a prefix of an id is another id";
  EXPECT_FALSE(*exists({"coupo", "nc1"}));
  EXPECT_TRUE(*remove(kKey));
  EXPECT_FALSE(*remove(kKey));
  EXPECT_FALSE(*exists(kKey));
  EXPECT_EQ(failure(get(kKey)), ErrorKind::NotFound);
}

TEST_P(StoreContract, CountsFromOneAfterARemoval) {
  ASSERT_TRUE(put(kKey, {{"old", 1}}));
  ASSERT_TRUE(put(kKey, {{"old", 2}}));
  ASSERT_TRUE(remove(kKey));
  EXPECT_EQ(*put(kKey, {{"new", 1}}, WriteMode::CreateOnly), 1u);
  EXPECT_EQ(get(kKey)->bins, (Bins{{"new", 1}}));
}

TEST_P(StoreContract, ReadsManyInTheirOrder) {
  ASSERT_TRUE(put({"coupon", "a"}, {{"n", 1}}));
  ASSERT_TRUE(put({"user", "a"}, {{"n", 2}}));
  const auto records = await(store().get_many({{"user", "a"}, {"coupon", "missing"}, {"coupon", "a"}, {"user", "a"}}));
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 4u);
  EXPECT_EQ((*records)[0]->bins, (Bins{{"n", 2}}));
  EXPECT_FALSE((*records)[1]);
  EXPECT_EQ((*records)[2]->bins, (Bins{{"n", 1}}));
  EXPECT_EQ((*records)[3]->bins, (Bins{{"n", 2}}));
  EXPECT_TRUE(await(store().get_many({}))->empty());
}

TEST_P(StoreContract, ReadsAtMostAThousandAtOnce) {
  std::vector<Key> keys(1000, kKey);
  EXPECT_EQ(await(store().get_many(keys))->size(), 1000u);
  keys.push_back(kKey);
  EXPECT_EQ(failure(await(store().get_many(keys))), ErrorKind::TooLarge);
}

TEST_P(StoreContract, EndsRecordsWithTheirTimeToLive) {
  constexpr std::chrono::seconds kLife{3};
  WriteOptions living;
  living.ttl = kLife;
  const Timestamp before = now();
  ASSERT_TRUE(put(kKey, {{"a", 1}}, living));
  const auto written = get(kKey);
  ASSERT_TRUE(written);
  const Timestamp end = written->expires_at.value();
  EXPECT_GE(end, before + kLife);
  EXPECT_LE(end, now() + kLife);
  if (GetParam().follows_clock) {
    clock_.advance(kLife - std::chrono::milliseconds{1});
    EXPECT_TRUE(*exists(kKey));
    clock_.advance(std::chrono::milliseconds{1});
  }
  EXPECT_TRUE(let_pass({}, [&] { return !*exists(kKey); }));
  EXPECT_GE(now(), end) << "it was gone too early";
  EXPECT_EQ(failure(get(kKey)), ErrorKind::NotFound);
  EXPECT_FALSE(await(store().get_many({kKey}))->front());
  EXPECT_TRUE(scan_ids("coupon", 10).empty());
  EXPECT_EQ(failure(put(kKey, {{"b", 1}}, WriteMode::UpdateOnly)), ErrorKind::NotFound);
  EXPECT_EQ(failure(operate_if(kKey, {Op::set("b", 1)}, {"a", Compare::Exists})), ErrorKind::ConditionFailed);
  if (GetParam().forgets_expired) EXPECT_FALSE(*remove(kKey));
  EXPECT_EQ(*put(kKey, {{"b", 1}}, WriteMode::CreateOnly), 1u) << "an expired record is none";
  EXPECT_EQ(get(kKey)->bins, (Bins{{"b", 1}}));
  EXPECT_FALSE(get(kKey)->expires_at);
}

TEST_P(StoreContract, KeepsATimeToLiveUntilAnotherIsGiven) {
  WriteOptions minute;
  minute.ttl = std::chrono::seconds{60};
  const Timestamp begun = now();
  ASSERT_TRUE(put(kKey, {{"a", 1}}, minute));
  const auto first = get(kKey)->expires_at;
  ASSERT_TRUE(first);
  ASSERT_TRUE(let_pass(std::chrono::seconds{2}, [&] { return now() >= begun + std::chrono::seconds{2}; }));
  ASSERT_TRUE(put(kKey, {{"a", 2}}));
  EXPECT_EQ(get(kKey)->expires_at, first);
  ASSERT_TRUE(put(kKey, {{"a", 3}}, WriteMode::Replace));
  EXPECT_EQ(get(kKey)->expires_at, first);
  ASSERT_TRUE(operate(kKey, {Op::add("a", 1)}));
  EXPECT_EQ(get(kKey)->expires_at, first);
  OperateOptions touch;
  touch.ttl = std::chrono::seconds{60};
  const Timestamp touched = now();
  ASSERT_TRUE(operate(kKey, {Op::read("a")}, touch));
  const auto second = get(kKey)->expires_at;
  EXPECT_GE(second, touched + std::chrono::seconds{60});
  EXPECT_LE(second, now() + std::chrono::seconds{60});
  WriteOptions forever;
  forever.ttl = std::chrono::seconds{0};
  ASSERT_TRUE(put(kKey, {{"a", 5}}, forever));
  EXPECT_FALSE(get(kKey)->expires_at);
}

TEST_P(StoreContract, RefusesNamesOverTheirLimits) {
  const Bins one{{"a", 1}};
  struct Case {
    Key key;
    bool good;
  };
  const Case cases[] = {
      {{std::string(63, 's'), "id"}, true},       {{std::string(64, 's'), "id"}, false},
      {{"", "id"}, false},                        {{std::string("a\0b", 3), "id"}, false},
      {{"coupon", std::string(512, 'i')}, true},  {{"coupon", std::string(513, 'i')}, false},
      {{"coupon", ""}, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.key.set + "/" + c.key.id);
    const std::optional<ErrorKind> expected = c.good ? std::nullopt : std::optional{ErrorKind::Invalid};
    EXPECT_EQ(failure(put(c.key, one)), expected);
    EXPECT_EQ(failure(get(c.key)), expected);
    EXPECT_EQ(failure(exists(c.key)), expected);
    EXPECT_EQ(failure(await(store().get_many({kKey, c.key}))), expected);
    EXPECT_EQ(failure(operate(c.key, {Op::set("a", 1)})), expected);
    EXPECT_EQ(failure(remove(c.key)), expected);
    if (!c.key.id.empty() && c.key.id.size() <= 512) {
      EXPECT_EQ(failure(await(store().scan(c.key.set, "", 10))), expected);
      EXPECT_EQ(failure(await(store().ensure_index(c.key.set, "a", kv::IndexType::Integer))), expected);
    }
  }
  const std::pair<std::string, bool> bins[] = {
      {"", false}, {std::string(15, 'b'), true}, {std::string(16, 'b'), false}, {std::string("a\0b", 3), false}};
  for (const auto& [bin, good] : bins) {
    SCOPED_TRACE(bin);
    const std::optional<ErrorKind> expected = good ? std::nullopt : std::optional{ErrorKind::Invalid};
    EXPECT_EQ(failure(put(kKey, {{bin, 1}})), expected);
    EXPECT_EQ(failure(operate(kKey, {Op::add(bin, 1)})), expected);
    EXPECT_EQ(failure(await(store().ensure_index("other", bin, kv::IndexType::Integer))), expected);
  }
}

TEST_P(StoreContract, RefusesARecordOverOneMebibyte) {
  const std::string most(1024 * 1024 - 64, 'x');
  ASSERT_TRUE(put(kKey, {{"a", most}}));
  EXPECT_EQ(get(kKey)->get<std::string>("a")->size(), most.size());
  EXPECT_EQ(failure(put(kKey, {{"b", std::string(64, 'x')}})), ErrorKind::TooLarge);
  EXPECT_EQ(failure(operate(kKey, {Op::append("c", std::string(64, 'x'))})), ErrorKind::TooLarge);
  EXPECT_EQ(failure(operate(kKey, {Op::map_put("c", std::string(64, 'k'), 1)})), ErrorKind::TooLarge);
  EXPECT_EQ(failure(put({"coupon", "c2"}, {{"a", std::string(1024 * 1024, 'x')}})), ErrorKind::TooLarge);
  EXPECT_FALSE(*exists({"coupon", "c2"}));
  EXPECT_EQ(get(kKey)->generation, 1u);
  EXPECT_EQ(get(kKey)->bins.size(), 1u);
}

TEST_P(StoreContract, RefusesValuesNestedTooDeep) {
  const auto nested = [](int depth) {
    Value value{1};
    for (int i = 0; i < depth; ++i) value = Value{List{std::move(value)}};
    return value;
  };
  ASSERT_TRUE(put(kKey, {{"a", nested(32)}}));
  EXPECT_EQ(get(kKey)->bins.at("a"), nested(32));
  EXPECT_EQ(failure(put(kKey, {{"a", nested(33)}})), ErrorKind::Invalid);
  EXPECT_EQ(failure(operate(kKey, {Op::append("b", nested(32))})), ErrorKind::Invalid);
  EXPECT_TRUE(operate(kKey, {Op::append("b", nested(31))}));
}

TEST_P(StoreContract, DoesNothingAfterTheDeadline) {
  ASSERT_TRUE(put(kKey, {{"a", 1}}));
  ASSERT_TRUE(await(store().ensure_index("coupon", "a", kv::IndexType::Integer)));
  kv::ReadOptions reading;
  reading.deadline = std::chrono::steady_clock::now() - std::chrono::milliseconds{1};
  WriteOptions writing;
  writing.deadline = reading.deadline;
  OperateOptions operating;
  operating.deadline = reading.deadline;
  EXPECT_EQ(failure(await(store().get(kKey, {}, reading))), ErrorKind::Timeout);
  EXPECT_EQ(failure(await(store().get_many({kKey}, reading))), ErrorKind::Timeout);
  EXPECT_EQ(failure(await(store().exists(kKey, reading))), ErrorKind::Timeout);
  EXPECT_EQ(failure(await(store().scan("coupon", "", 10, reading))), ErrorKind::Timeout);
  EXPECT_EQ(failure(await(store().find("coupon", "a", {}, "", 10, reading))), ErrorKind::Timeout);
  EXPECT_EQ(failure(put(kKey, {{"a", 2}}, writing)), ErrorKind::Timeout);
  EXPECT_EQ(failure(operate(kKey, {Op::add("a", 1)}, operating)), ErrorKind::Timeout);
  EXPECT_EQ(failure(remove(kKey, writing)), ErrorKind::Timeout);
  EXPECT_EQ(get(kKey)->bins, (Bins{{"a", 1}})) << "a Timeout says that nothing happened";
}

TEST_P(StoreContract, ReportsItsHealth) {
  const auto report = await(store().health());
  ASSERT_TRUE(report);
  EXPECT_EQ(report->health, kv::Health::Ok);
  EXPECT_FALSE(report->engine.empty());
}

TEST_P(StoreContract, CountsRecordsOfEachSet) {
  const auto records_of = [&](const std::string& set) -> std::int64_t {
    const auto stats = await(store().stats());
    EXPECT_EQ(stats->name_space, GetParam().name_space);
    for (const auto& each : stats->sets) {
      if (each.set == set) return each.records;
    }
    return 0;
  };
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(put({"a", "k" + std::to_string(i)}, {{"n", std::string(100, 'x')}}));
  ASSERT_TRUE(put({"b", "k"}, {{"n", 1}}));
  ASSERT_TRUE(put({"a", "k0"}, {{"n", 1}}));
  EXPECT_EQ(records_of("a"), 7);
  EXPECT_EQ(records_of("b"), 1);
  ASSERT_TRUE(remove({"a", "k1"}));
  ASSERT_TRUE(remove({"a", "k1"}));
  EXPECT_EQ(records_of("a"), 6);
  EXPECT_EQ(records_of("never"), 0);
  if (!GetParam().keeps) return;
  engine_->reopen();
  EXPECT_EQ(records_of("a"), 6);
  EXPECT_EQ(records_of("b"), 1);
}

}  // namespace
}  // namespace qm::contract
