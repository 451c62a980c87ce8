#include "QuickMart-backend/app/note_views.hpp"

#include <boost/json.hpp>

#include "platform/core/id.hpp"

namespace qm::shop {
namespace {

// At most `limit` bytes, cut between two characters of UTF-8.
std::string cut(std::string_view text, std::size_t limit) {
  if (text.size() > limit) {
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
    text = text.substr(0, limit);
  }
  return std::string{text};
}

// A query may hold any bytes; JSON takes UTF-8 only, and one bad text would cost a whole batch.
bool is_utf8(const std::string& text) {
  boost::system::error_code failed;
  boost::json::parse(boost::json::serialize(boost::json::string{text}), failed);
  return !failed;
}

}  // namespace

void NoteViews::note(contracts::Event event, UserId user, std::string session) {
  event.at = clock_.now();
  event.event_id = make_id("evt", event.at);
  event.user_id = user.str();
  if (is_valid_id(session)) event.data.session_id = std::move(session);
  std::lock_guard lock{mutex_};
  if (noted_.size() >= kMaxNotedViews) {
    noted_.pop_front();
    ++dropped_;
  }
  noted_.push_back(std::move(event));
}

void NoteViews::viewed(UserId user, std::string session, const ProductId& product) {
  contracts::Event event;
  event.type = contracts::EventType::product_viewed;
  event.data.product_id = product.str();
  note(std::move(event), std::move(user), std::move(session));
}

void NoteViews::found_none(UserId user, std::string session, const ProductId& product) {
  contracts::Event event;
  event.type = contracts::EventType::out_of_stock_seen;
  event.data.product_id = product.str();
  note(std::move(event), std::move(user), std::move(session));
}

void NoteViews::searched(UserId user, std::string session, std::string_view words) {
  contracts::Event event;
  event.type = contracts::EventType::search;
  event.data.words = cut(words, contracts::kMaxSearchWordsBytes);
  if (event.data.words->empty() || !is_utf8(*event.data.words)) return;
  note(std::move(event), std::move(user), std::move(session));
}

std::vector<contracts::Event> NoteViews::take() {
  std::vector<contracts::Event> taken;
  std::lock_guard lock{mutex_};
  while (!noted_.empty() && taken.size() < contracts::kMaxEventsPerBatch) {
    taken.push_back(std::move(noted_.front()));
    noted_.pop_front();
  }
  return taken;
}

void NoteViews::put_back(std::vector<contracts::Event> events) {
  std::lock_guard lock{mutex_};
  while (!events.empty() && noted_.size() < kMaxNotedViews) {
    noted_.push_front(std::move(events.back()));
    events.pop_back();
  }
  dropped_ += static_cast<std::int64_t>(events.size());
}

Task<Result<void>> NoteViews::run() {
  for (auto batch = take(); !batch.empty(); batch = take()) {
    auto sent = co_await events_.send(batch);
    if (sent) continue;
    const bool hopeless = sent.error().kind == ErrorKind::Rejected;
    if (hopeless) dropped_ += static_cast<std::int64_t>(batch.size());
    else put_back(std::move(batch));
    co_return sent;
  }
  co_return Result<void>{};
}

}  // namespace qm::shop
