// Support tickets: customers open, write to and close theirs, staff answers and closes. What happens is told to
// RecoEngine by run(): a ticket remembers in its record that it has something to tell.
#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/send_events.hpp"
#include "QuickMart-backend/store/order_store.hpp"
#include "QuickMart-backend/store/ticket_store.hpp"

namespace qm::shop {

struct TicketRequest {
  std::string subject;  // within the domain's limits, like the message
  std::string message;
  std::optional<OrderId> order_id;
};

// Thread-safe.
class Tickets {
 public:
  Tickets(TicketStore& tickets, OrderStore& orders, SendEvents& events, const Clock& clock)
      : tickets_(tickets), orders_(orders), events_(events), clock_(clock) {}

  // NotFound for an order that is not the customer's, Conflict for too many open ones.
  Task<Result<Ticket>> open(UserId user, TicketRequest request);
  // Newest first.
  Task<Result<std::vector<Ticket>>> list(UserId user);
  // Somebody else's is NotFound, here and below.
  Task<Result<Ticket>> get(UserId user, TicketId id);
  // Conflict when it is closed or full.
  Task<Result<Ticket>> write(UserId user, TicketId id, std::string text);
  // Idempotent. Conflict for a second score.
  Task<Result<Ticket>> close(UserId user, TicketId id, std::optional<std::int64_t> score);

  // For staff: anybody's.
  Task<Result<TicketPage>> in_state(TicketState state, std::string cursor, std::size_t limit);
  Task<Result<Ticket>> answer(TicketId id, std::string text);
  Task<Result<Ticket>> close(TicketId id);

  // Tells what happened → how many tickets. Every second; may run on every instance at once.
  Task<Result<int>> run();

 private:
  TicketStore& tickets_;
  OrderStore& orders_;
  SendEvents& events_;
  const Clock& clock_;
};

}  // namespace qm::shop
