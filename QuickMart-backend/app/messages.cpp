#include "QuickMart-backend/app/messages.hpp"

#include <algorithm>

namespace qm::shop {
namespace {

constexpr std::size_t kMaxCounted = 1'000;

}  // namespace

Task<Result<MessageList>> Messages::list(UserId user, std::size_t limit) {
  auto owner = co_await account_.get(user);
  if (!owner) co_return owner.error();
  auto all = co_await messages_.of_user(std::move(user), kMaxCounted);
  if (!all) co_return all.error();
  MessageList list;
  list.total = all->size();
  list.unread = static_cast<std::size_t>(std::count_if(
      all->begin(), all->end(), [](const Message& each) { return each.status == MessageStatus::generated; }));
  list.shown = std::move(*all);
  if (list.shown.size() > limit) list.shown.resize(limit);
  co_return list;
}

Task<Result<Message>> Messages::mark_read(UserId user, MessageId id) {
  auto owner = co_await account_.get(user);
  if (!owner) co_return owner.error();
  co_return co_await messages_.mark_read(std::move(user), std::move(id), clock_.now());
}

}  // namespace qm::shop
