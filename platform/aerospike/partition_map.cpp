#include "platform/aerospike/partition_map.hpp"

#include <algorithm>

namespace qm::aerospike {

const PartitionMap::Table* PartitionMap::find(std::string_view name_space) const {
  const auto found = std::ranges::find(tables_, name_space, &Table::name_space);
  return found == tables_.end() ? nullptr : &*found;
}

std::span<const NodeIndex> PartitionMap::replicas(std::string_view name_space, std::uint32_t partition) const {
  const auto* table = find(name_space);
  if (!table || partition >= kPartitions) return {};
  return std::span(table->partitions[partition].nodes).first(table->replicas);
}

NodeIndex PartitionMap::master(std::string_view name_space, std::uint32_t partition) const {
  const auto nodes = replicas(name_space, partition);
  return nodes.empty() ? kNoNode : nodes.front();
}

std::vector<std::string> PartitionMap::namespaces() const {
  std::vector<std::string> names;
  for (const auto& table : tables_) names.push_back(table.name_space);
  return names;
}

bool PartitionMap::is_complete(std::string_view name_space) const {
  const auto* table = find(name_space);
  return table && std::ranges::none_of(table->partitions, [](const Partition& p) { return p.nodes[0] == kNoNode; });
}

std::vector<NodeIndex> PartitionMap::update(NodeIndex node, const std::vector<NamespaceReplicas>& claims) {
  std::vector<NodeIndex> losers;
  for (const auto& claim : claims) {
    auto table = std::ranges::find(tables_, claim.name_space, &Table::name_space);
    if (table == tables_.end()) {
      table = tables_.emplace(tables_.end());
      table->name_space = claim.name_space;
    }
    table->replicas = std::min(claim.owned.size(), kMaxReplicas);
    for (std::size_t place = 0; place < table->replicas; ++place) {
      for (std::size_t i = 0; i < kPartitions; ++i) {
        auto& partition = table->partitions[i];
        if (!claim.owned[place][i] || claim.regime < partition.regime) continue;
        partition.regime = claim.regime;
        const auto before = std::exchange(partition.nodes[place], node);
        if (before == kNoNode || before == node || std::ranges::count(losers, before) > 0) continue;
        losers.push_back(before);
      }
    }
  }
  return losers;
}

void PartitionMap::remove(NodeIndex node) {
  for (auto& table : tables_) {
    for (auto& partition : table.partitions) {
      std::ranges::replace(partition.nodes, node, kNoNode);
      // Nobody is left whose regime the next one must reach: the cluster may have been set up anew.
      if (std::ranges::count(partition.nodes, kNoNode) == kMaxReplicas) partition.regime = 0;
    }
  }
}

}  // namespace qm::aerospike
