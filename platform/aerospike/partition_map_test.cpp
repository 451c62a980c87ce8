#include "platform/aerospike/partition_map.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace qm::aerospike {

namespace {

using Nodes = std::vector<NodeIndex>;

struct Claim {
  std::uint32_t partition;
  std::size_t place;
};

NamespaceReplicas claims(std::string name_space, std::uint32_t regime, std::size_t factor, std::vector<Claim> held) {
  NamespaceReplicas replicas{std::move(name_space), regime, std::vector<std::bitset<kPartitions>>(factor)};
  for (const auto& [partition, place] : held) replicas.owned[place].set(partition);
  return replicas;
}

Nodes nodes_of(const PartitionMap& map, std::string_view name_space, std::uint32_t partition) {
  const auto nodes = map.replicas(name_space, partition);
  return {nodes.begin(), nodes.end()};
}

TEST(APartitionMap, KnowsNothingAtFirst) {
  const PartitionMap map;
  EXPECT_FALSE(map.knows("a"));
  EXPECT_FALSE(map.is_complete("a"));
  EXPECT_TRUE(map.replicas("a", 0).empty());
  EXPECT_EQ(map.master("a", 0), kNoNode);
  EXPECT_TRUE(map.namespaces().empty());
}

TEST(APartitionMap, PutsTogetherWhatTheNodesSay) {
  PartitionMap map;
  EXPECT_TRUE(map.update(3, {claims("a", 0, 2, {{0, 0}, {1, 1}, {4095, 0}}), claims("b", 0, 1, {{0, 0}})}).empty());
  EXPECT_EQ(nodes_of(map, "a", 0), (Nodes{3, kNoNode}));
  EXPECT_TRUE(map.update(5, {claims("a", 0, 2, {{0, 1}, {1, 0}})}).empty());
  EXPECT_EQ(nodes_of(map, "a", 0), (Nodes{3, 5}));
  EXPECT_EQ(nodes_of(map, "a", 1), (Nodes{5, 3}));
  EXPECT_EQ(nodes_of(map, "a", 2), (Nodes{kNoNode, kNoNode}));
  EXPECT_EQ(nodes_of(map, "b", 0), (Nodes{3}));
  EXPECT_EQ(map.master("a", 4095), 3);
  EXPECT_TRUE(map.replicas("a", kPartitions).empty());
  EXPECT_EQ(map.namespaces(), (std::vector<std::string>{"a", "b"}));
}

TEST(APartitionMap, GivesAPlaceToTheLastThatClaimsIt) {
  PartitionMap map;
  map.update(1, {claims("a", 0, 2, {{0, 0}, {1, 0}, {2, 0}})});
  EXPECT_EQ(map.update(2, {claims("a", 0, 2, {{0, 0}, {1, 0}, {2, 1}})}), (Nodes{1}));
  EXPECT_EQ(map.master("a", 0), 2);
  EXPECT_EQ(nodes_of(map, "a", 2), (Nodes{1, 2}));
  EXPECT_TRUE(map.update(2, {claims("a", 0, 2, {{0, 0}})}).empty());  // its own place
  EXPECT_EQ(map.master("a", 1), 2);  // not claimed again, but nobody else has claimed it either
}

TEST(APartitionMap, IgnoresClaimsOfAnOlderRegime) {
  PartitionMap map;
  map.update(1, {claims("a", 5, 1, {{0, 0}})});
  EXPECT_TRUE(map.update(2, {claims("a", 4, 1, {{0, 0}, {1, 0}})}).empty());
  EXPECT_EQ(map.master("a", 0), 1);
  EXPECT_EQ(map.master("a", 1), 2);
  EXPECT_EQ(map.update(2, {claims("a", 6, 1, {{0, 0}})}), (Nodes{1}));
  EXPECT_EQ(map.master("a", 0), 2);
}

TEST(APartitionMap, ForgetsANodeAndWithTheLastItsRegime) {
  PartitionMap map;
  map.update(1, {claims("a", 5, 2, {{0, 0}})});
  map.update(2, {claims("a", 5, 2, {{0, 1}})});
  map.remove(1);
  EXPECT_EQ(nodes_of(map, "a", 0), (Nodes{kNoNode, 2}));
  map.update(3, {claims("a", 4, 2, {{0, 0}})});
  EXPECT_EQ(map.master("a", 0), kNoNode);
  map.remove(2);
  map.update(3, {claims("a", 1, 2, {{0, 0}})});
  EXPECT_EQ(map.master("a", 0), 3);
  EXPECT_TRUE(map.knows("a"));
}

TEST(APartitionMap, IsCompleteWhenEveryPartitionHasAMaster) {
  PartitionMap map;
  auto most = claims("a", 0, 1, {});
  most.owned[0].set();
  most.owned[0].reset(77);
  map.update(1, {most});
  EXPECT_FALSE(map.is_complete("a"));
  map.update(2, {claims("a", 0, 1, {{77, 0}})});
  EXPECT_TRUE(map.is_complete("a"));
}

TEST(APartitionMap, FollowsTheReplicationFactorUpToFour) {
  PartitionMap map;
  map.update(1, {claims("a", 0, 7, {{0, 0}, {0, 3}, {0, 6}})});
  EXPECT_EQ(nodes_of(map, "a", 0), (Nodes{1, kNoNode, kNoNode, 1}));
  map.update(1, {claims("a", 0, 1, {{0, 0}})});
  EXPECT_EQ(nodes_of(map, "a", 0), (Nodes{1}));
}

TEST(APartitionMap, IsAValue) {
  PartitionMap map;
  map.update(1, {claims("a", 0, 1, {{0, 0}})});
  const auto before = map;
  map.update(2, {claims("a", 0, 1, {{0, 0}})});
  EXPECT_EQ(before.master("a", 0), 1);
  EXPECT_EQ(map.master("a", 0), 2);
}

}  // namespace

}  // namespace qm::aerospike
