#include "platform/aerospike/loop.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "platform/aerospike/connection.hpp"

namespace qm::aerospike {

namespace {

constexpr std::chrono::milliseconds kFineTickMs{10};
constexpr std::chrono::milliseconds kCoarseTickMs{1'000};
constexpr std::chrono::milliseconds kStayFineMs{1'000};  // after the last work
constexpr std::chrono::milliseconds kLateTickMs{100};    // this process, or this thread, did not get to run
constexpr std::size_t kMostSleepers = 4'096;

}  // namespace

Loop::Loop(boost::asio::io_context& context, std::shared_ptr<const LoopSettings> settings)
    : context_(context), settings_(std::move(settings)), ticker_(context.get_executor()) {}

Loop::~Loop() = default;

Connection& Loop::open(std::shared_ptr<Node> node) {
  connections_.push_back(std::make_unique<Connection>(*this, std::move(node)));
  Connection& fresh = *connections_.back();
  begin_work();
  fresh.start();
  return fresh;
}

void Loop::stop() {
  stopped_ = true;
  ticker_.cancel();
  for (std::size_t i = 0; i < connections_.size(); ++i) connections_[i]->close();
  wake(Deadline::max());
}

// ------------------------------------------------------------------------------------------------------------ writing

void Loop::flush_later(Connection& connection) {
  to_flush_.push_back(&connection);
  if (handing_out_ > 0 || flush_posted_) return;
  flush_posted_ = true;
  boost::asio::post(context_, [self = shared_from_this()] {
    self->flush_posted_ = false;
    self->flush();
  });
}

void Loop::flush() {
  // A flush that fails closes its connection and resumes callers, who may ask anew.
  for (std::size_t i = 0; i < to_flush_.size(); ++i) to_flush_[i]->flush();
  to_flush_.clear();
}

// -------------------------------------------------------------------------------------------------------------- clock

void Loop::speed_up() {
  slow_ = false;
  ticked_at_ = awake_since_ = std::chrono::steady_clock::now();
  if (stopped_) return;
  ticker_.cancel();
  arm();
}

void Loop::arm() {
  ticker_.expires_after(slow_ ? kCoarseTickMs : kFineTickMs);
  ticker_.async_wait([self = shared_from_this()](const boost::system::error_code& failed) {
    if (!failed && !self->stopped_) self->tick();
  });
}

void Loop::tick() {
  const Deadline now = std::chrono::steady_clock::now();
  if (now - ticked_at_ > kLateTickMs) awake_since_ = now;
  ticked_at_ = now;
  // Callers resumed by this may open further connections.
  for (std::size_t i = 0; i < connections_.size(); ++i) connections_[i]->expire(now);
  std::erase_if(connections_, [](const auto& connection) { return connection->is_done(); });
  wake(now);
  if (stopped_) return;
  if (working_ || counters_.in_flight.get() > 0 || !sleepers_.empty()) fast_until_ = now + kStayFineMs;
  working_ = false;
  slow_ = now >= fast_until_;
  arm();
}

struct Loop::Sleep {
  Loop* loop;
  Deadline until;
  void operator()(Waiter<bool> waiter) const {
    loop->sleepers_.push_back(std::make_unique<Sleeper>(Sleeper{until, std::move(waiter)}));
    loop->begin_work();
  }
};

Task<bool> Loop::pause(Deadline until) {
  if (stopped_ || sleepers_.size() >= kMostSleepers) co_return false;
  const Sleep sleep{this, until};
  using Token = const boost::asio::use_awaitable_t<Executor>;
  co_return co_await boost::asio::async_initiate<Token, void(bool)>(sleep, kAwait);
}

void Loop::wake(Deadline now) {
  std::vector<std::unique_ptr<Sleeper>> due;
  for (auto& sleeper : sleepers_) {
    if (sleeper->until <= now) due.push_back(std::move(sleeper));
  }
  std::erase(sleepers_, nullptr);
  for (auto& sleeper : due) sleeper->waiter(!stopped_);
}

}  // namespace qm::aerospike
