// For tests: what is owed to RecoEngine, as it stands in the job queue, and a RecoEngine that remembers what it is
// told.
#pragma once
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/kv/store.hpp"
#include "QuickMart-backend/app/event_payload.hpp"
#include "QuickMart-backend/app/send_events.hpp"

namespace qm::shop {

class ListeningReco final : public RecoClient {
 public:
  Task<Result<contracts::Prediction>> predict(UserId, Deadline) override { co_return unavailable("Nobody is there."); }
  Task<Result<contracts::IngestAnswer>> ingest(UserId, std::string, FeatureGroup, Deadline) override {
    co_return unavailable("Nobody is there.");
  }
  Task<Result<contracts::EventsAnswer>> send_events(std::vector<contracts::Event> events, Deadline) override {
    ++asked;
    if (away) co_return unavailable("RecoEngine is away.");
    EXPECT_LE(events.size(), contracts::kMaxEventsPerBatch);
    contracts::EventsAnswer answer;
    for (auto& event : events) {
      const auto [at, is_new] = told.try_emplace(event.event_id, event);
      EXPECT_EQ(at->second, event) << "the same id for something else";
      ++(is_new ? answer.accepted : answer.duplicates);
    }
    co_return answer;
  }
  Task<bool> is_alive() override { co_return !away; }

  bool away = false;
  int asked = 0;
  std::map<std::string, contracts::Event> told;  // by id
};

// Every event of every job, by id; the same id twice must be the same event.
inline std::map<std::string, contracts::Event> owed_events(kv::Store& store) {
  std::map<std::string, contracts::Event> owed;
  std::string cursor;
  do {
    const auto page = await(store.scan("job", cursor, 1'000, {}));
    if (!page) return owed;
    for (const kv::Entry& entry : page->entries) {
      const auto* kind = entry.record.get<std::string>("kind");
      if (kind == nullptr || *kind != SendEvents::kJobKind) continue;
      const auto events = parse_events(*entry.record.get<std::string>("payload"));
      EXPECT_TRUE(events) << entry.key.id;
      for (const auto& event : *events) {
        const auto [at, is_new] = owed.try_emplace(event.event_id, event);
        EXPECT_EQ(at->second, event) << "the same id for something else";
      }
    }
    cursor = page->cursor;
  } while (!cursor.empty());
  return owed;
}

// As "cart_abandoned order_placed ": what of one customer is owed, in the order of names.
inline std::string owed_of(kv::Store& store, const std::string& user) {
  std::multimap<std::string, int> types;
  for (const auto& [id, event] : owed_events(store))
    if (event.user_id == user) types.emplace(boost::describe::enum_to_string(event.type, ""), 0);
  std::string names;
  for (const auto& each : types) names += each.first + " ";
  return names;
}

}  // namespace qm::shop
