#include "RecoEngine-featurestore/domain/event_feed.hpp"

#include <gtest/gtest.h>

#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using std::chrono::hours;
using test::kNow;

TEST(EventFeed, RemembersTheFirstOfEachDayInWhateverOrderTheyCome) {
  const Timestamp day = std::chrono::floor<days>(kNow);
  const EventFeed feed{{day + hours{9}, day - days{3}, day + hours{7}, day - days{3} + hours{23}, day + hours{9}}};
  EXPECT_EQ(feed.days(), (std::vector<Timestamp>{day - days{3}, day + hours{7}}));
  EXPECT_EQ(feed.heard(day + hours{20}), day + hours{7});
  EXPECT_EQ(feed.heard(day + hours{7}), day + hours{7}) << "that moment included";
  EXPECT_EQ(feed.heard(day + hours{6}), day - days{3}) << "what came later that day was not known";
  EXPECT_EQ(feed.heard(day + days{400}), day + hours{7});
  EXPECT_FALSE(feed.heard(day - days{3} - hours{1}));
  EXPECT_TRUE(feed.has_day_of(day + hours{1}));
  EXPECT_FALSE(feed.has_day_of(day - days{1}));
  EXPECT_FALSE(EventFeed{}.heard(kNow));
}

}  // namespace
}  // namespace qm::reco
