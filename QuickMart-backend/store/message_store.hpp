// Messages: set "message" (id = message id), and every customer's list of theirs by month in set "user_messages", so
// that no record grows without bound. Thread-safe.
#pragma once
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/message.hpp"
#include "QuickMart-backend/store/monthly_list.hpp"

namespace qm::shop {

class MessageStore {
 public:
  explicit MessageStore(kv::Store& store) : store_(store), list_(store, "user_messages", "message") {}

  // Idempotent by id: the same message again changes nothing.
  Task<Result<void>> add(Message message);
  // NotFound when there is no such message, or it is another customer's. Idempotent: the first reading counts.
  Task<Result<Message>> mark_read(UserId user, MessageId id, Timestamp at);
  // Newest first, at most `limit` (1…1,000).
  Task<Result<std::vector<Message>>> of_user(UserId user, std::size_t limit);

 private:
  kv::Store& store_;
  MonthlyList list_;
};

}  // namespace qm::shop
