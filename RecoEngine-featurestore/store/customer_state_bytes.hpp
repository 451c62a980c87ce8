// A customer's state as the bytes of a bin of the customer's record (customer_record.hpp).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "RecoEngine-featurestore/domain/customer_state.hpp"
#include "platform/kv/store.hpp"

namespace qm::reco {

std::string to_bytes(const CustomerState& state);
// nullopt for bytes that are none, or of another version: a state can be made anew from the log.
std::optional<CustomerState> state_from_bytes(std::string_view bytes);
// Of a customer's record as it was read.
std::optional<CustomerState> state_of(const kv::Record& record);

}  // namespace qm::reco
