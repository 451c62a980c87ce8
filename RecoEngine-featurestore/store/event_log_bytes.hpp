// A month of a customer's events as the bytes of one record, in the order in which they came.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "RecoEngine-featurestore/domain/event.hpp"

namespace qm::reco {

// Adds one at the end.
void append_event(std::string& log, const KnownEvent& known);
// Shows the ids, without reading the rest.
void for_each_event_id(std::string_view log, const std::function<void(std::string_view)>& visit);
// All of them. What cannot be read, since a later version wrote it, is left out.
std::vector<KnownEvent> events_of_log(std::string_view log, const UserId& user);

}  // namespace qm::reco
