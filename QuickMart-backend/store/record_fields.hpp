// The platform's view of a record's fields, as the shop's stores call it.
#pragma once
#include "platform/kv/record_fields.hpp"

namespace qm::shop {

using kv::RecordFields;
using kv::to_value;

}  // namespace qm::shop
