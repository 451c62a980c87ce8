#include "platform/service/cluster_warnings.hpp"

#include <algorithm>
#include <charconv>

namespace qm::service {

namespace {

using Settings = std::map<std::string, std::string, std::less<>>;

std::string_view setting(const Settings& settings, std::string_view name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string_view{} : std::string_view{found->second};
}

std::int64_t number(const Settings& settings, std::string_view name) {
  const std::string_view text = setting(settings, name);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool has_files(const Settings& settings) {
  return std::any_of(settings.begin(), settings.end(), [](const auto& each) {
    return each.first.starts_with("storage-engine.file[") || each.first.starts_with("storage-engine.device[");
  });
}

}  // namespace

NamespaceFacts namespace_facts(std::string name, const std::map<std::string, std::string>& answer_by_node) {
  NamespaceFacts facts;
  facts.name = std::move(name);
  for (const auto& [node, answer] : answer_by_node) {
    const Settings settings = aerospike::parse_settings(answer);
    const std::int64_t copies = number(settings, "replication-factor");
    if (copies == 0) continue;  // a node without the namespace says so in other words
    facts.copies = facts.nodes == 0 ? copies : std::min(facts.copies, copies);
    ++facts.nodes;
    facts.in_memory_only |= setting(settings, "storage-engine") == "memory" && !has_files(settings);
    const bool sweeps = number(settings, "nsup-period") > 0;
    const bool expires_unswept = setting(settings, "allow-ttl-without-nsup") == "true";
    if (!sweeps) facts.expires_unswept = expires_unswept && (facts.sweeps || facts.expires_unswept);
    facts.sweeps &= sweeps;
    facts.stops_writes |= setting(settings, "stop_writes") == "true";
    facts.clocks_differ |= setting(settings, "clock_skew_stop_writes") == "true";
  }
  return facts;
}

std::vector<std::string> cluster_warnings(const NamespaceFacts& facts, bool production) {
  if (facts.nodes == 0) return {};
  const std::string subject = "Namespace " + facts.name + " ";
  std::vector<std::string> warnings;
  if (production && facts.nodes == 1)
    warnings.push_back(subject + "is on one node: nothing is served while it is down, and what it acknowledged last "
                                 "can be lost with its power.");
  if (production && facts.copies == 1)
    warnings.push_back(subject + "keeps one copy of each record (replication-factor 1): what a node holds is lost with "
                                 "it.");
  if (facts.in_memory_only)
    warnings.push_back(subject + "is in memory only (storage-engine memory without files): it is empty after its nodes "
                                 "restart.");
  if (!facts.sweeps && !facts.expires_unswept)
    warnings.push_back(subject + "does not sweep (nsup-period 0): records with a time to live are refused.");
  if (!facts.sweeps && facts.expires_unswept)
    warnings.push_back(subject + "does not sweep (nsup-period 0): expired records keep their space.");
  if (facts.stops_writes)
    warnings.push_back(subject + "refuses writes (stop_writes): it is out of space or memory.");
  if (facts.clocks_differ)
    warnings.push_back(subject + "refuses writes (clock_skew_stop_writes): the nodes' clocks differ too much.");
  return warnings;
}

Task<Result<std::vector<std::string>>> find_cluster_warnings(aerospike::Client& cluster, std::string name_space,
                                                             bool production, Deadline deadline) {
  const std::string command = "namespace/" + name_space;
  std::string commands = command + "\n";
  auto answers = co_await cluster.info_all(std::move(commands), deadline);
  if (!answers) co_return answers.error();
  std::map<std::string, std::string> answer_by_node;
  for (const auto& [node, said] : *answers) {
    if (const auto found = said.find(command); found != said.end()) answer_by_node[node] = found->second;
  }
  co_return cluster_warnings(namespace_facts(std::move(name_space), answer_by_node), production);
}

}  // namespace qm::service
