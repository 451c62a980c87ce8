#include "RecoEngine-featurestore/training/hillstrom_importer.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using std::chrono::hours;
using test::kNow;

struct Told {
  Result<std::int64_t> customers = Error{};
  std::vector<Event> events;
};
Told read_campaign(const std::string& lines, std::string header = std::string{kHillstromHeader}) {
  std::istringstream in{header + "\n" + lines};
  Told told;
  told.customers = read_hillstrom(in, kNow, [&told](const Event& event) { told.events.push_back(event); });
  return told;
}

TEST(HillstromImporter, TellsWhatEachCustomerDid) {
  const auto told = read_campaign("10,2) $100 - $200,142.44,1,0,Surburban,0,Phone,Womens E-Mail,0,0,0\n"
                                  "6,3) $200 - $350,329.08,1,1,Rural,1,Web,No E-Mail,1,0,0\n"
                                  "1,3) $200 - $350,329.08,1,1,Rural,1,Web,Mens E-Mail,1,1,29.99\n");
  ASSERT_EQ(told.customers.value(), 3);
  std::vector<std::pair<std::string, EventType>> seen;
  for (const Event& event : told.events) {
    seen.emplace_back(event.user_id.str(), event.type);
    EXPECT_TRUE(is_valid_id(event.id.str()));
    EXPECT_EQ(why_not_taken(event, kNow + kHillstromAfter, {hours{24}, hours{24 * 400}}, true), "");
  }
  using enum EventType;
  const std::vector<std::pair<std::string, EventType>> wanted{
      {"hillstrom_1", order_placed}, {"hillstrom_1", nudge_delivered}, {"hillstrom_2", order_placed},
      {"hillstrom_2", session_started}, {"hillstrom_3", order_placed}, {"hillstrom_3", nudge_delivered},
      {"hillstrom_3", session_started}, {"hillstrom_3", order_placed}};
  EXPECT_EQ(seen, wanted);
  EXPECT_EQ(told.events[0].at, kNow - days{300});
  EXPECT_EQ(told.events[0].data.amount, Money{14'244});
  EXPECT_EQ(told.events[1].data.nudge_id, "hillstrom_1_womens");
  EXPECT_EQ(told.events[1].at, kNow);
  EXPECT_EQ(told.events[7].data.amount, Money{2'999});
  EXPECT_GT(told.events[7].at, told.events[6].at);
}

TEST(HillstromImporter, NamesTheLineThatDoesNotFit) {
  const std::string good = "6,3) $200 - $350,329.08,1,1,Rural,1,Web,No E-Mail,1,0,0\n";
  for (const char* bad : {"0,3) $200 - $350,329.08,1,1,Rural,1,Web,No E-Mail,1,0,0\n",
                          "13,3) $200 - $350,329.08,1,1,Rural,1,Web,No E-Mail,1,0,0\n",
                          "6,3) $200 - $350,x,1,1,Rural,1,Web,No E-Mail,1,0,0\n",
                          "6,3) $200 - $350,-1,1,1,Rural,1,Web,No E-Mail,1,0,0\n",
                          "6,3) $200 - $350,1,1,1,Rural,1,Web,E-Mail,1,0,0\n",
                          "6,3) $200 - $350,1,1,1,Rural,1,Web,No E-Mail,2,0,0\n", "6,3) $200 - $350,1\n"}) {
    const auto told = read_campaign(good + bad);
    ASSERT_FALSE(told.customers) << bad;
    EXPECT_NE(told.customers.error().detail.find("Line 3"), std::string::npos) << told.customers.error().detail;
  }
  EXPECT_FALSE(read_campaign(good, "a,b").customers);
  EXPECT_EQ(is_hillstrom("no/such/file.csv.gz").error().kind, ErrorKind::NotFound);
}

}  // namespace
}  // namespace qm::reco
