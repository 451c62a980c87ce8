// An order as bins of a record, or as a map inside another one. Missing bins are what orders had before there were any.
#pragma once
#include <string>

#include "platform/core/result.hpp"
#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/order.hpp"

namespace qm::shop {

inline constexpr const char* kOrderLeaseBin = "lease_until";  // only while steps are under way

kv::Bins encode_order(const Order& order);
// Internal when its status is none that is known.
Result<Order> decode_order(const std::string& id, const kv::Bins& bins);

}  // namespace qm::shop
