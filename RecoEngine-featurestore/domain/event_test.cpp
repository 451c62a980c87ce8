#include "RecoEngine-featurestore/domain/event.hpp"

#include <gtest/gtest.h>

#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using test::kNow;

Event event(Timestamp at) { return {EventId{"e"}, EventType::session_started, UserId{"ann"}, at, {}}; }

TEST(Event, EveryTypeHasAName) {
  for (std::size_t i = 0; i < kEventTypes; ++i) {
    const auto type = static_cast<EventType>(i);
    EXPECT_EQ(parse_event_type(to_string(type)), type) << i;
  }
  EXPECT_FALSE(parse_event_type("of_a_later_version"));
}

TEST(Event, IsTakenWithinItsWindow) {
  const EventWindow window{hours{48}, hours{1000}};
  struct Case {
    Timestamp at;
    bool live, imported;
  };
  const Case cases[] = {{kNow + minutes{9}, true, true},    {kNow + minutes{11}, false, false},
                        {kNow - hours{48}, true, true},     {kNow - hours{49}, false, true},
                        {kNow - hours{1000}, false, true},  {kNow - hours{1001}, false, false}};
  for (const auto& c : cases) {
    EXPECT_EQ(why_not_taken(event(c.at), kNow, window, false).empty(), c.live) << to_rfc3339(c.at);
    EXPECT_EQ(why_not_taken(event(c.at), kNow, window, true).empty(), c.imported) << to_rfc3339(c.at);
  }
}

TEST(Event, IsKnownWhenItIsToldAndNeverBeforeItHappens) {
  EXPECT_EQ(taken(event(kNow - hours{5}), kNow, false).known_at, kNow);
  EXPECT_EQ(taken(event(kNow - hours{5}), kNow, true).known_at, kNow - hours{5});
  const KnownEvent ahead = taken(event(kNow + minutes{5}), kNow, false);
  EXPECT_EQ(ahead.event.at, kNow);
  EXPECT_EQ(ahead.known_at, kNow);
}

}  // namespace
}  // namespace qm::reco
