#include "QuickMart-backend/domain/ticket.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace qm::shop {
namespace {

constexpr std::array<std::pair<TicketState, TicketState>, 7> kTicketSteps{{
    {TicketState::open, TicketState::open},
    {TicketState::open, TicketState::answered},
    {TicketState::open, TicketState::closed},
    {TicketState::answered, TicketState::answered},
    {TicketState::answered, TicketState::open},
    {TicketState::answered, TicketState::closed},
    {TicketState::closed, TicketState::closed},
}};

Error ticket_conflict(std::string sentence) { return {ErrorKind::Conflict, std::move(sentence)}; }

}  // namespace

std::string_view to_string(TicketState state) noexcept {
  switch (state) {
    case TicketState::open: return "open";
    case TicketState::answered: return "answered";
    case TicketState::closed: return "closed";
  }
  return "";
}

std::optional<TicketState> parse_ticket_state(std::string_view text) noexcept {
  for (const auto state : {TicketState::open, TicketState::answered, TicketState::closed})
    if (to_string(state) == text) return state;
  return std::nullopt;
}

bool may_follow(TicketState from, TicketState to) noexcept {
  for (const auto& [a, b] : kTicketSteps)
    if (a == from && b == to) return true;
  return false;
}

Result<void> write_to(Ticket& ticket, bool by_staff, std::string text, Timestamp at) {
  const TicketState next = by_staff ? TicketState::answered : TicketState::open;
  if (!may_follow(ticket.state, next)) return ticket_conflict("This ticket is closed; please open a new one.");
  if (ticket.messages.size() >= kMaxTicketMessages)
    return ticket_conflict("This ticket is full; please open a new one.");
  ticket.state = next;
  ticket.messages.push_back({at, by_staff, std::move(text)});
  ticket.updated_at = at;
  return {};
}

Result<void> close(Ticket& ticket, std::optional<std::int64_t> score, Timestamp at) {
  if (!may_follow(ticket.state, TicketState::closed)) return ticket_conflict("This ticket cannot be closed.");
  if (ticket.score && score && *ticket.score != *score)
    return ticket_conflict("You have already said how satisfied you are.");
  const bool was_open = ticket.state != TicketState::closed;
  if (was_open) {
    ticket.state = TicketState::closed;
    ticket.closed_at = at;
    ticket.updated_at = at;
  }
  if (score && !ticket.score) {
    ticket.score = score;
    // A score that follows is never of the closing's moment, so that the two can be told apart.
    ticket.rated_at = was_open ? at : std::max(at, *ticket.closed_at + std::chrono::milliseconds{1});
    ticket.updated_at = *ticket.rated_at;
  }
  return {};
}

double resolution_hours(const Ticket& ticket) noexcept {
  const auto took = ticket.closed_at.value_or(ticket.updated_at) - ticket.created_at;
  return std::chrono::duration<double, std::ratio<3'600>>(took).count();
}

}  // namespace qm::shop
