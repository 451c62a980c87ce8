// One thread's connections to one node. Belongs to its loop's thread; what is still under way when a pool goes is
// answered, then its connections close.
#pragma once
#include <array>

#include "platform/aerospike/connection.hpp"

namespace qm::aerospike {

// Which connections a command may take: what may take long must not stand before what is short. The server works on
// one command of a connection after the other, and a write waits for the other replicas, one of which may be gone.
enum class Lane : std::uint8_t {
  Read,    // of one record
  Write,   // of one record
  Stream,  // batches, queries, info
  Tend,    // the cluster's own questions
};

class NodePool {
 public:
  NodePool(Loop& loop, std::shared_ptr<Node> node) : loop_(loop), node_(std::move(node)) {}
  ~NodePool();
  NodePool(const NodePool&) = delete;

  const std::shared_ptr<Node>& node() const { return node_; }

  // The connection that has least to do, opening further ones as long as all are busy. Without one, `why` says Full
  // when all have as much to do as they may, Unreachable when the node seems to be in trouble.
  Connection* pick(Lane lane, Deadline now, Outcome& why);

 private:
  std::size_t limit_of(Lane lane) const;

  Loop& loop_;
  std::shared_ptr<Node> node_;
  std::array<Connections, 4> lanes_;  // those without anything to do in front
};

}  // namespace qm::aerospike
