// /api/support/tickets: a customer's questions; /api/admin/tickets: everybody's, for staff.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/audit.hpp"
#include "QuickMart-backend/app/tickets.hpp"

namespace qm::shop {

void add_ticket_routes(http::Api& api, Tickets& tickets, Audit& audit);  // both outlive `api`

}  // namespace qm::shop
