// Carts and orders: every use case with what they need. One object for the composition root and the routes.
#pragma once
#include "QuickMart-backend/app/customer_orders.hpp"
#include "QuickMart-backend/app/edit_cart.hpp"
#include "QuickMart-backend/app/place_order.hpp"
#include "QuickMart-backend/app/recover_orders.hpp"

namespace qm::shop {

struct OrderApp {
  struct Uses {
    OrderStore& orders;
    StockStore& stock;
    CartStore& carts;
    CheckoutStore& checkouts;
    CouponStore& coupons;
    UserCouponStore& held;
    PaymentGateway& payments;
    CatalogStore& catalog_store;
    CatalogApp& catalog;
    const Clock& clock;
  };
  explicit OrderApp(Uses uses)
      : mirror{uses.stock, uses.catalog_store, uses.catalog},
        hold{uses.coupons, uses.held, uses.clock},
        settle{{uses.orders, uses.stock, uses.carts, uses.checkouts, hold, uses.payments, uses.clock}},
        cart{uses.carts, uses.stock, uses.catalog, uses.clock},
        place{{uses.orders, uses.stock, uses.carts, uses.checkouts, uses.coupons, hold, uses.payments, settle,
               uses.catalog, mirror, uses.clock}},
        customer{uses.orders, settle, mirror, uses.clock},
        recover{{uses.orders, uses.stock, uses.coupons, uses.held, hold, settle, mirror, uses.clock}} {}
  OrderApp(const OrderApp&) = delete;

  MirrorStock mirror;  // run every second
  HoldCoupon hold;
  SettleOrder settle;
  EditCart cart;
  PlaceOrder place;
  CustomerOrders customer;
  RecoverOrders recover;  // run every second; sweep every few minutes
};

}  // namespace qm::shop
