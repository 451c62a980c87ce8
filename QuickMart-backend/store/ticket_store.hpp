// Support tickets: set "ticket", id = ticket id, and every customer's list of theirs by month in set "user_tickets". A
// ticket remembers since when it has something to tell RecoEngine («untold»). Every change is one step on one record.
// Thread-safe.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/ticket.hpp"
#include "QuickMart-backend/store/monthly_list.hpp"

namespace qm::shop {

struct UntoldTicket {
  Ticket ticket;
  Timestamp since{};  // the first change that was not told
  std::uint32_t generation = 0;
};

struct TicketPage {
  std::vector<Ticket> tickets;  // in no order
  std::string cursor;           // empty: no more
};

class TicketStore {
 public:
  explicit TicketStore(kv::Store& store) : store_(store), list_(store, "user_tickets", "ticket") {}

  // Declares the indexes; once, before anything else.
  Task<Result<void>> open();
  // AlreadyExists.
  Task<Result<void>> add(Ticket ticket);
  // NotFound.
  Task<Result<Ticket>> get(TicketId id);
  // Applies the change to the ticket as it is now, anew when somebody was faster. The change's own errors; NotFound.
  // → the ticket as it then is.
  using Change = std::function<Result<void>(Ticket& ticket)>;
  Task<Result<Ticket>> change(TicketId id, Change change);
  // Newest first, at most `limit` (1…1,000).
  Task<Result<std::vector<Ticket>>> of_user(UserId user, std::size_t limit);
  // At most `limit` (1…1,000).
  Task<Result<TicketPage>> in_state(TicketState state, std::string cursor, std::size_t limit);

  Task<Result<std::vector<UntoldTicket>>> untold(std::size_t limit);
  // Unless it changed since: then it is still to be told.
  Task<Result<void>> mark_told(TicketId id, std::uint32_t generation);

 private:
  kv::Store& store_;
  MonthlyList list_;
};

}  // namespace qm::shop
