#include "QuickMart-backend/api/ticket_api.hpp"

#include <algorithm>

#include <boost/describe.hpp>

#include "platform/json/describe.hpp"
#include "QuickMart-backend/api/audit_api.hpp"

namespace qm::shop {
BOOST_DESCRIBE_ENUM(TicketState, open, answered, closed)

namespace wire {

struct NewTicket {
  std::string subject;
  std::string message;
  std::optional<OrderId> order_id;
};
BOOST_DESCRIBE_STRUCT(NewTicket, (), (subject, message, order_id))
inline auto constraints(const NewTicket*) {
  return json::fields(json::field(&NewTicket::subject, json::length(1, kMaxTicketSubjectBytes)),
                      json::field(&NewTicket::message, json::length(1, kMaxTicketMessageBytes)));
}

struct NewTicketMessage {
  std::string message;
};
BOOST_DESCRIBE_STRUCT(NewTicketMessage, (), (message))
inline auto constraints(const NewTicketMessage*) {
  return json::fields(json::field(&NewTicketMessage::message, json::length(1, kMaxTicketMessageBytes)));
}

struct TicketClosing {
  std::optional<std::int64_t> satisfaction_score;
};
BOOST_DESCRIBE_STRUCT(TicketClosing, (), (satisfaction_score))
inline auto constraints(const TicketClosing*) {
  return json::fields(json::field(&TicketClosing::satisfaction_score, json::range(1, 5)));
}

struct ByTicket {
  TicketId ticket_id;
};
BOOST_DESCRIBE_STRUCT(ByTicket, (), (ticket_id))

struct TicketMessage {
  std::string by;  // "customer" or "staff"
  std::string message;
  Timestamp at{};
};
BOOST_DESCRIBE_STRUCT(TicketMessage, (), (by, message, at))

struct Ticket {
  std::string ticket_id;
  std::string user_id;
  std::string subject;
  std::optional<std::string> order_id;
  TicketState status = TicketState::open;
  std::vector<TicketMessage> messages;
  Timestamp created_at{};
  Timestamp updated_at{};
  std::optional<Timestamp> closed_at;
  std::optional<std::int64_t> satisfaction_score;
};
BOOST_DESCRIBE_STRUCT(Ticket, (),
                      (ticket_id, user_id, subject, order_id, status, messages, created_at, updated_at, closed_at,
                       satisfaction_score))

struct TicketList {
  std::vector<Ticket> tickets;
  std::int64_t total_tickets = 0;
};
BOOST_DESCRIBE_STRUCT(TicketList, (), (tickets, total_tickets))

struct TicketQuery {
  TicketState status = TicketState::open;
  std::int64_t limit = 100;
  std::optional<std::string> cursor;  // of the answer before
};
BOOST_DESCRIBE_STRUCT(TicketQuery, (), (status, limit, cursor))
inline auto constraints(const TicketQuery*) {
  return json::fields(json::field(&TicketQuery::status, json::defaulted()),
                      json::field(&TicketQuery::limit, json::defaulted(), json::range(1, 200)),
                      json::field(&TicketQuery::cursor, json::length(1, 1'024)));
}

// More follow when there is a cursor; who waited longest comes first within an answer.
struct AdminTickets {
  std::string message;
  std::int64_t count = 0;
  std::vector<Ticket> tickets;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AdminTickets, (), (message, count, tickets, cursor))

}  // namespace wire

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::None;

wire::Ticket to_wire(const Ticket& ticket) {
  wire::Ticket out;
  out.ticket_id = ticket.id.str();
  out.user_id = ticket.user_id.str();
  out.subject = ticket.subject;
  if (ticket.order_id) out.order_id = ticket.order_id->str();
  out.status = ticket.state;
  for (const TicketMessage& message : ticket.messages)
    out.messages.push_back({message.by_staff ? "staff" : "customer", message.text, message.at});
  out.created_at = ticket.created_at;
  out.updated_at = ticket.updated_at;
  out.closed_at = ticket.closed_at;
  out.satisfaction_score = ticket.score;
  return out;
}

using Shown = Task<Result<wire::Ticket>>;

Shown show(Task<Result<Ticket>> changing) {
  auto ticket = co_await std::move(changing);
  if (!ticket) co_return ticket.error();
  co_return to_wire(*ticket);
}

http::EndpointInfo ticket_info(std::string name, std::string summary, Access access, std::vector<int> errors) {
  http::EndpointInfo info;
  info.name = std::move(name);
  info.summary = std::move(summary);
  info.tag = "support";
  info.access = access;
  info.errors = std::move(errors);
  return info;
}

void add_reading(http::Api& api, Tickets& tickets) {
  api.get("/api/support/tickets", ticket_info("list_tickets", "The caller's tickets, newest first", Access::User, {}),
          [&tickets](Call<> call) -> Task<Result<wire::TicketList>> {
            UserId user{call.principal().subject};
            auto found = co_await tickets.list(std::move(user));
            if (!found) co_return found.error();
            wire::TicketList out;
            for (const Ticket& ticket : *found) out.tickets.push_back(to_wire(ticket));
            out.total_tickets = static_cast<std::int64_t>(out.tickets.size());
            co_return out;
          });
  api.get("/api/support/tickets/{ticket_id}",
          ticket_info("get_ticket", "One of the caller's tickets", Access::User, {404}),
          [&tickets](Call<wire::ByTicket> call) -> Shown {
            UserId user{call.principal().subject};
            return show(tickets.get(std::move(user), std::move(call.path.ticket_id)));
          });
}

void add_writing(http::Api& api, Tickets& tickets) {
  api.post("/api/support/tickets", ticket_info("open_ticket", "Asks support something", Access::User, {404, 409}),
           [&tickets](Call<None, None, wire::NewTicket> call) -> Task<Result<Answer<wire::Ticket>>> {
             UserId user{call.principal().subject};
             TicketRequest request{std::move(call.body.subject), std::move(call.body.message),
                                   std::move(call.body.order_id)};
             auto ticket = co_await tickets.open(std::move(user), std::move(request));
             if (!ticket) co_return ticket.error();
             Answer<wire::Ticket> answer;
             answer.body = to_wire(*ticket);
             answer.status = 201;
             co_return answer;
           });
  api.post("/api/support/tickets/{ticket_id}/messages",
           ticket_info("write_to_ticket", "Says more", Access::User, {404, 409}),
           [&tickets](Call<wire::ByTicket, None, wire::NewTicketMessage> call) -> Shown {
             UserId user{call.principal().subject};
             return show(tickets.write(std::move(user), std::move(call.path.ticket_id), std::move(call.body.message)));
           });
  api.post("/api/support/tickets/{ticket_id}/close",
           ticket_info("close_ticket", "Closes a ticket, with a score of satisfaction or without; a score may follow",
                       Access::User, {404, 409}),
           [&tickets](Call<wire::ByTicket, None, std::optional<wire::TicketClosing>> call) -> Shown {
             UserId user{call.principal().subject};
             std::optional<std::int64_t> score;
             if (call.body) score = call.body->satisfaction_score;
             return show(tickets.close(std::move(user), std::move(call.path.ticket_id), score));
           });
}

void add_support(http::Api& api, Tickets& tickets, Audit& audit) {
  api.get("/api/admin/tickets",
          ticket_info("admin_tickets", "Everybody's tickets in one state", Access::Staff, {403}),
          [&tickets](Call<None, wire::TicketQuery> call) -> Task<Result<wire::AdminTickets>> {
            std::string cursor = std::move(call.query.cursor).value_or("");
            auto page = co_await tickets.in_state(call.query.status, std::move(cursor),
                                                  static_cast<std::size_t>(call.query.limit));
            if (!page) co_return page.error();
            std::ranges::sort(page->tickets, {}, &Ticket::updated_at);
            wire::AdminTickets out;
            for (const Ticket& ticket : page->tickets) out.tickets.push_back(to_wire(ticket));
            out.count = static_cast<std::int64_t>(out.tickets.size());
            out.message = std::to_string(out.count) + " tickets.";
            if (!page->cursor.empty()) out.cursor = std::move(page->cursor);
            co_return out;
          });
  api.post("/api/admin/tickets/{ticket_id}/answer",
           ticket_info("answer_ticket", "Answers a customer", Access::Staff, {403, 404, 409}),
           [&tickets, &audit](Call<wire::ByTicket, None, wire::NewTicketMessage> call) -> Shown {
             AuditEntry entry = audit_entry(*call.request, "ticket.answer", {"ticket", call.path.ticket_id.str()});
             auto work = tickets.answer(std::move(call.path.ticket_id), std::move(call.body.message));
             return show(audit.around(std::move(entry), std::move(work)));
           });
  api.post("/api/admin/tickets/{ticket_id}/close",
           ticket_info("admin_close_ticket", "Closes a customer's ticket", Access::Staff, {403, 404}),
           [&tickets, &audit](Call<wire::ByTicket> call) -> Shown {
             AuditEntry entry = audit_entry(*call.request, "ticket.close", {"ticket", call.path.ticket_id.str()});
             auto work = tickets.close(std::move(call.path.ticket_id));
             return show(audit.around(std::move(entry), std::move(work)));
           });
}

}  // namespace

void add_ticket_routes(http::Api& api, Tickets& tickets, Audit& audit) {
  add_reading(api, tickets);
  add_writing(api, tickets);
  add_support(api, tickets, audit);
}

}  // namespace qm::shop
