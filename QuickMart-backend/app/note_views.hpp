// What signed-in customers look at, search for and find sold out. There is much of it, so it is gathered in memory and
// sent in batches: noting it costs the request no write and no wait. What was not sent yet is lost when the process
// ends (about a second's worth), and beyond kMaxNotedViews the oldest is dropped and counted while RecoEngine is away.
#pragma once
#include <atomic>
#include <deque>
#include <mutex>
#include <string>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/send_events.hpp"
#include "QuickMart-backend/domain/product.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxNotedViews = 10'000;

// Thread-safe.
class NoteViews {
 public:
  NoteViews(SendEvents& events, const Clock& clock) : events_(events), clock_(clock) {}

  // `session` may be empty.
  void viewed(UserId user, std::string session, const ProductId& product);
  // What was looked at, or wanted for the cart, and is sold out.
  void found_none(UserId user, std::string session, const ProductId& product);
  void searched(UserId user, std::string session, std::string_view words);
  // Sends what was noted, in batches; what cannot be sent is kept for the next time. Call every second or so.
  Task<Result<void>> run();

  std::int64_t dropped() const noexcept { return dropped_; }  // since the start of this process

 private:
  void note(contracts::Event event, UserId user, std::string session);
  std::vector<contracts::Event> take();
  void put_back(std::vector<contracts::Event> events);

  SendEvents& events_;
  const Clock& clock_;
  std::mutex mutex_;
  std::deque<contracts::Event> noted_;
  std::atomic<std::int64_t> dropped_{0};
};

}  // namespace qm::shop
