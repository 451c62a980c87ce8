// Purchase histories as events of the log: what their shop would have told POST /events. Pure.
//
//   a purchase    order_placed
//   a return      of the latest order before it that holds one of its products; where products are not told, of the
//                 latest that was worth as much; else of the latest. order_cancelled when the whole amount came back,
//                 order_refunded otherwise. The datasets do not tell one from the other, nor which order it was.
//
// Ids follow from the dataset, the customer and the moment as the dataset tells it, so that a history sent twice is
// known by its ids.
#pragma once
#include <chrono>
#include <string_view>
#include <vector>

#include "RecoEngine-featurestore/domain/event.hpp"
#include "RecoEngine-featurestore/training/purchase_history.hpp"

namespace qm::reco {

struct PurchaseEvents {
  std::vector<Event> events;                 // in time order
  std::int64_t returns_without_order = 0;    // of what was bought before the data begins; nothing tells of them
};

// `dataset` is its short name. Everything happens `later` than the history says.
PurchaseEvents events_of(const PurchaseHistory& history, std::string_view dataset, std::chrono::days later = {});

// By how many whole days a history that ends at `last` has to be moved, so that its end is the last possible moment up
// to `until`: times of day stay what they are.
std::chrono::days days_until(Timestamp last, Timestamp until) noexcept;

}  // namespace qm::reco
