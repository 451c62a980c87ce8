// For tests: the platform's store that dies, as the shop's tests call it.
#pragma once
#include "platform/kv/dying_store_fixture.hpp"

namespace qm::shop {

using kv::DyingStore;

}  // namespace qm::shop
