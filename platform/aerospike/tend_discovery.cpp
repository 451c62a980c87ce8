// How the tend task finds nodes: from the seeds, then from peer to peer.
#include <boost/asio/redirect_error.hpp>

#include "platform/aerospike/info_command.hpp"
#include "platform/core/join.hpp"
#include "platform/aerospike/tend.hpp"
#include "platform/log/log.hpp"

namespace qm::aerospike {

using boost::asio::ip::tcp;
using boost::system::error_code;

NodeAddress Tend::reachable(NodeAddress published) const {
  for (const auto& [from, to] : worker_.options().address_map) {
    if (published.host == from) {
      published.host = to;
      break;
    }
  }
  return published;
}

std::vector<Tend::Candidate> Tend::candidates() const {
  std::vector<Candidate> found;
  if (members_.empty()) {
    for (const auto& seed : worker_.options().seeds) found.push_back({reachable({seed.host, seed.port})});
    return found;
  }
  const auto is_known = [&](const Peer& peer, const NodeAddress& address) {
    for (const auto& member : members_) {
      if (member->node->name() != peer.node) continue;
      // One that is silent may have moved.
      return member->answered || member->node->published() == address;
    }
    return false;
  };
  const auto is_listed = [&](const Peer& peer, const NodeAddress& address) {
    for (const auto& candidate : found) {
      if (candidate.expected == peer.node && candidate.address == address) return true;
    }
    return false;
  };
  for (const auto& member : members_) {
    if (!member->answered) continue;
    for (const auto& peer : member->peers.peers) {
      for (const auto& published : peer.addresses) {
        NodeAddress address = reachable(published);
        if (!is_known(peer, address) && !is_listed(peer, address))
          found.push_back({std::move(address), peer.node, peer.tls_name});
      }
    }
  }
  return found;
}

// → whether a node came in.
Task<bool> Tend::discover() {
  const bool seeding = members_.empty();
  std::vector<Candidate> found = candidates();
  std::vector<Task<void>> tasks;
  for (auto& candidate : found) tasks.push_back(probe(candidate));
  co_await join_all(std::move(tasks));
  bool came = false;
  for (const auto& candidate : found) {
    if (!candidate.found || worker_.stopped()) continue;
    admit(candidate);
    came = true;
  }
  if (seeding && !came && !seeds_failed_) {
    seeds_failed_ = true;
    log::warn("no seed of the cluster answers or serves yet", {{"seeds", found.size()}});
  }
  if (came) seeds_failed_ = false;
  co_return came;
}

Task<void> Tend::probe(Candidate& candidate) {
  const auto endpoints = co_await resolve(candidate.address);
  for (const auto& endpoint : endpoints) {
    const bool good = co_await probe_at(candidate, endpoint);
    if (good) co_return;
  }
}

Task<bool> Tend::probe_at(Candidate& candidate, tcp::endpoint endpoint) {
  auto unknown = std::make_shared<Node>(kNoNode, std::string{}, candidate.address, endpoint, candidate.tls_name);
  NodePool pool{worker_, std::move(unknown)};
  const std::string& wanted = worker_.options().cluster_name;
  std::string commands = "node\npartition-generation\n";
  if (!wanted.empty()) commands += "cluster-name\n";
  const auto answers = co_await ask(pool, std::move(commands));
  if (!answers) co_return false;
  std::string name = answer_to(*answers, "node");
  if (name.empty() || (!candidate.expected.empty() && candidate.expected != name)) co_return false;
  if (generation_in(*answers, "partition-generation") == -1) co_return false;
  if (!wanted.empty() && answer_to(*answers, "cluster-name") != wanted) {
    log::warn("a node belongs to another cluster", {{"node", name}});
    co_return false;
  }
  candidate.found = std::make_shared<Node>(kNoNode, std::move(name), candidate.address, endpoint, candidate.tls_name);
  co_return true;
}

void Tend::admit(const Candidate& candidate) {
  const std::string& name = candidate.found->name();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (members_[i]->node->name() != name) continue;
    if (members_[i]->answered) return;  // found under two addresses
    forget(i);
    break;
  }
  std::size_t index = 0;
  while (index < nodes_.size() && nodes_[index]) ++index;
  if (index == kNoNode) return;
  if (index == nodes_.size()) nodes_.emplace_back();
  nodes_[index] = std::make_shared<Node>(static_cast<NodeIndex>(index), name, candidate.found->published(),
                                         candidate.found->endpoint(), candidate.tls_name);
  auto member = std::make_unique<Member>();
  member->node = nodes_[index];
  member->pool = std::make_unique<NodePool>(worker_, nodes_[index]);
  member->last_answer = std::chrono::steady_clock::now();
  member->answered = true;
  member->agreements = kAgreements - 1;  // it never was out of step: once more is enough
  member->node->fence();
  member->peers_now = 0;  // differs from what was read, as does the next
  member->partitions_now = 0;
  members_.push_back(std::move(member));
  changed_ = true;
  log::info("a node of the cluster was found", {{"node", name}, {"nodes", members_.size()}});
}

Task<std::vector<tcp::endpoint>> Tend::resolve(NodeAddress address) {
  std::vector<tcp::endpoint> found;
  error_code failed;
  // RFC 6761, section 6.3: localhost is this machine; nobody needs to be asked.
  const auto literal = boost::asio::ip::make_address(address.host == "localhost" ? "127.0.0.1" : address.host, failed);
  if (!failed) {
    found.emplace_back(literal, address.port);
    co_return found;
  }
  boost::asio::ip::basic_resolver<tcp, Executor> resolver{worker_.executor()};
  const std::string port = std::to_string(address.port);
  const auto results = co_await resolver.async_resolve(address.host, port, boost::asio::redirect_error(kAwait, failed));
  if (!failed) {
    for (const auto& result : results) found.push_back(result.endpoint());
  }
  co_return found;
}

}  // namespace qm::aerospike
