// A node of the cluster as all threads know it: its name and address never change (a node that moves is another Node),
// its health does. Thread-safe.
#pragma once
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <mutex>
#include <string>

#include "platform/aerospike/info.hpp"
#include "platform/aerospike/partition_map.hpp"
#include "platform/core/task.hpp"

namespace qm::aerospike {

class Node {
 public:
  // `published`: the address under which the cluster or the settings named it; `endpoint`: what that resolved to;
  // `tls_name`: of which it is to have a certificate, empty: of its published host.
  Node(NodeIndex index, std::string name, NodeAddress published, boost::asio::ip::tcp::endpoint endpoint,
       std::string tls_name = {})
      : index_(index),
        name_(std::move(name)),
        published_(std::move(published)),
        endpoint_(std::move(endpoint)),
        tls_name_(tls_name.empty() ? published_.host : std::move(tls_name)) {}
  Node(const Node&) = delete;

  NodeIndex index() const { return index_; }
  const std::string& name() const { return name_; }  // empty while it has not yet been asked
  const NodeAddress& published() const { return published_; }
  const boost::asio::ip::tcp::endpoint& endpoint() const { return endpoint_; }
  const std::string& tls_name() const { return tls_name_; }

  // A node that had a strike and has not answered since is suspect, as is a fenced one: reads prefer others. For
  // a while after each strike, 50 ms at first, then longer up to 1 s, it is blocked: it gets no new connections but the
  // tend task's, whose questions find out whether it is back.
  bool is_suspect() const { return strikes_.load(kRelaxed) > 0 || is_fenced(); }
  bool is_blocked(Deadline now) const { return now.time_since_epoch().count() < blocked_until_.load(kRelaxed); }
  void note_answer() {
    if (failures_.load(kRelaxed) == 0 && strikes_.load(kRelaxed) == 0) return;
    failures_.store(0, kRelaxed);
    strikes_.store(0, kRelaxed);
    blocked_until_.store(0, kRelaxed);
  }
  // No connection came about, or it does not answer the tend task: a strike.
  void note_unreachable(Deadline now);
  // A reply did not come, or its connection broke: a strike when many did so in a row.
  void note_failure(Deadline now);

  // When it was last heard of, as exactly as the loops' clocks tick.
  Deadline heard_at() const { return Deadline{Deadline::duration{heard_at_.load(kRelaxed)}}; }
  void note_heard(Deadline at) {
    if (heard_at_.load(kRelaxed) < at.time_since_epoch().count())
      heard_at_.store(at.time_since_epoch().count(), kRelaxed);
  }
  // A fenced node gets no writes, and none of those under way may stay with it: it fell silent, and the others may have
  // gone on without it; or it is new, and does not yet agree with them. The tend task lifts it. True: there was none.
  bool fence() { return !fenced_.exchange(true); }
  void lift_fence() { fenced_ = false; }
  bool is_fenced() const { return fenced_.load(kRelaxed); }

  // What lets further connections in without the password; empty: none.
  std::string session_token() const {
    std::lock_guard lock{mutex_};
    return session_token_;
  }
  void set_session_token(std::string token) {
    std::lock_guard lock{mutex_};
    session_token_ = std::move(token);
  }

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;

  const NodeIndex index_;
  const std::string name_;
  const NodeAddress published_;
  const boost::asio::ip::tcp::endpoint endpoint_;
  const std::string tls_name_;
  std::atomic<int> failures_{0};  // in a row
  std::atomic<int> strikes_{0};
  std::atomic<Deadline::rep> blocked_until_{0};
  std::atomic<Deadline::rep> heard_at_{0};
  std::atomic<bool> fenced_{false};
  mutable std::mutex mutex_;
  std::string session_token_;
};

}  // namespace qm::aerospike
