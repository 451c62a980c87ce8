// The task that keeps the cluster's snapshot true: about every second, and at once after a failure, it asks the nodes
// who their peers are and what they hold, and publishes what changed. One per process, on one worker's thread.
//
// A node is let in once it serves (its partition-generation is not -1). It is forgotten when it does not answer and no
// node that does names it as a peer, or when none answers for long; then the seeds are asked again.
//
// What a fenced node (node.hpp) says of its partitions is not believed. Its fence is lifted when it names the same
// cluster as a node without one: a new node's at once, that of one that fell silent in two rounds in a row. The first
// node of all, or the first to answer when those without a fence are gone, needs nobody's consent.
#pragma once
#include "platform/aerospike/worker.hpp"

namespace qm::aerospike {

class Tend {
 public:
  // The worker outlives the task, which ends after its cluster is stopped.
  static void start(std::shared_ptr<Cluster> cluster, Worker& worker);

  Tend(std::shared_ptr<Cluster> cluster, Worker& worker);
  // One round of questions. For start(), and for tests.
  Task<void> round();

 private:
  static constexpr std::int64_t kNeverRead = -2;
  static constexpr int kAgreements = 2;  // of a node with the others, until its fence is lifted

  struct Member {
    std::shared_ptr<Node> node;
    std::unique_ptr<NodePool> pool;       // the questions' own connection
    Peers peers{};                        // as last read
    std::int64_t peers_now = kNeverRead;  // generations as last heard
    std::int64_t partitions_now = kNeverRead;
    std::int64_t peers_read = kNeverRead;  // … and those of what was last read
    std::int64_t partitions_read = kNeverRead;
    std::string cluster_key{};  // names the cluster that it is in; empty: it is just finding one
    int agreements = 0;         // rounds in a row in which it named the same as a node without a fence
    bool was_free = false;      // its fence was lifted once
    bool is_believed = false;   // in this round
    Deadline last_answer{};
    bool answered = false;  // in this round
  };
  // An address that may be a node's.
  struct Candidate {
    NodeAddress address;
    std::string expected{};  // its name; empty: any
    std::string tls_name{};
    std::shared_ptr<Node> found{};  // provisional: named, not yet numbered
  };

  static Task<void> run(std::shared_ptr<Tend> self);
  Task<void> wait(Deadline begun);

  Task<void> ask_all_for_status();
  Task<void> ask_for_status(Member& member);
  Task<void> read_changed_peers();
  Task<void> read_peers(Member& member);
  Task<bool> discover();
  Task<void> probe(Candidate& candidate);
  Task<bool> probe_at(Candidate& candidate, boost::asio::ip::tcp::endpoint endpoint);
  Member* model();
  void find_who_agrees();
  void lift_fences();
  Task<void> read_changed_partitions();
  Task<void> read_partitions(Member& member);

  std::vector<Candidate> candidates() const;
  void admit(const Candidate& candidate);
  void forget_lost();
  void forget(std::size_t member);
  bool is_named_by_others(const Member& member) const;
  bool holds_anything(NodeIndex node) const;
  std::size_t answering() const;
  void publish();

  Task<Result<InfoAnswers>> ask(NodePool& pool, std::string commands);
  Task<std::vector<boost::asio::ip::tcp::endpoint>> resolve(NodeAddress address);
  NodeAddress reachable(NodeAddress published) const;

  std::shared_ptr<Cluster> cluster_;
  Worker& worker_;
  Timer timer_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<std::shared_ptr<Node>> nodes_;  // by NodeIndex
  PartitionMap partitions_;
  Deadline last_free_{};  // when a node without a fence last answered
  bool changed_ = false;
  bool seeds_failed_ = false;  // and that was said
};

}  // namespace qm::aerospike
