// Sets of records: scanned and found in pages, while others write.
#include <atomic>

#include "tests/contract/store_contract.hpp"

namespace qm::contract {
namespace {

std::string numbered(const char* prefix, int n) {
  std::string digits = std::to_string(n);
  return prefix + std::string(5 - digits.size(), '0') + digits;
}

IndexRange between(Value low, Value high) { return {std::move(low), std::move(high)}; }

std::vector<std::string> sorted(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  return ids;
}

TEST_P(StoreContract, ScansEveryRecordOfASetOnce) {
  std::vector<std::string> all;
  for (int i = 0; i < 57; ++i) {
    all.push_back(numbered("k", i));
    ASSERT_TRUE(put({"user", all.back()}, {{"n", i}}));
  }
  ASSERT_TRUE(put({"use", "x"}, {{"n", 0}}));
  ASSERT_TRUE(put({"user_email", "x"}, {{"n", 0}}));
  for (const std::size_t limit : {1u, 7u, 19u, 56u, 57u, 58u, 1000u}) {
    SCOPED_TRACE(limit);
    EXPECT_EQ(sorted(scan_ids("user", limit)), all);
  }
  EXPECT_TRUE(scan_ids("nobody", 10).empty());
  EXPECT_EQ(scan_ids("use", 10), std::vector<std::string>{"x"});
}

TEST_P(StoreContract, GivesWholeRecordsToAScan) {
  WriteOptions hour;
  hour.ttl = std::chrono::seconds{3600};
  ASSERT_TRUE(put({"user", "a"}, {{"n", 1}}, hour));
  ASSERT_TRUE(put({"user", "a"}, {{"m", 2}}));
  const auto page = await(store().scan("user", "", 10));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->entries.size(), 1u);
  EXPECT_EQ(page->entries[0].record.bins, (Bins{{"n", 1}, {"m", 2}}));
  EXPECT_EQ(page->entries[0].record.generation, 2u);
  EXPECT_TRUE(page->entries[0].record.expires_at);
}

TEST_P(StoreContract, GivesAtMostAThousandToAPage) {
  for (int i = 0; i < 1001; ++i) {
    WriteOptions quick;
    quick.durable = false;
    ASSERT_TRUE(put({"user", numbered("k", i)}, {{"n", i}}, quick));
  }
  ASSERT_TRUE(await(store().ensure_index("user", "n", kv::IndexType::Integer)));
  EXPECT_EQ(await(store().scan("user", "", 5000))->entries.size(), 1000u);
  EXPECT_EQ(await(store().find("user", "n", {}, "", 5000))->entries.size(), 1000u);
  EXPECT_EQ(await(store().scan("user", "", 0))->entries.size(), 1u);
  EXPECT_EQ(scan_ids("user", 1000).size(), 1001u);
}

TEST_P(StoreContract, FindsByIntegers) {
  ASSERT_TRUE(await(store().ensure_index("job", "due", kv::IndexType::Integer)));
  const std::int64_t least = std::numeric_limits<std::int64_t>::min(), most = std::numeric_limits<std::int64_t>::max();
  const std::pair<const char*, std::int64_t> jobs[] = {{"c", 5}, {"a", -7},      {"least", least}, {"b", 0},
                                                       {"d", 5}, {"most", most}, {"e", 256}};
  for (const auto& [id, due] : jobs) ASSERT_TRUE(put({"job", id}, {{"due", due}}));
  ASSERT_TRUE(put({"job", "none"}, {{"other", 5}}));
  ASSERT_TRUE(put({"job", "text"}, {{"due", "5"}}));
  ASSERT_TRUE(put({"other", "x"}, {{"due", 5}}));
  struct Case {
    IndexRange range;
    std::vector<std::string> ids;
  };
  const Case cases[] = {
      {{}, {"least", "a", "b", "c", "d", "e", "most"}},
      {between(5, 5), {"c", "d"}},
      {between(-7, 0), {"a", "b"}},
      {between({}, -1), {"least", "a"}},
      {between(6, {}), {"e", "most"}},
      {between(6, 255), {}},
      {between(6, 5), {}},
      {between(least, most), {"least", "a", "b", "c", "d", "e", "most"}},
  };
  for (const auto& c : cases) {
    for (const std::size_t limit : {1u, 2u, 100u}) {
      SCOPED_TRACE(testing::PrintToString(c.range.low) + " to " + testing::PrintToString(c.range.high) + " by " +
                   std::to_string(limit));
      const auto ids = find_ids("job", "due", c.range, limit);
      EXPECT_EQ(sorted(ids), sorted(c.ids));
      if (GetParam().finds_in_order) EXPECT_EQ(ids, c.ids);
    }
  }
}

TEST_P(StoreContract, FindsByTexts) {
  ASSERT_TRUE(await(store().ensure_index("user", "city", kv::IndexType::String)));
  const std::string longer(300, 'x');
  const std::pair<const char*, std::string> users[] = {
      {"1", "bern"}, {"2", "berlin"}, {"3", ""},           {"4", std::string("be\0rn", 5)},
      {"5", "be"},   {"6", "zürich"}, {"7", longer + "a"}, {"8", longer + "b"}};
  for (const auto& [id, city] : users) ASSERT_TRUE(put({"user", id}, {{"city", city}}));
  ASSERT_TRUE(put({"user", "number"}, {{"city", 5}}));
  struct Case {
    IndexRange range;
    std::vector<std::string> ids;
  };
  const Case cases[] = {
      {between("bern", "bern"), {"1"}},
      {between("be", "be"), {"5"}},
      {between(std::string("be\0rn", 5), std::string("be\0rn", 5)), {"4"}},
      {between("be", "bern"), {"5", "4", "2", "1"}},
      {between("", ""), {"3"}},
      {between("berlin", {}), {"2", "1", "7", "8", "6"}},
      {between({}, "bd"), {"3"}},
      {between(longer + "b", longer + "b"), {"8"}},
      {between(longer, longer), {}},
      {between(longer + "b", {}), {"8", "6"}},
  };
  int n = 0;
  for (const auto& c : cases) {
    if (!GetParam().finds_text_ranges && c.range.low != c.range.high) {
      EXPECT_EQ(failure(await(store().find("user", "city", c.range, "", 10))), ErrorKind::Invalid);
      continue;
    }
    for (const std::size_t limit : {1u, 3u, 100u}) {
      SCOPED_TRACE("case " + std::to_string(n) + " by " + std::to_string(limit));
      const auto ids = find_ids("user", "city", c.range, limit);
      EXPECT_EQ(sorted(ids), sorted(c.ids));
      if (GetParam().finds_in_order) EXPECT_EQ(ids, c.ids);
    }
    ++n;
  }
}

TEST_P(StoreContract, KeepsAnIndexThroughEveryKindOfWrite) {
  ASSERT_TRUE(await(store().ensure_index("job", "due", kv::IndexType::Integer)));
  const Key key{"job", "j"};
  const auto at = [&](int due) { return find_ids("job", "due", between(due, due), 10).size(); };
  ASSERT_TRUE(put(key, {{"due", 1}}));
  EXPECT_EQ(at(1), 1u);
  ASSERT_TRUE(put(key, {{"due", 2}}));
  EXPECT_EQ(at(1), 0u);
  EXPECT_EQ(at(2), 1u);
  ASSERT_TRUE(operate(key, {Op::add("due", 1), Op::set("mark", 1)}));
  EXPECT_EQ(at(2), 0u);
  EXPECT_EQ(at(3), 1u);
  ASSERT_TRUE(put(key, {{"mark", 2}}, WriteMode::Replace));
  EXPECT_EQ(at(3), 0u);
  ASSERT_TRUE(put(key, {{"due", 4}}));
  ASSERT_TRUE(operate(key, {Op::set("due", "text")}));
  EXPECT_EQ(at(4), 0u);
  ASSERT_TRUE(put(key, {{"due", 5}}));
  ASSERT_TRUE(put(key, {{"due", Value{}}}));
  EXPECT_EQ(at(5), 0u);
  ASSERT_TRUE(put(key, {{"due", 6}}));
  ASSERT_TRUE(remove(key));
  EXPECT_EQ(at(6), 0u);
  EXPECT_TRUE(find_ids("job", "due", {}, 10).empty());
}

TEST_P(StoreContract, DoesNotFindTheExpired) {
  constexpr std::chrono::seconds kLife{3};
  ASSERT_TRUE(await(store().ensure_index("job", "due", kv::IndexType::Integer)));
  WriteOptions living;
  living.ttl = kLife;
  ASSERT_TRUE(put({"job", "b"}, {{"due", 1}}));
  ASSERT_TRUE(put({"job", "a"}, {{"due", 1}}, living));
  EXPECT_EQ(find_ids("job", "due", {}, 10).size(), 2u);
  EXPECT_TRUE(let_pass(kLife, [&] { return find_ids("job", "due", {}, 10) == std::vector<std::string>{"b"}; }));
  ASSERT_TRUE(put({"job", "a"}, {{"due", 2}}));
  EXPECT_EQ(find_ids("job", "due", between(1, 1), 10), std::vector<std::string>{"b"});
  EXPECT_EQ(find_ids("job", "due", between(2, 2), 10), std::vector<std::string>{"a"});
}

TEST_P(StoreContract, IndexesWhatIsThereAlready) {
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(put({"user", numbered("k", i)}, {{"n", i % 10}, {"city", "c" + std::to_string(i % 4)}}));
  EXPECT_EQ(failure(await(store().find("user", "n", {}, "", 10))), ErrorKind::NotFound) << "not declared";
  ASSERT_TRUE(await(store().ensure_index("user", "n", kv::IndexType::Integer)));
  ASSERT_TRUE(await(store().ensure_index("user", "n", kv::IndexType::Integer))) << "declared twice";
  EXPECT_EQ(failure(await(store().ensure_index("user", "n", kv::IndexType::String))), ErrorKind::Conflict);
  EXPECT_EQ(find_ids("user", "n", between(3, 4), 7).size(), 20u);
  EXPECT_EQ(failure(await(store().find("user", "city", {}, "", 10))), ErrorKind::NotFound);
  EXPECT_EQ(failure(await(store().find("other", "n", {}, "", 10))), ErrorKind::NotFound);
  ASSERT_TRUE(await(store().ensure_index("user", "city", kv::IndexType::String)));
  EXPECT_EQ(find_ids("user", "city", between("c1", "c1"), 7).size(), 25u);
  if (!GetParam().keeps) return;
  engine_->reopen();
  EXPECT_EQ(find_ids("user", "n", between(3, 4), 7).size(), 20u) << "an index stays declared";
  EXPECT_EQ(failure(await(store().ensure_index("user", "n", kv::IndexType::String))), ErrorKind::Conflict);
}

TEST_P(StoreContract, IndexesOnceForAllWhoDeclareAtOnce) {
  for (int i = 0; i < 200; ++i) {
    WriteOptions quick;
    quick.durable = false;
    ASSERT_TRUE(put({"user", numbered("k", i)}, {{"n", i}}, quick));
  }
  std::array<std::size_t, 4> found{};
  in_parallel(4, [&](int thread) {
    ASSERT_TRUE(await(store().ensure_index("user", "n", kv::IndexType::Integer)));
    found[static_cast<std::size_t>(thread)] = await(store().find("user", "n", {}, "", 1000))->entries.size();
  });
  EXPECT_THAT(found, testing::Each(200u)) << "the index is whole when ensure_index returns";
}

// Writers keep two bins equal and records come and go; a page must never show two that differ, nor one record twice,
// nor miss one that was there all the time.
TEST_P(StoreContract, ScansAndFindsTruthfullyWhileOthersWrite) {
  constexpr int kSteady = 60;
  ASSERT_TRUE(await(store().ensure_index("user", "group", kv::IndexType::Integer)));
  const auto write = [&](const std::string& id, int n, bool durable) {
    WriteOptions options;
    options.durable = durable;
    return put({"user", id},
               {{"group", 1}, {"left", n}, {"right", n}, {"pad", std::string(static_cast<std::size_t>(n % 50), 'p')}},
               options);
  };
  for (int i = 0; i < kSteady; ++i) ASSERT_TRUE(write(numbered("s", i), 0, false));
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (int w = 0; w < 2; ++w) {
    writers.emplace_back([&, w] {
      for (int n = 1; !stop; ++n) {
        (void)write(numbered("s", (n * 7 + w) % kSteady), n, false);
        const std::string passing = numbered(w == 0 ? "a" : "z", n % 5);
        if (n % 2 == 0) {
          (void)write(passing, n, false);
        } else {
          (void)remove({"user", passing});
        }
      }
    });
  }
  for (int round = 0; round < 20; ++round) {
    for (const bool by_index : {false, true}) {
      std::set<std::string> seen;
      std::string cursor;
      do {
        const auto page = by_index ? await(store().find("user", "group", between(1, 1), cursor, 9))
                                   : await(store().scan("user", cursor, 9));
        if (!page) {
          ADD_FAILURE() << page.error().detail;
          break;
        }
        for (const auto& entry : page->entries) {
          EXPECT_TRUE(seen.insert(entry.key.id).second) << entry.key.id << " twice";
          EXPECT_EQ(entry.record.bins.at("left"), entry.record.bins.at("right")) << "torn";
        }
        cursor = page->cursor;
      } while (!cursor.empty());
      for (int i = 0; i < kSteady; ++i) EXPECT_TRUE(seen.contains(numbered("s", i))) << "missed " << numbered("s", i);
    }
  }
  stop = true;
  for (auto& writer : writers) writer.join();
}

}  // namespace
}  // namespace qm::contract
