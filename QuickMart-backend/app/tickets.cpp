#include "QuickMart-backend/app/tickets.hpp"

#include <algorithm>

#include "QuickMart-backend/app/shop_events.hpp"

namespace qm::shop {
namespace {

constexpr std::size_t kTicketsShown = 1'000;
constexpr std::size_t kTicketsAtOnce = 100;

// Does the change to a ticket that is this customer's.
TicketStore::Change of_customer(UserId user, TicketStore::Change change) {
  return [user = std::move(user), change = std::move(change)](Ticket& ticket) -> Result<void> {
    if (ticket.user_id != user) return not_found("There is no such ticket.");
    return change(ticket);
  };
}

}  // namespace

Task<Result<Ticket>> Tickets::open(UserId user, TicketRequest request) {
  if (request.order_id) {
    auto order = co_await orders_.get(*request.order_id);
    const bool missing = !order && order.error().kind == ErrorKind::NotFound;
    if (missing || (order && order->order.user_id != user)) co_return not_found("There is no such order.");
    if (!order) co_return order.error();
  }
  auto known = co_await tickets_.of_user(user, kTicketsShown);
  if (!known) co_return known.error();
  const auto is_open = [](const Ticket& ticket) { return ticket.state != TicketState::closed; };
  if (std::ranges::count_if(*known, is_open) >= static_cast<std::ptrdiff_t>(kMaxOpenTickets))
    co_return Error{ErrorKind::Conflict, "You have too many open tickets; please close some first."};
  Ticket ticket;
  ticket.created_at = clock_.now();
  ticket.updated_at = ticket.created_at;
  ticket.id = TicketId::make(ticket.created_at);
  ticket.user_id = std::move(user);
  ticket.subject = std::move(request.subject);
  ticket.order_id = std::move(request.order_id);
  ticket.messages.push_back({ticket.created_at, false, std::move(request.message)});
  auto added = co_await tickets_.add(ticket);
  if (!added) co_return added.error();
  co_return ticket;
}

Task<Result<std::vector<Ticket>>> Tickets::list(UserId user) {
  co_return co_await tickets_.of_user(std::move(user), kTicketsShown);
}

Task<Result<Ticket>> Tickets::get(UserId user, TicketId id) {
  auto ticket = co_await tickets_.get(std::move(id));
  if (ticket && ticket->user_id != user) co_return not_found("There is no such ticket.");
  co_return ticket;
}

Task<Result<Ticket>> Tickets::write(UserId user, TicketId id, std::string text) {
  const Timestamp now = clock_.now();
  TicketStore::Change say = [text = std::move(text), now](Ticket& ticket) {
    return write_to(ticket, false, text, now);
  };
  TicketStore::Change change = of_customer(std::move(user), std::move(say));
  co_return co_await tickets_.change(std::move(id), std::move(change));
}

Task<Result<Ticket>> Tickets::close(UserId user, TicketId id, std::optional<std::int64_t> score) {
  const Timestamp now = clock_.now();
  TicketStore::Change end = [score, now](Ticket& ticket) { return qm::shop::close(ticket, score, now); };
  TicketStore::Change change = of_customer(std::move(user), std::move(end));
  co_return co_await tickets_.change(std::move(id), std::move(change));
}

Task<Result<TicketPage>> Tickets::in_state(TicketState state, std::string cursor, std::size_t limit) {
  co_return co_await tickets_.in_state(state, std::move(cursor), limit);
}

Task<Result<Ticket>> Tickets::answer(TicketId id, std::string text) {
  const Timestamp now = clock_.now();
  TicketStore::Change say = [text = std::move(text), now](Ticket& ticket) { return write_to(ticket, true, text, now); };
  co_return co_await tickets_.change(std::move(id), std::move(say));
}

Task<Result<Ticket>> Tickets::close(TicketId id) {
  const Timestamp now = clock_.now();
  TicketStore::Change end = [now](Ticket& ticket) { return qm::shop::close(ticket, std::nullopt, now); };
  co_return co_await tickets_.change(std::move(id), std::move(end));
}

Task<Result<int>> Tickets::run() {
  if (events_.is_behind()) co_return 0;
  auto untold = co_await tickets_.untold(kTicketsAtOnce);
  if (!untold) co_return untold.error();
  std::vector<contracts::Event> events;
  for (const UntoldTicket& each : *untold)
    for (auto& event : ticket_events(each.ticket, each.since)) events.push_back(std::move(event));
  auto owed = co_await events_.owe(std::move(events));
  if (!owed) co_return owed.error();
  for (const UntoldTicket& each : *untold) {
    auto told = co_await tickets_.mark_told(each.ticket.id, each.generation);
    if (!told) co_return told.error();
  }
  co_return static_cast<int>(untold->size());
}

}  // namespace qm::shop
