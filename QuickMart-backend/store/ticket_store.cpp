#include "QuickMart-backend/store/ticket_store.hpp"

#include "QuickMart-backend/store/change_record.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kTicketSet = "ticket";
constexpr const char* kTicketState = "state";     // indexed
constexpr const char* kTicketUntold = "untold";   // indexed; only while there is something to tell

Error no_ticket() { return not_found("There is no such ticket."); }

kv::Bins encode_ticket(const Ticket& ticket, Timestamp untold_since) {
  kv::List messages;
  for (const TicketMessage& message : ticket.messages) {
    kv::Map fields;
    fields["at"] = to_value(message.at);
    fields["by_staff"] = message.by_staff;
    fields["text"] = message.text;
    messages.emplace_back(std::move(fields));
  }
  kv::Bins bins;
  bins["user_id"] = ticket.user_id.str();
  bins["subject"] = ticket.subject;
  if (ticket.order_id) bins["order_id"] = ticket.order_id->str();
  bins[kTicketState] = std::string{to_string(ticket.state)};
  bins["messages"] = std::move(messages);
  bins["created_at"] = to_value(ticket.created_at);
  bins["updated_at"] = to_value(ticket.updated_at);
  if (ticket.closed_at) bins["closed_at"] = to_value(*ticket.closed_at);
  if (ticket.score) bins["score"] = *ticket.score;
  if (ticket.rated_at) bins["rated_at"] = to_value(*ticket.rated_at);
  bins[kTicketUntold] = to_value(untold_since);
  return bins;
}

Result<Ticket> decode_ticket(const std::string& id, const kv::Record& record) {
  const RecordFields fields{record};
  const auto state = parse_ticket_state(fields.text(kTicketState));
  if (!state) return Error{ErrorKind::Internal, "The ticket " + id + " has an unknown state."};
  Ticket ticket;
  ticket.id = TicketId{id};
  ticket.user_id = UserId{fields.text("user_id")};
  ticket.subject = fields.text("subject");
  if (const auto order = fields.maybe_text("order_id")) ticket.order_id = OrderId{*order};
  ticket.state = *state;
  for (const kv::Value& each : fields.list("messages")) {
    const auto* map = each.as<kv::Map>();
    if (map == nullptr) continue;
    const RecordFields message{*map};
    ticket.messages.push_back({message.time("at"), message.flag("by_staff"), message.text("text")});
  }
  ticket.created_at = fields.time("created_at");
  ticket.updated_at = fields.time("updated_at");
  ticket.closed_at = fields.maybe_time("closed_at");
  ticket.score = fields.maybe_integer("score");
  ticket.rated_at = fields.maybe_time("rated_at");
  return ticket;
}

}  // namespace

Task<Result<void>> TicketStore::open() {
  auto by_state = co_await store_.ensure_index(kTicketSet, kTicketState, kv::IndexType::String);
  if (!by_state) co_return by_state;
  co_return co_await store_.ensure_index(kTicketSet, kTicketUntold, kv::IndexType::Integer);
}

Task<Result<void>> TicketStore::add(Ticket ticket) {
  auto listed = co_await list_.add(ticket.user_id.str(), ticket.id.str(), ticket.created_at);
  if (!listed) co_return listed.error();
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kTicketSet, ticket.id.str()};
  kv::Bins bins = encode_ticket(ticket, ticket.created_at);
  auto created = co_await store_.put(std::move(key), std::move(bins), options);
  if (!created) co_return created.error();
  co_return Result<void>{};
}

Task<Result<Ticket>> TicketStore::get(TicketId id) {
  kv::Key key{kTicketSet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record && record.error().kind == ErrorKind::NotFound) co_return no_ticket();
  if (!record) co_return record.error();
  co_return decode_ticket(id.str(), *record);
}

Task<Result<Ticket>> TicketStore::change(TicketId id, Change change) {
  kv::Key key{kTicketSet, id.str()};
  Ticket ticket;
  RecordChange apply = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    if (record == nullptr) return no_ticket();
    auto stored = decode_ticket(id.str(), *record);
    if (!stored) return stored.error();
    ticket = *stored;
    auto changed = change(ticket);
    if (!changed) return changed.error();
    if (ticket == *stored) return std::optional<kv::Bins>{};
    const auto untold = RecordFields{*record}.maybe_time(kTicketUntold);
    return std::optional{encode_ticket(ticket, untold.value_or(ticket.updated_at))};
  };
  auto changed = co_await change_record(store_, std::move(key), std::move(apply),
                                        "The ticket is being changed elsewhere; please try again.");
  if (!changed) co_return changed.error();
  co_return ticket;
}

Task<Result<std::vector<Ticket>>> TicketStore::of_user(UserId user, std::size_t limit) {
  std::vector<Ticket> tickets;
  MonthlyList::Visit take = [&tickets, &user, limit](MonthlyList::Item item) -> Result<bool> {
    auto ticket = decode_ticket(item.id, item.record);
    if (!ticket) return ticket.error();
    if (ticket->user_id == user) tickets.push_back(std::move(*ticket));
    return tickets.size() < limit;
  };
  auto walked = co_await list_.walk(user.str(), std::move(take));
  if (!walked) co_return walked.error();
  co_return tickets;
}

Task<Result<TicketPage>> TicketStore::in_state(TicketState state, std::string cursor, std::size_t limit) {
  const std::string name{to_string(state)};
  kv::IndexRange range;
  range.low = kv::Value{name};
  range.high = kv::Value{name};
  auto found = co_await store_.find(kTicketSet, kTicketState, std::move(range), std::move(cursor), limit);
  if (!found) co_return found.error();
  TicketPage page;
  for (const kv::Entry& entry : found->entries) {
    auto ticket = decode_ticket(entry.key.id, entry.record);
    if (!ticket) co_return ticket.error();
    page.tickets.push_back(std::move(*ticket));
  }
  page.cursor = std::move(found->cursor);
  co_return page;
}

Task<Result<std::vector<UntoldTicket>>> TicketStore::untold(std::size_t limit) {
  kv::IndexRange any;
  auto found = co_await store_.find(kTicketSet, kTicketUntold, std::move(any), {}, limit);
  if (!found) co_return found.error();
  std::vector<UntoldTicket> tickets;
  for (const kv::Entry& entry : found->entries) {
    auto ticket = decode_ticket(entry.key.id, entry.record);
    if (!ticket) co_return ticket.error();
    tickets.push_back({std::move(*ticket), RecordFields{entry.record}.time(kTicketUntold), entry.record.generation});
  }
  co_return tickets;
}

Task<Result<void>> TicketStore::mark_told(TicketId id, std::uint32_t generation) {
  kv::Key key{kTicketSet, id.str()};
  kv::Bins bins;
  bins[kTicketUntold] = kv::Value{};
  kv::WriteOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  options.expect_generation = generation;
  options.durable = false;  // should it get lost, the same is told again
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written && written.error().kind != ErrorKind::GenerationMismatch) co_return written.error();
  co_return Result<void>{};
}

}  // namespace qm::shop
