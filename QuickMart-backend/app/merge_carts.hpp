// A guest signs in: what is in the guest's cart comes into the customer's, once. Two records, so three steps, each
// idempotent:
//   1. the guest's cart is given to the customer: from here on nobody edits it, and its token is spent
//   2. its lines are added to the customer's cart, which remembers whose it took in
//   3. the guest's cart is emptied
// Whoever finds a cart that was given and not emptied finishes it: a login with the same token, or run(). Two customers
// with one token: the first has it.
#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/store/cart_store.hpp"

namespace qm::shop {

// Thread-safe.
class MergeCarts {
 public:
  MergeCarts(CartStore& carts, const Clock& clock) : carts_(carts), clock_(clock) {}

  // Per SKU the quantities add up, to the cart's limits. Conflict when the cart was given to somebody else. Done when
  // there is no such cart, or it was merged before.
  Task<Result<void>> run(UserId guest, UserId customer);
  // Finishes what a crash left → how many. Every few seconds; may run on every instance at once.
  Task<Result<int>> recover();

 private:
  Task<Result<void>> finish(Cart given, UserId customer);

  CartStore& carts_;
  const Clock& clock_;
};

}  // namespace qm::shop
