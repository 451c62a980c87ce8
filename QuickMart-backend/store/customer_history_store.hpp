// Customers' histories: set "history", id = user id. Thread-safe.
#pragma once
#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/customer_history.hpp"

namespace qm::shop {

class CustomerHistoryStore {
 public:
  explicit CustomerHistoryStore(kv::Store& store) : store_(store) {}

  Task<Result<void>> put(CustomerHistory history);      // create or replace
  Task<Result<CustomerHistory>> get(UserId user);       // NotFound

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
