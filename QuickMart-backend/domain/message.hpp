// What the shop tells a customer, such as why it would be sorry to lose them. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

struct MessageTag {
  static constexpr const char* prefix = "msg";
};
using MessageId = Id<MessageTag>;

enum class MessageStatus { generated, read };

struct Message {
  MessageId id;
  UserId user_id;
  std::string text;
  double churn_probability = 0;  // 0…1
  std::vector<std::string> churn_reasons;
  Timestamp created_at{};
  MessageStatus status = MessageStatus::generated;
  std::optional<Timestamp> read_at;
  friend bool operator==(const Message&, const Message&) = default;
};

}  // namespace qm::shop
