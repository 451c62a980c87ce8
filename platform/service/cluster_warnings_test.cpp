#include "platform/service/cluster_warnings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qm::service {
namespace {

using testing::HasSubstr;

// As nodes of version 8.1 answer namespace/<name>, shortened.
const std::string kGood =
    "ns_cluster_size=2;effective_replication_factor=2;clock_skew_stop_writes=false;stop_writes=false;"
    "storage-engine.file[0].used_bytes=0;allow-ttl-without-nsup=false;nsup-period=60;replication-factor=2;"
    "storage-engine=device;storage-engine.file[0]=/opt/aerospike/data/it.dat;storage-engine.filesize=1073741824";

std::string with(std::string answer, const std::string& from, const std::string& to) {
  const auto at = answer.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return answer.replace(at, from.size(), to);
}

const std::string kOneCopy = with(kGood, ";replication-factor=2", ";replication-factor=1");
const std::string kUnswept = with(kGood, "nsup-period=60", "nsup-period=0");
const std::string kUnsweptAllowed = with(kUnswept, "allow-ttl-without-nsup=false", "allow-ttl-without-nsup=true");
const std::string kInMemory = "storage-engine.stripe[0].used_bytes=0;nsup-period=60;replication-factor=2;"
                              "storage-engine=memory;storage-engine.stripe[0]=stripe-0;storage-engine.filesize=0";
const std::string kInMemoryWithFiles = kInMemory + ";storage-engine.file[0]=/opt/aerospike/data/it.dat";
const std::string kInMemoryWithDevices = kInMemory + ";storage-engine.device[0]=/dev/nvme0n1";

TEST(ClusterWarnings, NameWhatTheSetupCannotGive) {
  using Nodes = std::map<std::string, std::string>;
  struct Case {
    const char* title;
    Nodes nodes;
    std::vector<const char*> in_production;
    std::vector<const char*> in_development;
  };
  const char *unswept = "records with a time to live are refused", *kept = "expired records keep their space",
             *memory = "in memory only";
  const Case cases[] = {
      {"two good nodes", {{"A", kGood}, {"B", kGood}}, {}, {}},
      {"one node", {{"A", kGood}}, {"on one node"}, {}},
      {"one copy", {{"A", kOneCopy}, {"B", kOneCopy}}, {"replication-factor 1"}, {}},
      {"one copy on one node", {{"A", kOneCopy}}, {"on one node", "replication-factor 1"}, {}},
      {"one copy as one of them has it", {{"A", kGood}, {"B", kOneCopy}}, {"replication-factor 1"}, {}},
      {"memory", {{"A", kInMemory}, {"B", kInMemory}}, {memory}, {memory}},
      {"memory on the second", {{"A", kGood}, {"B", kInMemory}}, {memory}, {memory}},
      {"memory before files", {{"A", kInMemoryWithFiles}, {"B", kInMemoryWithDevices}}, {}, {}},
      {"unswept", {{"A", kUnswept}, {"B", kUnswept}}, {unswept}, {unswept}},
      {"unswept on the second", {{"A", kGood}, {"B", kUnswept}}, {unswept}, {unswept}},
      {"unswept by permission", {{"A", kUnsweptAllowed}, {"B", kGood}}, {kept}, {kept}},
      {"unswept, one by permission", {{"A", kUnsweptAllowed}, {"B", kUnswept}}, {unswept}, {unswept}},
      {"unswept, the other by permission", {{"A", kUnswept}, {"B", kUnsweptAllowed}}, {unswept}, {unswept}},
      {"full", {{"A", kGood}, {"B", with(kGood, ";stop_writes=false", ";stop_writes=true")}},
       {"(stop_writes)"}, {"(stop_writes)"}},
      {"clocks", {{"A", with(kGood, "clock_skew_stop_writes=false", "clock_skew_stop_writes=true")}, {"B", kGood}},
       {"(clock_skew_stop_writes)"}, {"(clock_skew_stop_writes)"}},
      {"a node without it", {{"A", kGood}, {"B", kGood}, {"C", "type=unknown"}, {"D", "ERROR:20"}}, {}, {}},
      {"nobody has it", {{"A", "type=unknown"}}, {}, {}}};
  for (const auto& c : cases) {
    const NamespaceFacts facts = namespace_facts("some_space", c.nodes);
    for (const bool production : {true, false}) {
      const auto warnings = cluster_warnings(facts, production);
      const auto& expected = production ? c.in_production : c.in_development;
      ASSERT_EQ(warnings.size(), expected.size()) << c.title << ": " << testing::PrintToString(warnings);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_THAT(warnings[i], HasSubstr(expected[i])) << c.title;
        EXPECT_THAT(warnings[i], HasSubstr("Namespace some_space ")) << c.title;
      }
    }
  }
}

}  // namespace
}  // namespace qm::service
