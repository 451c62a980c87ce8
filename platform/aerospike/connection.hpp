// One TCP connection to a node, on one thread: commands are queued, gathered into one write, and matched with their
// replies by order; over TLS one after the other, as servers take it. Belongs to its loop and its thread.
//
// Every command has its deadline, kept by the loop's clock. A command that is late is given up: its caller is resumed,
// its reply will be dropped. Until the connection has caught up it takes no more commands, and if that lasts too long
// it is closed; so is one whose late reply would come in several frames, or whose socket does not take the bytes.
// Replies are thus never matched out of step. A late write closes it at once: what a node has not yet read it forgets
// with the connection, whereas one that was stopped and wakes would carry it out long after it was given up. For the
// same reason it is closed with its writes when the node falls silent, long before they are late (Node::fence).
#pragma once
#include <boost/intrusive/list.hpp>
#include <memory>
#include <string>
#include <vector>

#include "platform/aerospike/await.hpp"
#include "platform/aerospike/exchange.hpp"
#include "platform/aerospike/in_flight.hpp"
#include "platform/aerospike/loop.hpp"
#include "platform/aerospike/node.hpp"
#include "platform/aerospike/tls.hpp"

namespace qm::aerospike {

class Connection;
// The hook is the pool's; a connection that closes leaves its list by itself.
using ConnectionHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
using Connections = boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>>;

class Connection : public ConnectionHook {
 public:
  Connection(Loop& loop, std::shared_ptr<Node> peer);
  ~Connection();

  void start();  // once: begins to connect and to log in; commands may be queued at once
  // Puts it into a pool's list, in whose front it comes again whenever it has nothing left to do: the pool finds it
  // there at once, and what was used last is warm. The list outlives the connection's place in it.
  void join(Connections& list);

  bool can_take() const { return !closed_ && !retired_ && late_ == 0 && !waiting_.full(); }
  bool is_ready() const { return ready_; }
  bool is_late() const { return late_ > 0; }
  std::size_t in_flight() const { return waiting_.size(); }

  // Queues the command and resumes when it is answered, late, or lost. Precondition: can_take().
  Task<Outcome> run(Command& command, Deadline deadline);

  // Takes no more commands and closes once all are answered.
  void retire();
  // Resumes all callers: Broken when a byte of their command was written, else Unreachable.
  void close();

  // For the loop.
  void flush();
  void expire(Deadline now);
  bool is_done() const { return closed_ && operations_ == 0 && !to_flush_; }

 private:
  static constexpr std::size_t kReadBytes = 32 * 1024;  // what is read at once
  struct Enqueue;

  static Task<void> open(std::shared_ptr<Connection> self);
  Task<bool> begin_tls();
  Task<bool> log_in();
  Task<bool> ask_to_log_in(std::string request, std::string* token);
  Task<bool> send_whole(std::string bytes);
  Task<bool> receive(std::size_t bytes);

  // Keeps the loop, and so the connection, alive.
  std::shared_ptr<Connection> self() { return {loop_.shared_from_this(), this}; }
  bool was_begun(const InFlight& entry) const { return written_ > entry.begin; }

  void enqueue(Waiter<Outcome> waiter, Command& command, Deadline deadline);
  void fail_to_open();
  void write_queued();
  bool take_queued();
  void wait_until_writable();
  void read_more();
  void on_read(const boost::system::error_code& failed, std::size_t bytes);
  bool hand_out();
  bool take_frame(FrameType type, std::string_view body);
  void rest();
  void lose();
  void watch(Deadline now);
  bool holds_write();
  void give_up_late(Deadline now);
  void give_up(std::size_t index, Outcome outcome, std::vector<std::pair<InFlight, Outcome>>& ended);
  void resume(InFlight entry, Outcome outcome);

  Loop& loop_;
  std::shared_ptr<Node> node_;
  Connections* list_ = nullptr;
  Socket socket_;
  InFlightQueue waiting_;

  std::string out_;      // queued, not yet offered to the socket
  std::string sending_;  // offered; the first sent_ bytes are written
  std::size_t sent_ = 0;
  std::uint64_t queued_ = 0;   // bytes ever put into out_
  std::uint64_t written_ = 0;  // … and of these by the socket
  std::uint64_t offered_ = 0;  // … and of these ever put into sending_

  std::unique_ptr<TlsSession> tls_;
  std::vector<char> encrypted_;  // room to read into, with TLS
  std::vector<char> read_;
  std::size_t have_ = 0;  // bytes in read_

  int operations_ = 0;    // under way with this as their handler
  std::size_t late_ = 0;  // entries that nobody waits for
  bool ready_ = false;
  bool closed_ = false;
  bool retired_ = false;
  bool to_flush_ = false;  // the loop holds it for flush()
  bool write_blocked_ = false;
  Deadline connect_until_{};
  Deadline earliest_ = Deadline::max();  // no entry is due before
  Deadline late_since_{};
  Deadline idle_since_{};
};

}  // namespace qm::aerospike
