// Buys what is in the cart, exactly once per Idempotency-Key. Nothing spans records, so it is a saga:
//   1. the key is claimed; the same key again is answered as the first time, or told to wait
//   2. prices are frozen in an order that is «placing», under a lease
//   3. stock is reserved for each line, then the coupons, then the payment is authorised
//   4. the order becomes confirmed: the one step from which on it stands
//   5. settle_order makes the rest final and captures the payment
// A failure before 4 undoes what was reserved. A crash leaves an order whose lease runs out, which recover_orders
// undoes (before 4) or finishes (after it). The order's id follows from the key and the attempt, so that there is one
// order, whoever goes on with it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "QuickMart-backend/app/catalog.hpp"
#include "QuickMart-backend/app/check_coupons.hpp"
#include "QuickMart-backend/app/mirror_stock.hpp"
#include "QuickMart-backend/domain/price_lines.hpp"
#include "QuickMart-backend/app/settle_order.hpp"
#include "QuickMart-backend/store/saga_stores.hpp"

namespace qm::shop {

struct CheckoutRequest {
  UserId user;
  std::string key;  // 1…kMaxIdempotencyKeyBytes
  std::optional<std::vector<std::string>> coupon_codes;  // instead of the cart's, at most kMaxCouponsPerOrder
  std::optional<std::string> shipping_address;
  std::string payment_method;
};

// Thread-safe.
class PlaceOrder {
 public:
  struct Uses {
    OrderStore& orders;  // for what decides; all else is written through `saga`
    SagaStores& saga;
    CheckCoupons& check;
    HoldCoupon& coupons;
    PaymentGateway& payments;
    SettleOrder& settle;
    const CatalogApp& catalog;
    MirrorStock& mirror;
    const Clock& clock;
  };
  explicit PlaceOrder(Uses uses) : uses_(uses) {}

  // Rejected (empty cart, the reason of a coupon that the request names, a declined payment), Conflict (out of stock,
  // prices or what the cart's coupons take off changed since it was last seen, the same key is being worked on),
  // Invalid (the key was used for something else).
  Task<Result<Order>> run(CheckoutRequest request);

 private:
  Task<Result<StoredCheckout>> claim(const CheckoutRequest& request, std::optional<Order>& answered,
                                     bool& is_taken_over);
  Task<Result<Order>> price(const CheckoutRequest& request, const Checkout& checkout);
  Task<Result<PricedCart>> price_coupons(const CheckoutRequest& request, const Cart& cart, const PricedLines& lines);
  Task<Result<void>> reserve_coupons(const Order& order, const CheckoutRequest& request);
  Task<Error> total_without(std::string code, Error why, const CheckoutRequest& request);
  Task<Result<void>> reserve(const Order& order, const CheckoutRequest& request);
  Task<Result<void>> reserve_stock(const Order& order, OrderItem item);
  Task<Result<Order>> fail(StoredOrder stored, Error why);
  Task<void> give_back(StoredCheckout stored);

  Uses uses_;
};

}  // namespace qm::shop
