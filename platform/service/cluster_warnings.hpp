// What a cluster, as it is set up, cannot give the service that keeps its data there. It serves all the same.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "platform/aerospike/client.hpp"
#include "platform/core/task.hpp"

namespace qm::service {

// Of one namespace; where its nodes differ, the worse.
struct NamespaceFacts {
  std::string name;
  std::size_t nodes = 0;           // that hold it
  std::int64_t copies = 0;         // replication-factor, as configured
  bool in_memory_only = false;     // neither files nor devices behind it
  bool sweeps = true;              // nsup-period above 0
  bool expires_unswept = false;    // allow-ttl-without-nsup
  bool stops_writes = false;       // out of space or memory
  bool clocks_differ = false;      // so much that nodes refuse writes
};

// From each node's answer to the info command namespace/<name>. Pure.
NamespaceFacts namespace_facts(std::string name, const std::map<std::string, std::string>& answer_by_node);

// A sentence each, naming the namespace and the setting; none: all is well. Losing what one node held is worth a
// warning in production only. Pure.
std::vector<std::string> cluster_warnings(const NamespaceFacts& facts, bool production);

// Asks all nodes. Errors as of Client::info_all.
Task<Result<std::vector<std::string>>> find_cluster_warnings(aerospike::Client& cluster, std::string name_space,
                                                             bool production, Deadline deadline);

}  // namespace qm::service
