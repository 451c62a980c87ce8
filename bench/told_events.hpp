// What customers of a shop do, made from a number: the same events for the service and for its yardstick.
//
// A visit is eight to twelve events within minutes: it begins, pages, searches and products are looked at, the cart
// changes, and it ends in an order, a cart left behind, or nothing; now and then a nudge, a ticket or a failed payment.
// Visit v is of customer v mod kCustomers, and begins v quarters of a second after `start`: so whoever sends visits in
// order tells each customer's events in order. Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "contracts/events.hpp"

namespace qm::bench {

inline constexpr std::uint64_t kCustomers = 50'000;
inline constexpr std::chrono::milliseconds kBetweenVisits{250};

enum class BatchShape {
  visits,   // whole visits, one after another: what is kept back and sent together, as from phones or in an import
  moments,  // each event of another customer: what a shop with many visitors at once sends every second
};

std::vector<contracts::Event> visit(std::uint64_t number, Timestamp start);

// Batches of at most `events` each, in the order in which they are to be sent. A part of all visits: those of `lane` of
// `lanes` from `first` on, until `visits` of them are told; of a customer all in one lane.
std::vector<std::vector<contracts::Event>> batches(BatchShape shape, std::uint64_t first, std::uint64_t visits,
                                                   std::size_t events, std::size_t lane, std::size_t lanes,
                                                   Timestamp start);

}  // namespace qm::bench
