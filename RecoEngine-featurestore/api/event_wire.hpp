// Events as JSON (contracts/events.hpp), and as they are here.
#pragma once
#include "RecoEngine-featurestore/domain/event.hpp"
#include "contracts/events.hpp"

namespace qm::reco {

contracts::Event to_wire(const Event& event);
// Precondition: `wire` fits its declaration.
Event to_domain(contracts::Event&& wire);

}  // namespace qm::reco
