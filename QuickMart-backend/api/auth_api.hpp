// /api/auth/…: registration, sessions, the caller's profile.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/accounts.hpp"

namespace qm::shop {

// `accounts` outlives `api`.
void add_auth_routes(http::Api& api, AccountApp& accounts);

}  // namespace qm::shop
