// One thread's half of a client: its loop, its view of the cluster and its connections to each node. Belongs to its
// thread but for the counters.
#pragma once
#include "platform/aerospike/cluster.hpp"
#include "platform/aerospike/pool.hpp"

namespace qm::aerospike {

class Worker final : public Loop {
 public:
  Worker(boost::asio::io_context& context, std::shared_ptr<const LoopSettings> settings,
         std::shared_ptr<Cluster> cluster)
      : Loop(context, std::move(settings)), cluster_(std::move(cluster)) {}

  Cluster& cluster() { return *cluster_; }
  // The cluster as last published. Valid until the caller suspends.
  const Snapshot& snapshot() {
    if (cluster_->version() != version_) refresh();
    return *snapshot_;
  }

  // Where a read of the partition goes in its attempt-th attempt (from 0): to the master, then to one replica after
  // another, nodes in trouble last. Null when no node is known. Valid until the caller suspends.
  NodePool* pool_to_read(std::string_view name_space, std::uint32_t partition, std::size_t attempt);
  // Where a write goes, or a read that must not be stale: to the master.
  NodePool* pool_of_master(std::string_view name_space, std::uint32_t partition);
  // Whether nodes are known, and none of them has the namespace.
  bool lacks(std::string_view name_space) {
    return !snapshot().partitions.knows(name_space) && snapshot_->node_count() > 0;
  }
  // Null when the node has left.
  NodePool* pool_of(NodeIndex node);

 private:
  void refresh();
  NodePool* pool_at(NodeIndex node) { return node < pools_.size() ? pools_[node].get() : nullptr; }

  std::shared_ptr<Cluster> cluster_;
  std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<const Snapshot>();
  std::uint64_t version_ = 0;
  std::vector<std::unique_ptr<NodePool>> pools_;  // by NodeIndex
};

}  // namespace qm::aerospike
