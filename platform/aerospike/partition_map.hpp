// Which node holds what. A plain value: the cluster's tend loop copies it, changes the copy and publishes that as an
// immutable snapshot. Thread-compatible.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/aerospike/digest.hpp"
#include "platform/aerospike/info.hpp"

namespace qm::aerospike {

// A node as numbered by the cluster.
using NodeIndex = std::uint16_t;
inline constexpr NodeIndex kNoNode = 0xFFFF;

class PartitionMap {
 public:
  // Replicas beyond the fourth are not remembered.
  static constexpr std::size_t kMaxReplicas = 4;

  // The nodes of a partition, the master first; kNoNode where none is known, empty for an unknown namespace. As many
  // as the namespace's replication factor. Valid until the map is changed or destroyed.
  std::span<const NodeIndex> replicas(std::string_view name_space, std::uint32_t partition) const;
  NodeIndex master(std::string_view name_space, std::uint32_t partition) const;

  bool knows(std::string_view name_space) const { return find(name_space) != nullptr; }
  std::vector<std::string> namespaces() const;
  // Whether every partition of the namespace has a master.
  bool is_complete(std::string_view name_space) const;

  // Takes over what `node` says of itself. A claim of an older regime than the known one is ignored; otherwise the
  // last to claim a place has it. Returns the nodes that lost a place to it: their own claims should be read anew.
  std::vector<NodeIndex> update(NodeIndex node, const std::vector<NamespaceReplicas>& claims);
  // Forgets a node that left.
  void remove(NodeIndex node);

 private:
  struct Partition {
    std::array<NodeIndex, kMaxReplicas> nodes{kNoNode, kNoNode, kNoNode, kNoNode};
    std::uint32_t regime = 0;
  };
  struct Table {
    std::string name_space;
    std::size_t replicas = 1;
    std::vector<Partition> partitions{kPartitions};
  };
  const Table* find(std::string_view name_space) const;

  std::vector<Table> tables_;  // a handful: found by walking
};

}  // namespace qm::aerospike
