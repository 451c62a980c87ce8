#pragma once
#include <vector>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/account.hpp"
#include "QuickMart-backend/store/message_store.hpp"

namespace qm::shop {

struct MessageList {
  std::vector<Message> shown;  // newest first
  std::size_t total = 0;       // of the newest 1,000, as is `unread`
  std::size_t unread = 0;
};

// A customer's messages. Unauthenticated in both: as of Account. Thread-safe.
class Messages {
 public:
  Messages(Account& account, MessageStore& messages, const Clock& clock)
      : account_(account), messages_(messages), clock_(clock) {}

  // At most `limit` are shown.
  Task<Result<MessageList>> list(UserId user, std::size_t limit);
  // NotFound: there is no such message, or it is another customer's. Idempotent.
  Task<Result<Message>> mark_read(UserId user, MessageId id);

 private:
  Account& account_;
  MessageStore& messages_;
  const Clock& clock_;
};

}  // namespace qm::shop
