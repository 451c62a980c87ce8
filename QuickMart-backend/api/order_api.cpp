#include "QuickMart-backend/api/order_api.hpp"

#include "QuickMart-backend/api/order_wire.hpp"

namespace qm::shop {
namespace wire {

struct ByOrder {
  OrderId order_id;
};
BOOST_DESCRIBE_STRUCT(ByOrder, (), (order_id))

struct OrderList {
  std::vector<Order> orders;
  std::int64_t total_orders = 0;
};
BOOST_DESCRIBE_STRUCT(OrderList, (), (orders, total_orders))

}  // namespace wire

namespace {

using http::Access;
using http::Call;

}  // namespace

void add_order_routes(http::Api& api, OrderApp& orders) {
  CustomerOrders& customer = orders.customer;
  api.get("/api/orders",
          {.name = "list_orders", .summary = "The caller's orders, newest first", .tag = "orders",
           .access = Access::User},
          [&customer](Call<> call) -> Task<Result<wire::OrderList>> {
            UserId user{call.principal().subject};
            auto found = co_await customer.list(std::move(user));
            if (!found) co_return found.error();
            wire::OrderList out;
            for (const Order& order : *found) out.orders.push_back(wire::to_wire(order));
            out.total_orders = static_cast<std::int64_t>(out.orders.size());
            co_return out;
          });
  api.get("/api/orders/{order_id}",
          {.name = "get_order", .summary = "One of the caller's orders", .tag = "orders", .access = Access::User,
           .errors = {404}},
          [&customer](Call<wire::ByOrder> call) -> Task<Result<wire::Order>> {
            UserId user{call.principal().subject};
            auto order = co_await customer.get(std::move(user), std::move(call.path.order_id));
            if (!order) co_return order.error();
            co_return wire::to_wire(*order);
          });
  api.post("/api/orders/{order_id}/cancel",
           {.name = "cancel_order",
            .summary = "Cancels an order that has not been shipped: money, goods and coupon go back",
            .tag = "orders",
            .access = Access::User,
            .errors = {404, 409}},
           [&customer](Call<wire::ByOrder> call) -> Task<Result<wire::Order>> {
             UserId user{call.principal().subject};
             auto order = co_await customer.cancel(std::move(user), std::move(call.path.order_id));
             if (!order) co_return order.error();
             co_return wire::to_wire(*order);
           });
}

}  // namespace qm::shop
