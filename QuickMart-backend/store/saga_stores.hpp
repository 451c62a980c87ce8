// What an order's steps write between its decisive writes. They need not wait for the disk: a power loss takes them
// away only together with everything after them, and then the steps are done again, or never began.
#pragma once
#include "platform/kv/deferred_durability.hpp"
#include "QuickMart-backend/store/campaign_store.hpp"
#include "QuickMart-backend/store/cart_store.hpp"
#include "QuickMart-backend/store/checkout_store.hpp"
#include "QuickMart-backend/store/coupon_store.hpp"
#include "QuickMart-backend/store/first_order_store.hpp"
#include "QuickMart-backend/store/order_store.hpp"
#include "QuickMart-backend/store/stock_store.hpp"
#include "QuickMart-backend/store/user_coupon_store.hpp"

namespace qm::shop {

struct SagaStores {
  explicit SagaStores(kv::Store& store)
      : deferred{store}, orders{deferred}, stock{deferred}, carts{deferred}, checkouts{deferred}, coupons{deferred},
        held{deferred}, campaigns{deferred}, first_orders{deferred} {}
  SagaStores(const SagaStores&) = delete;

  kv::DeferredDurability deferred;
  OrderStore orders;
  StockStore stock;
  CartStore carts;
  CheckoutStore checkouts;
  CouponStore coupons;
  UserCouponStore held;
  CampaignStore campaigns;
  FirstOrderStore first_orders;
};

}  // namespace qm::shop
