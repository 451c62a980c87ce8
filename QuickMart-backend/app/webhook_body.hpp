// What a webhook's receiver reads: {"type":"order.paid","timestamp":"2026-…Z","data":{…}}. Pure.
#pragma once
#include <string>

#include "QuickMart-backend/domain/merchant_event.hpp"

namespace qm::shop {

inline constexpr const char* kTestEvent = "webhook.test";

std::string webhook_body(const MerchantEvent& event);
std::string test_webhook_body(Timestamp at);

}  // namespace qm::shop
