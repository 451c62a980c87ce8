// A customer's state as the bytes of its record. Set "customer_state", one record per customer.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "RecoEngine-featurestore/domain/customer_state.hpp"
#include "platform/kv/store.hpp"

namespace qm::reco {

inline constexpr const char* kStateBin = "state";
inline constexpr const char* kStateSet = "customer_state";
inline kv::Key state_key(const UserId& user) { return {kStateSet, user.str()}; }

std::string to_bytes(const CustomerState& state);
// nullopt for bytes that are none, or of another version: a state can be made anew from the log.
std::optional<CustomerState> state_from_bytes(std::string_view bytes);
// Of a record as it was read.
std::optional<CustomerState> state_of(const kv::Record& record);

}  // namespace qm::reco
