// The cluster as last learnt: an immutable snapshot, published by the tend task (tend.hpp) and read by every thread.
// Thread-safe.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "platform/aerospike/node.hpp"
#include "platform/aerospike/partition_map.hpp"

namespace qm::aerospike {

struct Snapshot {
  std::vector<std::shared_ptr<Node>> nodes;  // by NodeIndex; null: no such node (any more)
  PartitionMap partitions;

  std::size_t node_count() const {
    std::size_t count = 0;
    for (const auto& node : nodes) count += node ? 1 : 0;
    return count;
  }
};

class Cluster {
 public:
  std::shared_ptr<const Snapshot> snapshot() const {
    std::lock_guard lock{mutex_};
    return snapshot_;
  }
  // Changes with every snapshot; so cheap that each call may look.
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  void publish(std::shared_ptr<const Snapshot> snapshot) {
    std::lock_guard lock{mutex_};
    snapshot_ = std::move(snapshot);
    version_.fetch_add(1, std::memory_order_release);
  }

  // Something is wrong with a node: the tend task shall look at once. Any number of times.
  void poke() {
    if (poked_.exchange(true)) return;
    std::lock_guard lock{mutex_};
    if (wake_) wake_();
  }
  // Whether it was poked since the last question.
  bool take_poke() { return poked_.exchange(false); }
  // `wake`: called on any thread, must not block.
  void on_poke(std::function<void()> wake) {
    std::lock_guard lock{mutex_};
    wake_ = std::move(wake);
  }

  // The tend task ends.
  void stop() {
    stopped_ = true;
    std::lock_guard lock{mutex_};
    if (wake_) wake_();
    wake_ = {};
  }
  bool stopped() const { return stopped_; }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<const Snapshot>();
  std::function<void()> wake_;
  std::atomic<std::uint64_t> version_{1};
  std::atomic<bool> poked_{false};
  std::atomic<bool> stopped_{false};
};

}  // namespace qm::aerospike
