#include "platform/aerospike/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cstring>

#include "platform/log/log.hpp"

namespace qm::aerospike {

using boost::asio::redirect_error;
using boost::system::error_code;

namespace {

constexpr std::size_t kKeepBytes = 256 * 1024;  // a buffer that grew beyond is given back

Deadline now() { return std::chrono::steady_clock::now(); }

}  // namespace

Connection::Connection(Loop& loop, std::shared_ptr<Node> peer)
    : loop_(loop),
      node_(std::move(peer)),
      socket_(loop.executor()),
      waiting_(loop.tls() == nullptr ? loop.options().max_in_flight : 1) {}

Connection::~Connection() = default;

// ------------------------------------------------------------------------------------------------------------ opening

void Connection::start() {
  loop_.counters().connections_opened.add();
  connect_until_ = deadline_in(loop_.options().connect_timeout_ms);
  ++operations_;
  boost::asio::co_spawn(loop_.executor(), open(self()), boost::asio::detached);
}

void Connection::join(Connections& list) {
  list.push_back(*this);
  list_ = &list;
}

void Connection::fail_to_open() {
  loop_.counters().connections_failed.add();
  node_->note_unreachable(now());
  loop_.report_trouble();
  close();
}

// ------------------------------------------------------------------------------------------------------------- asking

struct Connection::Enqueue {
  Connection* connection;
  Command* command;
  Deadline deadline;
  void operator()(Waiter<Outcome> waiter) const { connection->enqueue(std::move(waiter), *command, deadline); }
};

Task<Outcome> Connection::run(Command& command, Deadline deadline) {
  const Enqueue enqueue{this, &command, deadline};
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void(Outcome)>(enqueue, kAwait);
}

void Connection::enqueue(Waiter<Outcome> waiter, Command& command, Deadline deadline) {
  const std::size_t before = out_.size();
  const auto left_ms = std::chrono::ceil<std::chrono::milliseconds>(deadline - now());
  command.encode(out_, std::max(left_ms, std::chrono::milliseconds{1}));
  const std::size_t bytes = out_.size() - before;
  if (bytes > loop_.options().max_frame_bytes) {
    out_.resize(before);
    boost::asio::post(loop_.executor(), [waiter = std::move(waiter)]() mutable { waiter(Outcome::TooLarge); });
    return;
  }
  InFlight& entry = waiting_.push();
  entry.command = &command;
  entry.waiter.emplace(std::move(waiter));
  entry.begin = queued_;
  entry.bytes = bytes;
  entry.deadline = deadline;
  entry.since = loop_.ticked_at();
  queued_ += bytes;
  earliest_ = std::min(earliest_, deadline);
  loop_.counters().attempts.add();
  loop_.counters().in_flight.add();
  loop_.begin_work();
  if (ready_ && !to_flush_ && !write_blocked_) {
    to_flush_ = true;
    loop_.flush_later(*this);
  }
}

void Connection::flush() {
  to_flush_ = false;
  write_queued();
}

void Connection::write_queued() {
  if (!ready_ || write_blocked_) return;
  while (true) {
    if (sent_ == sending_.size()) {
      if (out_.empty()) return;
      if (!take_queued()) {
        lose();
        return;
      }
    }
    error_code failed;
    const std::size_t n =
        socket_.write_some(boost::asio::buffer(sending_.data() + sent_, sending_.size() - sent_), failed);
    if (failed == boost::asio::error::would_block) {
      wait_until_writable();
      return;
    }
    if (failed) {
      lose();
      return;
    }
    sent_ += n;
    written_ = tls_ ? offered_ : written_ + n;  // of what is encrypted no byte can be told from another
    loop_.counters().writes.add();
    loop_.counters().bytes_out.add(n);
  }
}

// Offers what is queued to the socket.
bool Connection::take_queued() {
  sending_.clear();
  sent_ = 0;
  if (sending_.capacity() > kKeepBytes) sending_.shrink_to_fit();
  offered_ = queued_;
  if (!tls_) {
    sending_.swap(out_);
    return true;
  }
  const bool good = tls_->encrypt(out_);
  out_.clear();
  tls_->give_output(sending_);
  return good;
}

void Connection::wait_until_writable() {
  write_blocked_ = true;
  ++operations_;
  socket_.async_wait(Socket::wait_write, [self = self()](const error_code& failed) {
    --self->operations_;
    self->write_blocked_ = false;
    if (self->closed_) return;
    if (failed)
      self->lose();
    else
      self->write_queued();
  });
}

// ------------------------------------------------------------------------------------------------------------ replies

void Connection::read_more() {
  ++operations_;
  const auto room =
      tls_ ? boost::asio::buffer(encrypted_) : boost::asio::buffer(read_.data() + have_, read_.size() - have_);
  socket_.async_read_some(room, [self = self()](const error_code& failed, std::size_t n) { self->on_read(failed, n); });
}

void Connection::on_read(const error_code& failed, std::size_t bytes) {
  --operations_;
  if (closed_) return;
  if (failed) {
    lose();
    return;
  }
  loop_.counters().reads.add();
  loop_.counters().bytes_in.add(bytes);
  node_->note_heard(loop_.ticked_at());
  bool ended = false;
  if (!tls_)
    have_ += bytes;
  else
    ended = !tls_->take_input({encrypted_.data(), bytes}) || !tls_->decrypt(read_, have_);
  const Loop::HandingOut gather{loop_};
  const bool in_step = hand_out();
  if (closed_) return;
  if (!in_step) log::warn("a reply made no sense; its connection is closed", {{"node", node_->name()}});
  if (!in_step || ended)
    lose();
  else
    read_more();
}

// Hands out every whole frame; false: the peer is out of step.
bool Connection::hand_out() {
  std::size_t at = 0;
  std::size_t needed = kFrameHeaderBytes;
  while (have_ - at >= kFrameHeaderBytes) {
    const std::string_view rest{read_.data() + at, have_ - at};
    const auto header = parse_frame_header(rest, loop_.options().max_frame_bytes);
    if (!header) return false;
    needed = kFrameHeaderBytes + header->size;
    if (rest.size() < needed) break;
    if (!take_frame(header->type, rest.substr(kFrameHeaderBytes, header->size))) return false;
    if (closed_) return true;
    at += needed;
    needed = kFrameHeaderBytes;
  }
  // What is left of a frame stands at the front again, with room for all of it.
  have_ -= at;
  if (at > 0) std::memmove(read_.data(), read_.data() + at, have_);
  if (needed > read_.size()) {
    read_.resize(needed + kReadBytes);  // what comes after it, most likely its end, is then read with it
  } else if (have_ < kReadBytes && needed <= kReadBytes && read_.size() > kKeepBytes) {
    read_.resize(kReadBytes);
    read_.shrink_to_fit();
  }
  return true;
}

bool Connection::take_frame(FrameType type, std::string_view body) {
  if (waiting_.size() == 0) return false;  // nobody asked
  InFlight& first = waiting_[0];
  if (!was_begun(first)) return false;
  const Taken taken = first.command == nullptr ? Taken::Done : first.command->take(type, body);
  if (taken == Taken::Broken) return false;
  if (taken == Taken::More) return true;
  InFlight entry = waiting_.pop();
  if (waiting_.size() == 0) rest();
  node_->note_answer();
  if (entry.command == nullptr)
    --late_;
  else
    resume(std::move(entry), Outcome::Answered);
  if (retired_ && waiting_.size() == 0) close();
  return true;
}

void Connection::rest() {
  idle_since_ = now();
  if (is_linked()) list_->splice(list_->begin(), *list_, Connections::s_iterator_to(*this));
}

void Connection::resume(InFlight entry, Outcome outcome) {
  Counters& counters = loop_.counters();
  counters.in_flight.subtract();
  if (outcome == Outcome::TimedOut || outcome == Outcome::Expired) counters.timeouts.add();
  if (outcome == Outcome::Broken) counters.broken.add();
  Waiter<Outcome> waiter{std::move(*entry.waiter)};
  entry.waiter.reset();
  waiter(outcome);
}

// ------------------------------------------------------------------------------------------------------------- ending

void Connection::retire() {
  retired_ = true;
  if (waiting_.size() == 0) close();
}

void Connection::lose() {
  if (waiting_.size() > 0) node_->note_failure(now());
  loop_.report_trouble();
  close();
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  ready_ = false;
  if (is_linked()) unlink();
  error_code ignored;
  socket_.close(ignored);
  loop_.counters().connections_closed.add();
  const Deadline at = now();
  while (waiting_.size() > 0) {
    InFlight entry = waiting_.pop();
    if (entry.command == nullptr) continue;
    const bool late = entry.deadline <= at;
    const bool begun = was_begun(entry);
    resume(std::move(entry),
           begun ? (late ? Outcome::TimedOut : Outcome::Broken) : (late ? Outcome::Expired : Outcome::Unreachable));
  }
}

void Connection::expire(Deadline at) {
  if (closed_) return;
  if (!ready_ && at >= connect_until_) {
    fail_to_open();
    return;
  }
  if (at >= earliest_) give_up_late(at);
  if (closed_) return;
  if (ready_ && waiting_.size() > 0) watch(at);
  if (closed_) return;
  if (late_ > 0 && at - late_since_ >= loop_.options().late_reply_ms) {
    lose();
    return;
  }
  const auto max_idle = loop_.options().max_idle_ms;
  if (ready_ && waiting_.size() == 0 && max_idle.count() > 0 && at - idle_since_ >= max_idle) close();
}

// Looks whether the node has fallen silent, and takes back what must not stay with one that has.
void Connection::watch(Deadline at) {
  const InFlight& first = waiting_[0];
  const bool owes = first.command == nullptr || !first.command->streams();
  const auto silent_for = at - std::max({first.since, node_->heard_at(), loop_.awake_since()});
  const auto bound = loop_.options().silence_ms;
  if (owes && silent_for >= bound / 2) loop_.report_trouble();  // the tend task asks: a node that is alive answers that
  if (owes && silent_for >= bound && node_->fence())
    log::warn("a node of the cluster fell silent; it gets no writes until it agrees with the others",
              {{"node", node_->name()}});
  if (node_->is_fenced() && holds_write()) {
    loop_.report_trouble();
    close();
  }
}

bool Connection::holds_write() {
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    if (waiting_[i].command != nullptr && waiting_[i].command->is_write()) return true;
  }
  return false;
}

void Connection::give_up_late(Deadline at) {
  std::vector<std::pair<InFlight, Outcome>> ended;
  bool failing = false;
  bool stuck = false;
  earliest_ = Deadline::max();
  for (std::size_t i = 0; i < waiting_.size();) {
    InFlight& entry = waiting_[i];
    if (entry.command == nullptr || entry.deadline > at) {
      if (entry.command != nullptr) earliest_ = std::min(earliest_, entry.deadline);
      ++i;
    } else if (was_begun(entry) && !entry.command->streams() && !entry.command->is_write()) {
      give_up(i++, Outcome::TimedOut, ended);
      if (late_++ == 0) late_since_ = at;
      failing = true;
    } else if (entry.begin >= offered_) {
      give_up(i, Outcome::Expired, ended);
    } else {
      stuck = true;  // offered to the socket but not begun, a write, or its reply would come in pieces
      ++i;
    }
  }
  if (failing || stuck) {
    node_->note_failure(at);
    loop_.report_trouble();
  }
  // Closed first: who hears of a failed write may try the next one at once.
  if (stuck) close();
  for (auto& [entry, outcome] : ended) resume(std::move(entry), outcome);
}

// Moves one entry to `ended`. What was not yet offered to the socket is unsaid; what was sent keeps its place.
void Connection::give_up(std::size_t index, Outcome outcome, std::vector<std::pair<InFlight, Outcome>>& ended) {
  if (outcome == Outcome::TimedOut) {
    InFlight& place = waiting_[index];
    InFlight entry = std::move(place);
    place.command = nullptr;
    place.begin = entry.begin;
    place.bytes = entry.bytes;
    ended.emplace_back(std::move(entry), outcome);
    return;
  }
  InFlight entry = waiting_.take_out(index);
  out_.erase(entry.begin - offered_, entry.bytes);
  queued_ -= entry.bytes;
  for (std::size_t i = index; i < waiting_.size(); ++i) waiting_[i].begin -= entry.bytes;
  ended.emplace_back(std::move(entry), outcome);
}

}  // namespace qm::aerospike
