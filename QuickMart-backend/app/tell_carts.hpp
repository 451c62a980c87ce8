// Tells RecoEngine how carts change, and which are abandoned: left filled for a time, or at logout. A cart remembers in
// its record what it has not told, so that a crash loses nothing and a change costs no write more; of several changes
// within a moment the last is told. May run on every instance at once: what two tell has the same id.
#pragma once
#include <chrono>

#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/catalog.hpp"
#include "QuickMart-backend/app/send_events.hpp"
#include "QuickMart-backend/store/cart_store.hpp"

namespace qm::shop {

// Thread-safe.
class TellCarts {
 public:
  TellCarts(CartStore& carts, const CatalogApp& catalog, SendEvents& events, const Clock& clock,
            std::chrono::minutes abandon_after)
      : carts_(carts), catalog_(catalog), events_(events), clock_(clock), abandon_after_(abandon_after) {}

  // What changed, and what was left for long enough → how many carts. Waits while the outbox is behind. Every second.
  Task<Result<int>> run();
  // The customer leaves: a filled cart is abandoned now, unless that was told already.
  Task<Result<void>> left_by(UserId user);

 private:
  Task<Result<int>> tell_changes();
  Task<Result<int>> tell_abandoned();

  CartStore& carts_;
  const CatalogApp& catalog_;
  SendEvents& events_;
  const Clock& clock_;
  const std::chrono::minutes abandon_after_;
};

}  // namespace qm::shop
