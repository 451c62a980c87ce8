// Carries out what was decided about an order: gives back what a failed checkout had reserved, makes final what a
// confirmed one reserved, takes back a cancelled one, pays refunds. Steps over single records, each idempotent, so that
// whoever finds an order whose lease ran out may do it all again. The last steps before the order is settled owe its
// events, and note what merchants are told.
#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/app/hold_coupon.hpp"
#include "QuickMart-backend/app/merchant_events.hpp"
#include "QuickMart-backend/app/send_events.hpp"
#include "QuickMart-backend/clients/payment_gateway.hpp"
#include "QuickMart-backend/store/saga_stores.hpp"

namespace qm::shop {

// How long nobody else works on an order that somebody works on; unless the settings say otherwise.
inline constexpr std::chrono::milliseconds kOrderLease{30'000};
inline constexpr const char* kByShop = "shop";
inline constexpr const char* kCancellationRefund = "cancellation";  // the refund's name at the gateway

// Notes in the order's history what happened to it.
void note(Order& order, Timestamp at, std::string by, std::string what);

// Thread-safe.
class SettleOrder {
 public:
  struct Uses {
    OrderStore& orders;  // for what decides; all else is written through `saga`
    SagaStores& saga;
    HoldCoupon& coupons;
    PaymentGateway& payments;
    const Clock& clock;
    SendEvents& events;
    MerchantEvents& merchant;
    std::chrono::milliseconds lease = kOrderLease;
  };
  explicit SettleOrder(Uses uses) : uses_(uses) {}

  std::chrono::milliseconds lease() const { return uses_.lease; }

  // Moves the order on, under a new lease. GenerationMismatch when somebody else did.
  Task<Result<StoredOrder>> advance(StoredOrder stored, OrderProgress to);
  // Does what the order's progress asks for → the order, settled. Precondition: the caller holds its lease, and it is
  // not being placed.
  Task<Result<Order>> run(StoredOrder stored);
  // Says how the order's checkout ended, unless that is said already. Without a failure: with the order as it is.
  Task<Result<void>> end_checkout(const Order& order, std::optional<Error> failure);

 private:
  Task<Result<void>> undo(Order& order);
  Task<Result<void>> complete(Order& order);
  Task<Result<void>> take_back(Order& order);
  Task<Result<void>> refund(Order& order);

  Uses uses_;
};

}  // namespace qm::shop
