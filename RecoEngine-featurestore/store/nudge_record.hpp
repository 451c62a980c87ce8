// How a nudge is kept: as the bins of its own record, and as an element of its decision's list.
#pragma once
#include "RecoEngine-featurestore/domain/nudge.hpp"
#include "platform/kv/value.hpp"

namespace qm::reco {

kv::Bins to_bins(const Nudge& nudge);
// Internal when the bins are not those of a nudge.
Result<Nudge> nudge_from(const kv::Bins& bins);

}  // namespace qm::reco
