// /api/users/…: the caller's preferences, messages and purchases.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/accounts.hpp"

namespace qm::shop {

// `accounts` outlives `api`.
void add_user_routes(http::Api& api, AccountApp& accounts);

}  // namespace qm::shop
