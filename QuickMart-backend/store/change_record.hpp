// The platform's step on one record, as the shop's stores call it.
#pragma once
#include "platform/kv/change_record.hpp"

namespace qm::shop {

using kv::change_record;
using kv::RecordChange;

}  // namespace qm::shop
