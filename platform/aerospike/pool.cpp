#include "platform/aerospike/pool.hpp"

namespace qm::aerospike {

NodePool::~NodePool() {
  for (auto& lane : lanes_) {
    while (!lane.empty()) {
      Connection& connection = lane.front();
      connection.unlink();
      // Of a node that was lost nothing is waited for.
      if (node_->is_fenced())
        connection.close();
      else
        connection.retire();
    }
  }
}

std::size_t NodePool::limit_of(Lane lane) const {
  switch (lane) {
    case Lane::Read:
    case Lane::Write:
      return loop_.options().connections;
    case Lane::Stream:
      return loop_.options().stream_connections;
    case Lane::Tend:
      return 1;
  }
  return 1;
}

Connection* NodePool::pick(Lane lane, Deadline now, Outcome& why) {
  why = Outcome::Unreachable;
  if (loop_.stopped()) return nullptr;
  auto& connections = lanes_[static_cast<std::size_t>(lane)];
  // One that is still connecting counts as half full: what is ready comes first.
  const auto load = [this](const Connection& connection) {
    return connection.in_flight() + (connection.is_ready() ? 0 : loop_.options().max_in_flight / 2);
  };
  Connection* best = nullptr;
  std::size_t open = 0, late = 0;
  for (auto& connection : connections) {
    ++open;
    if (connection.is_late()) ++late;
    if (!connection.can_take()) continue;
    if (best == nullptr || load(connection) < load(*best)) best = &connection;
    if (load(*best) == 0) return best;
  }
  // Those that are late do not count, within bounds. A node that rests is asked by nobody but the tend task, which
  // finds out whether it is back.
  const std::size_t limit = limit_of(lane);
  if (open - late < limit && open < 2 * limit && (lane == Lane::Tend || !node_->is_blocked(now))) {
    Connection& fresh = loop_.open(node_);
    fresh.join(connections);
    if (best == nullptr) best = &fresh;
  }
  if (best == nullptr) why = open > late ? Outcome::Full : Outcome::Unreachable;
  return best;
}

}  // namespace qm::aerospike
