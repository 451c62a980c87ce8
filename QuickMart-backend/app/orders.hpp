// Carts and orders: every use case with what they need. One object for the composition root and the routes.
#pragma once
#include "QuickMart-backend/app/coupons.hpp"
#include "QuickMart-backend/app/customer_orders.hpp"
#include "QuickMart-backend/app/edit_cart.hpp"
#include "QuickMart-backend/app/place_order.hpp"
#include "QuickMart-backend/app/recover_orders.hpp"
#include "QuickMart-backend/app/staff_orders.hpp"
#include "QuickMart-backend/app/staff_stock.hpp"

namespace qm::shop {

struct OrderApp {
  struct Uses {
    OrderStore& orders;
    StockStore& stock;
    CartStore& carts;
    CouponApp& coupons;
    PaymentGateway& payments;
    CatalogStore& catalog_store;
    CatalogApp& catalog;
    SagaStores& saga;
    const Clock& clock;
    SendEvents& events;
    MerchantEvents& merchant;
    NoteViews& views;
    std::chrono::milliseconds lease = kOrderLease;  // of an order that somebody works on
    std::int64_t low_stock_below = kLowStockBelow;
  };
  explicit OrderApp(Uses uses)
      : tell_stock{{uses.stock, uses.merchant, uses.clock}, uses.low_stock_below},
        mirror{uses.stock, uses.catalog_store, uses.catalog, tell_stock},
        hold{{uses.saga.coupons, uses.saga.held, uses.saga.campaigns, uses.saga.first_orders, uses.saga.orders,
              uses.clock}},
        settle{{uses.orders, uses.saga, hold, uses.payments, uses.clock, uses.events, uses.merchant, uses.lease}},
        cart{{uses.carts, uses.stock, uses.catalog, uses.coupons.check, uses.views, uses.clock}},
        place{{uses.orders, uses.saga, uses.coupons.check, hold, uses.payments, settle, uses.catalog, mirror,
               uses.clock}},
        cancel{{settle, mirror, uses.clock}},
        customer{uses.orders, cancel},
        staff{{uses.orders, settle, cancel, mirror, uses.clock}},
        staff_stock{{uses.stock, uses.catalog, mirror}},
        recover{{uses.orders, uses.stock, settle, mirror, uses.clock}} {}
  OrderApp(const OrderApp&) = delete;

  TellStock tell_stock;
  MirrorStock mirror;  // run every second
  HoldCoupon hold;
  SettleOrder settle;
  EditCart cart;
  PlaceOrder place;
  CancelOrder cancel;
  CustomerOrders customer;
  StaffOrders staff;
  StaffStock staff_stock;
  RecoverOrders recover;  // run every second; sweep every few minutes
};

}  // namespace qm::shop
