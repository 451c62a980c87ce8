// What one worker thread has for its connections: a coarse clock instead of timers of their own, and one moment at
// which all that was asked meanwhile is written. Everything here belongs to that thread but for the counters.
//
// A loop is kept alive by its own timer and by every operation under way, and owns what waits for it: suspended calls
// are resumed by it or destroyed with it, so they may hold plain references to it.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "platform/aerospike/await.hpp"
#include "platform/aerospike/options.hpp"
#include "platform/aerospike/stats.hpp"

namespace qm::aerospike {

class Connection;
class Node;
class TlsContext;

// The user and the password as the server knows it (login.hpp); an empty user: no login.
struct Credentials {
  std::string user;
  std::string password_hash;
};

// The same for all threads of a client.
struct LoopSettings {
  ClientOptions options;
  Credentials credentials;
  std::shared_ptr<const TlsContext> tls;  // null: none
  // Called on any thread when a node seems to be in trouble; often. May be empty.
  std::function<void()> on_trouble;
};

class Loop : public std::enable_shared_from_this<Loop> {
 public:
  Loop(boost::asio::io_context& context, std::shared_ptr<const LoopSettings> settings);
  virtual ~Loop();
  Loop(const Loop&) = delete;

  boost::asio::io_context& context() { return context_; }
  Executor executor() { return context_.get_executor(); }
  const ClientOptions& options() const { return settings_->options; }
  const Credentials& credentials() const { return settings_->credentials; }
  const TlsContext* tls() const { return settings_->tls.get(); }
  Counters& counters() { return counters_; }
  const Counters& counters() const { return counters_; }

  // Ends all: connections are closed, pauses end, what comes later is refused.
  void stop();
  bool stopped() const { return stopped_; }

  // A new connection that has begun to connect. It stays valid until a tick after it has closed.
  Connection& open(std::shared_ptr<Node> node);

  // Resumes at the first tick (10 ms) after `until`. False, and at once, when the loop is stopped or too many wait.
  Task<bool> pause(Deadline until);

  // The clock's last tick; while something is under way it comes every 10 ms.
  Deadline ticked_at() const { return ticked_at_; }
  // Since when it has ticked without a gap: what was not heard before may be this process's own fault.
  Deadline awake_since() const { return awake_since_; }

  // From here on the clock has to tick finely.
  void begin_work() {
    working_ = true;
    if (slow_) speed_up();
  }
  // Writes what the connection holds once the handlers that are ready now have run.
  void flush_later(Connection& connection);
  void report_trouble() {
    if (settings_->on_trouble) settings_->on_trouble();
  }

  // While replies are handed out, requests that come of them are gathered; the end of the scope writes them.
  class HandingOut {
   public:
    explicit HandingOut(Loop& loop) : loop_(loop) { ++loop_.handing_out_; }
    ~HandingOut() {
      if (--loop_.handing_out_ == 0) loop_.flush();
    }
    HandingOut(const HandingOut&) = delete;

   private:
    Loop& loop_;
  };

 private:
  struct Sleeper {
    Deadline until;
    Waiter<bool> waiter;
  };
  struct Sleep;

  void flush();
  void speed_up();
  void arm();
  void tick();
  void wake(Deadline now);

  boost::asio::io_context& context_;
  std::shared_ptr<const LoopSettings> settings_;
  Counters counters_;
  Timer ticker_;
  bool armed_ = false;
  bool slow_ = true;  // the clock ticks once a second: nothing is under way
  bool working_ = false;
  bool stopped_ = false;
  bool flush_posted_ = false;
  int handing_out_ = 0;
  Deadline fast_until_{};
  Deadline ticked_at_{};
  Deadline awake_since_{};
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> to_flush_;
  std::vector<std::unique_ptr<Sleeper>> sleepers_;
};

}  // namespace qm::aerospike
