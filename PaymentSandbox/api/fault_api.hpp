// POST /faults orders trouble, GET /faults says what is ordered. Both need the service token.
#pragma once
#include "platform/http/api.hpp"
#include "PaymentSandbox/app/faults.hpp"

namespace qm::sandbox {

void add_fault_routes(http::Api& api, Faults& faults);

}  // namespace qm::sandbox
