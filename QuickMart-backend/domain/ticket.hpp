// A customer's question to support, and what was said. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/result.hpp"
#include "QuickMart-backend/domain/order.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

struct TicketTag {
  static constexpr const char* prefix = "tkt";
};
using TicketId = Id<TicketTag>;

inline constexpr std::size_t kMaxTicketSubjectBytes = 200;
inline constexpr std::size_t kMaxTicketMessageBytes = 4'000;
inline constexpr std::size_t kMaxTicketMessages = 100;
inline constexpr std::size_t kMaxOpenTickets = 20;  // of one customer

// open      it is support's turn
// answered  it is the customer's
// closed    for good; the customer may still say how it was, once
enum class TicketState { open, answered, closed };
std::string_view to_string(TicketState state) noexcept;
std::optional<TicketState> parse_ticket_state(std::string_view text) noexcept;
// The one table of what may follow what. Whoever has the turn, both may write: each may follow itself.
bool may_follow(TicketState from, TicketState to) noexcept;

struct TicketMessage {
  Timestamp at{};
  bool by_staff = false;
  std::string text;
  friend bool operator==(const TicketMessage&, const TicketMessage&) = default;
};

struct Ticket {
  TicketId id;
  UserId user_id;
  std::string subject;
  std::optional<OrderId> order_id;
  TicketState state = TicketState::open;
  std::vector<TicketMessage> messages;  // the first is the question
  Timestamp created_at{};
  Timestamp updated_at{};
  std::optional<Timestamp> closed_at;
  std::optional<std::int64_t> score;  // 1…5: how satisfied the customer is
  std::optional<Timestamp> rated_at;  // with the closing, or after it
  friend bool operator==(const Ticket&, const Ticket&) = default;
};

// Each changes the ticket, or says in a sentence why not (Conflict).
Result<void> write_to(Ticket& ticket, bool by_staff, std::string text, Timestamp at);
// By the customer perhaps with a score. Closing a closed ticket changes nothing but the score, if there was none.
Result<void> close(Ticket& ticket, std::optional<std::int64_t> score, Timestamp at);

// Precondition: it is closed.
double resolution_hours(const Ticket& ticket) noexcept;

}  // namespace qm::shop
