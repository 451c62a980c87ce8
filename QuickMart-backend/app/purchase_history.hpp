#pragma once
#include <vector>

#include "QuickMart-backend/app/account.hpp"
#include "QuickMart-backend/store/order_store.hpp"

namespace qm::shop {

// What a customer has bought. Thread-safe.
class PurchaseHistory {
 public:
  PurchaseHistory(Account& account, OrderStore& orders) : account_(account), orders_(orders) {}

  // The newest 1,000 orders, newest first. Unauthenticated: as of Account.
  Task<Result<std::vector<Order>>> of(UserId user);

 private:
  Account& account_;
  OrderStore& orders_;
};

}  // namespace qm::shop
