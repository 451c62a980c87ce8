// Orders, and every customer's list of theirs. Set "order", id = order id. The list: set "user_orders", one record per
// customer with the months that have orders, and one per customer and month with the orders of that month, so that no
// record grows without bound. Thread-safe.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/order.hpp"
#include "QuickMart-backend/store/monthly_list.hpp"

namespace qm::shop {

struct StoredOrder {
  Order order;
  std::uint32_t generation = 0;
};

struct OrderPage {
  std::vector<Order> orders;
  std::string cursor;  // empty: that was all
};

class OrderStore {
 public:
  explicit OrderStore(kv::Store& store) : store_(store), list_(store, "user_orders", "order") {}

  // Writes the order and its place in the list. Idempotent: the same order again changes nothing; another order under
  // the same id is AlreadyExists. → its generation.
  Task<Result<std::uint32_t>> add(Order order);
  // NotFound.
  Task<Result<StoredOrder>> get(OrderId id);
  // GenerationMismatch when it changed since it was read. → the new generation.
  Task<Result<std::uint32_t>> update(Order order, std::uint32_t expect_generation);
  // Whatever stood under its id gives way, its place in the list included: for demo orders, which move with the days.
  Task<Result<void>> replace(Order order);
  // Orders whose steps are under way and whose lease ended before `now`; in no order, at most `limit` (1…1,000).
  Task<Result<std::vector<StoredOrder>>> abandoned(Timestamp now, std::size_t limit);
  // Declares the index for the above; once, before it.
  Task<Result<void>> open();
  // Of everybody, in no particular order; `cursor` of the page before, empty at first; limit 1…500.
  Task<Result<OrderPage>> page(std::string cursor, std::size_t limit);
  // Newest first, at most `limit` (1…1,000).
  Task<Result<std::vector<Order>>> of_user(UserId user, std::size_t limit);

 private:
  kv::Store& store_;
  MonthlyList list_;
};

}  // namespace qm::shop
