#include "QuickMart-backend/app/audit.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/app/dying_store_fixture.hpp"

namespace qm::shop {
namespace {

using test::kNow;
using std::chrono::hours;

class AuditTest : public testing::Test {
 protected:
  AuditTest() { EXPECT_TRUE(await(store_.open())); }

  static AuditEntry entry(std::string action, std::string subject = "ord_1", std::string actor = "user_admin") {
    AuditEntry made;
    made.actor = std::move(actor);
    made.action = std::move(action);
    made.subject = {"order", std::move(subject)};
    return made;
  }
  static Task<Result<int>> act(int& done, Result<int> result) {
    ++done;
    co_return result;
  }
  std::vector<AuditRecord> all(AuditFilter filter = {}) { return await(audit_.page(filter, "", 500)).value().records; }

  ManualClock clock_{kNow};
  DyingStore kv_{kv::make_memory_store("quick_mart", clock_)};
  AuditStore store_{kv_};
  Audit audit_{store_, clock_};
};

TEST_F(AuditTest, AnActionHasAnEntryAndItsOutcome) {
  int done = 0;
  std::function<std::string(const int&)> tell = [](const int& value) { return "made " + std::to_string(value); };
  EXPECT_EQ(await(audit_.around(entry("order.refund"), act(done, 7), tell)).value(), 7);
  const auto refused = await(audit_.around(entry("order.cancel"), act(done, rejected("It was shipped."))));
  EXPECT_EQ(refused.error().detail, "It was shipped.");
  EXPECT_EQ(done, 2);
  std::map<std::string, AuditOutcome> outcomes;
  for (const AuditRecord& each : all()) {
    EXPECT_EQ(each.entry.at, kNow);
    ASSERT_TRUE(each.outcome) << each.entry.action;
    outcomes[each.entry.action] = *each.outcome;
  }
  EXPECT_EQ(outcomes["order.refund"], (AuditOutcome{true, "made 7", kNow}));
  EXPECT_EQ(outcomes["order.cancel"], (AuditOutcome{false, "It was shipped.", kNow}));
}

TEST_F(AuditTest, WhatIsInDoubtHasNoOutcome) {
  int done = 0;
  const Error doubt{ErrorKind::InDoubt, "Nobody knows."};
  EXPECT_FALSE(await(audit_.around(entry("order.refund"), act(done, doubt))));
  ASSERT_EQ(all().size(), 1u);
  EXPECT_FALSE(all().front().outcome);
}

// At every write the process dies: whatever was done has an entry.
TEST_F(AuditTest, NoActionIsWithoutItsEntry) {
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    for (int writes = 0; writes < 5; ++writes) {
      const std::string subject = "ord_" + std::to_string(writes) + (last == DyingStore::Last::Done ? "d" : "l");
      AuditStore store{kv_};  // of a process that has just begun
      Audit audit{store, clock_};
      int done = 0;
      kv_.die_after(writes, last);
      const auto result = await(audit.around(entry("order.refund", subject), act(done, 1)));
      kv_.revive();
      EXPECT_EQ(done > 0, static_cast<bool>(result)) << writes;
      AuditFilter filter;
      filter.subject = {"order", subject};
      if (done > 0) EXPECT_EQ(all(filter).size(), 1u) << writes;
      if (writes >= 4) EXPECT_EQ(done, 1);
      if (writes == 0 && last == DyingStore::Last::Lost) EXPECT_EQ(done, 0);
    }
  }
}

TEST_F(AuditTest, PagesAreNewestFirstAndWhole) {
  constexpr int kEntries = 57;
  std::vector<std::string> expected;
  for (int i = 0; i < kEntries; ++i) {
    int done = 0;
    ASSERT_TRUE(await(audit_.around(entry("order.status", "ord_" + std::to_string(i)), act(done, 1))));
    expected.insert(expected.begin(), "ord_" + std::to_string(i));
    clock_.advance(hours{i % 7 == 0 ? 24 * 40 : 1});
  }
  for (const std::size_t limit : {1u, 10u, 57u, 100u}) {
    std::vector<std::string> seen;
    std::string cursor;
    do {
      auto page = await(audit_.page({}, cursor, limit));
      ASSERT_TRUE(page);
      EXPECT_LE(page->records.size(), limit);
      for (const AuditRecord& each : page->records) seen.push_back(each.entry.subject.id);
      cursor = page->cursor;
    } while (!cursor.empty());
    EXPECT_EQ(seen, expected) << limit;
  }
  EXPECT_FALSE(await(audit_.page({}, "nonsense", 10)));
}

TEST_F(AuditTest, FiltersByActorSubjectActionAndTime) {
  const auto act_as = [&](const char* actor, const char* action, const char* subject) {
    int done = 0;
    ASSERT_TRUE(await(audit_.around(entry(action, subject, actor), act(done, 1))));
    clock_.advance(hours{1});
  };
  act_as("user_a", "order.refund", "ord_1");
  act_as("user_b", "order.refund", "ord_2");
  act_as("user_a", "order.status", "ord_2");
  const auto count = [&](AuditFilter filter) { return all(std::move(filter)).size(); };
  AuditFilter filter;
  filter.actor = "user_a";
  EXPECT_EQ(count(filter), 2u);
  filter.action = "order.refund";
  EXPECT_EQ(count(filter), 1u);
  EXPECT_EQ(count({.subject = {"order", "ord_2"}}), 2u);
  EXPECT_EQ(count({.subject = {"coupon"}}), 0u);
  EXPECT_EQ(count({.since = kNow + hours{1}}), 2u);
  EXPECT_EQ(count({.until = kNow + hours{1}}), 1u);
  EXPECT_EQ(count({.since = kNow + hours{1}, .until = kNow + hours{2}}), 1u);
}

TEST_F(AuditTest, ANoteOfAGivenIdIsWrittenOnce) {
  AuditEntry once = entry("webhook.disable");
  once.id = AuditId{"aud_given"};
  ASSERT_TRUE(await(audit_.note(once)));
  ASSERT_TRUE(await(audit_.note(once)));
  ASSERT_EQ(all().size(), 1u);
  EXPECT_TRUE(all().front().outcome->succeeded);
}

TEST(AuditEntries, SecretsDoNotGetIntoThem) {
  EXPECT_EQ(audit_change("signing_Secret", "whsec_1", "whsec_2"),
            (AuditChange{"signing_Secret", "(hidden)", "(hidden)"}));
  EXPECT_EQ(audit_change("password", "", "x").before, "");
  EXPECT_EQ(audit_change("price", "1.00", "2.00"), (AuditChange{"price", "1.00", "2.00"}));
  std::string text;
  for (int i = 0; i < 400; ++i) text += "é";
  const std::string cut = audit_text(text);
  EXPECT_LE(cut.size(), kMaxAuditTextBytes);
  EXPECT_TRUE(cut.ends_with("é…"));
}

}  // namespace
}  // namespace qm::shop
