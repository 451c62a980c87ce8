#include "platform/aerospike/worker.hpp"

namespace qm::aerospike {

void Worker::refresh() {
  version_ = cluster_->version();  // before the snapshot: at worst it is taken once more
  snapshot_ = cluster_->snapshot();
  const auto& nodes = snapshot_->nodes;
  pools_.resize(std::max(pools_.size(), nodes.size()));
  for (std::size_t i = 0; i < pools_.size(); ++i) {
    const std::shared_ptr<Node> node = i < nodes.size() ? nodes[i] : nullptr;
    if (pools_[i] && pools_[i]->node() == node) continue;
    pools_[i] = node ? std::make_unique<NodePool>(*this, node) : nullptr;
  }
}

NodePool* Worker::pool_of(NodeIndex node) {
  snapshot();
  return pool_at(node);
}

NodePool* Worker::pool_of_master(std::string_view name_space, std::uint32_t partition) {
  return pool_at(snapshot().partitions.master(name_space, partition));
}

NodePool* Worker::pool_to_read(std::string_view name_space, std::uint32_t partition, std::size_t attempt) {
  const auto replicas = snapshot().partitions.replicas(name_space, partition);
  NodePool* in_trouble = nullptr;
  for (std::size_t i = 0; i < replicas.size(); ++i) {
    NodePool* pool = pool_at(replicas[(attempt + i) % replicas.size()]);
    if (pool == nullptr) continue;
    if (!pool->node()->is_suspect()) return pool;
    if (in_trouble == nullptr) in_trouble = pool;
  }
  return in_trouble;
}

}  // namespace qm::aerospike
