// Events as the text of a job, and back. The format is this program's own: times are milliseconds, amounts minor units.
#pragma once
#include <string>
#include <vector>

#include "QuickMart-backend/clients/reco_client.hpp"

namespace qm::shop {

std::string print_events(const std::vector<contracts::Event>& events);
// Rejected when it is no such text.
Result<std::vector<contracts::Event>> parse_events(const std::string& payload);

}  // namespace qm::shop
