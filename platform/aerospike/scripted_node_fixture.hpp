// For tests: a node of a scripted cluster. It answers info commands from a table and commands on records by a function.
#pragma once
#include <map>

#include "platform/aerospike/digest.hpp"
#include "platform/aerospike/scripted_peer_fixture.hpp"

namespace qm::aerospike::test {

// A bitmap of 4096 partitions as base64: those with an even number, an odd one, all, none.
inline std::string even_partitions() { return std::string(680, 'q') + "qqo="; }
inline std::string odd_partitions() { return std::string(680, 'V') + "VVU="; }
inline std::string all_partitions() { return std::string(680, '/') + "//8="; }
inline std::string no_partitions() { return std::string(680, 'A') + "AAA="; }

class ScriptedNode {
 public:
  // The bytes of the answer to the body of a request; nothing: the connection is closed, empty: no answer.
  using OnRecord = std::function<std::optional<std::string>(std::string_view body)>;

  explicit ScriptedNode(std::string name) : name_(std::move(name)) {
    set("node", name_);
    set("build", "8.1.2.0");
    set("cluster-name", "null");
    set_cluster_key("C1");
    start(0);
  }

  std::uint16_t port() const { return port_; }
  void set(const std::string& command, std::string answer) {
    std::lock_guard lock{mutex_};
    info_[command] = std::move(answer);
  }
  void on_record(OnRecord script) {
    std::lock_guard lock{mutex_};
    on_record_ = std::move(script);
  }
  std::size_t records_asked() const { return records_asked_; }
  std::size_t answered(const std::string& command) {
    std::lock_guard lock{mutex_};
    return answered_[command];
  }

  void set_partitions(const std::string& master, const std::string& replica) {
    set("replicas", "test:0,2," + master + ',' + replica);
    set("partition-generation", std::to_string(++generation_));
  }
  void set_peers(const std::vector<const ScriptedNode*>& peers) {
    std::string list;
    for (const auto* peer : peers)
      list += (list.empty() ? "[" : ",[") + peer->name_ + ",,[127.0.0.1:" + std::to_string(peer->port_) + "]]";
    set("peers-clear-std", std::to_string(++generation_) + ",3000,[" + list + ']');
    set("peers-generation", std::to_string(generation_));
  }

  // Names the cluster that it believes to be in.
  void set_cluster_key(std::string key) { set("cluster-stable:ignore-migrations=true", std::move(key)); }

  void kill() { peer_->kill(); }
  // From now on nothing is answered.
  void hang() { hung_ = true; }
  void wake() { hung_ = false; }
  void restart() { start(port_); }

 private:
  void start(std::uint16_t port) {
    peer_ = std::make_unique<ScriptedPeer>([this](PeerSocket& socket) { serve(socket); }, port);
    port_ = peer_->port();
  }

  void serve(PeerSocket& socket) {
    while (const auto asked = socket.read_frame()) {
      if (asked->type == 1) {
        if (hung_) continue;
        socket.write(frame(1, answers(asked->body)));
        continue;
      }
      ++records_asked_;
      OnRecord script;
      {
        std::lock_guard lock{mutex_};
        script = on_record_;
      }
      const auto answer = hung_ ? std::string{} : script ? script(asked->body) : reply(0, 1);
      if (!answer) return;
      if (!answer->empty()) socket.write(*answer);
    }
  }

  std::string answers(std::string_view commands) {
    std::string text;
    std::lock_guard lock{mutex_};
    while (!commands.empty()) {
      const std::string command{commands.substr(0, commands.find('\n'))};
      commands.remove_prefix(std::min(commands.size(), command.size() + 1));
      ++answered_[command];
      const auto it = info_.find(command);
      text += command + '\t' + (it == info_.end() ? "ERROR:4:unknown" : it->second) + '\n';
    }
    return text;
  }

  const std::string name_;
  std::mutex mutex_;
  std::map<std::string, std::string> info_;
  std::map<std::string, std::size_t> answered_;
  OnRecord on_record_;
  std::atomic<std::size_t> records_asked_{0};
  std::atomic<bool> hung_{false};
  std::atomic<int> generation_{0};
  std::uint16_t port_ = 0;
  std::unique_ptr<ScriptedPeer> peer_;
};

}  // namespace qm::aerospike::test
