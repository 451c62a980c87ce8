// /events: what customers did, told by the shop, and looked at by operators.
#pragma once
#include "RecoEngine-featurestore/app/receive_events.hpp"
#include "platform/http/api.hpp"

namespace qm::reco {

void add_event_routes(http::Api& api, ReceiveEvents& receive);  // `receive` outlives `api`

}  // namespace qm::reco
