// The payload of jobs about one customer: {"user_id":"…"}.
#pragma once
#include <string>

#include "platform/core/result.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

std::string print_customer_job(const UserId& user);
// Rejected when it is no such payload.
Result<UserId> parse_customer_job(const std::string& payload);

}  // namespace qm::shop
