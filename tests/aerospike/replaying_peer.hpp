// A peer that answers as the recorded server did: each request must be, byte for byte, the next one recorded. What a
// client asks by itself (to find nodes) is answered whenever it comes.
#pragma once
#include <atomic>

#include "platform/aerospike/scripted_peer_fixture.hpp"
#include "platform/aerospike/test_bytes.hpp"
#include "tests/aerospike/recording.hpp"

namespace qm::aerospike::exchanges {

enum class Then : std::uint8_t {
  GoOn,    // the next request may come
  Again,   // the same request may come once more
  Close,   // the connection is closed
  Silent,  // nothing more comes on this connection
};

// What is sent for a reply. Unless it goes on, the same request is expected once more.
struct Sent {
  std::string bytes;
  Then then = Then::GoOn;
};

class ReplayingPeer {
 public:
  using Deliver = std::function<Sent(const std::string& reply)>;

  explicit ReplayingPeer(const Recording& recording) : recording_(recording) {}
  ~ReplayingPeer() { peer_.kill(); }

  std::uint16_t port() const { return peer_.port(); }
  // Pieces of one byte from now on.
  void crumble() { crumbles_ = true; }
  // The exchange that is expected now. `deliver`: the reply as recorded unless given.
  void expect(const std::string& name, Deliver deliver = {}) {
    std::lock_guard lock{mutex_};
    expected_ = &recording_.by_name.at(name);
    next_ = 0;
    deliver_ = std::move(deliver);
    wrong_.clear();
    asked_ = 0;
  }
  // What was asked first that was not expected; empty: nothing.
  std::string wrong() const {
    std::lock_guard lock{mutex_};
    return wrong_;
  }
  bool asked_all() const {
    std::lock_guard lock{mutex_};
    return expected_ != nullptr && next_ == expected_->size();
  }
  // Requests, but those of discovery.
  std::size_t asked() const {
    std::lock_guard lock{mutex_};
    return asked_;
  }

 private:
  std::optional<Sent> answer(const std::string& request) {
    std::lock_guard lock{mutex_};
    for (const auto& known : recording_.by_name.at(kDiscovery)) {
      if (known.request == request) return Sent{known.reply};
    }
    ++asked_;
    if (expected_ == nullptr || next_ == expected_->size() || (*expected_)[next_].request != request) {
      const bool more = expected_ != nullptr && next_ < expected_->size();
      const std::string recorded = more ? hex_of((*expected_)[next_].request) : "nothing";
      if (wrong_.empty()) wrong_ = "asked:    " + hex_of(request) + "\nrecorded: " + recorded + '\n';
      return std::nullopt;
    }
    const std::string& reply = (*expected_)[next_].reply;
    Sent sent = deliver_ ? deliver_(reply) : Sent{reply};
    if (sent.then == Then::GoOn) ++next_;  // before the client can know
    return sent;
  }

  void serve(test::PeerSocket& socket) {
    while (const auto asked = socket.read_frame()) {
      const auto sent = answer(comparable(test::frame(asked->type, asked->body)));
      if (!sent) return;
      if (!crumbles_) socket.write(sent->bytes);
      for (std::size_t i = 0; crumbles_ && i < sent->bytes.size(); ++i) socket.write({&sent->bytes[i], 1});
      if (sent->then == Then::Close) return;
      while (sent->then == Then::Silent && socket.read_frame()) {
      }
    }
  }

  const Recording& recording_;
  mutable std::mutex mutex_;
  const std::vector<Recorded>* expected_ = nullptr;
  std::size_t next_ = 0;
  std::size_t asked_ = 0;
  Deliver deliver_;
  std::string wrong_;
  std::atomic<bool> crumbles_{false};
  test::ScriptedPeer peer_{[this](test::PeerSocket& socket) { serve(socket); }};
};

}  // namespace qm::aerospike::exchanges
