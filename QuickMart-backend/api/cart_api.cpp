#include "QuickMart-backend/api/cart_api.hpp"

#include "QuickMart-backend/api/catalog_wire.hpp"
#include "QuickMart-backend/api/idempotency_key.hpp"
#include "QuickMart-backend/api/order_wire.hpp"

namespace qm::shop {
namespace wire {

struct CartItem {
  std::string product_id;
  std::string sku;
  std::map<std::string, std::string> options;
  Product product;
  std::int64_t quantity = 1;
  json::Amount price;
  json::Amount total;
};
BOOST_DESCRIBE_STRUCT(CartItem, (), (product_id, sku, options, product, quantity, price, total))

struct Cart {
  std::vector<CartItem> items;
  json::Amount subtotal;
  json::Amount discount;
  json::Amount tax;
  json::Amount shipping;
  json::Amount total;
};
BOOST_DESCRIBE_STRUCT(Cart, (), (items, subtotal, discount, tax, shipping, total))

struct CartAddition {
  ProductId product_id;
  std::optional<SkuId> sku;
  std::int64_t quantity = 1;
};
BOOST_DESCRIBE_STRUCT(CartAddition, (), (product_id, sku, quantity))
inline auto constraints(const CartAddition*) {
  return json::fields(
      json::field(&CartAddition::quantity, json::defaulted(), json::range(1, kMaxLineQuantity)));
}

struct CartQuantity {
  ProductId product_id;
  std::optional<SkuId> sku;
  std::int64_t quantity = 0;
};
BOOST_DESCRIBE_STRUCT(CartQuantity, (), (product_id, sku, quantity))
inline auto constraints(const CartQuantity*) {
  return json::fields(json::field(&CartQuantity::quantity, json::range(0, kMaxLineQuantity)));
}

struct ByCartProduct {
  SkuId product_id;  // a SKU; for a product without variants the product's id
};
BOOST_DESCRIBE_STRUCT(ByCartProduct, (), (product_id))

struct Payment {
  std::optional<std::string> method;
};
BOOST_DESCRIBE_STRUCT(Payment, (), (method))
inline auto constraints(const Payment*) {
  return json::fields(json::field(&Payment::method, json::length(1, 200)));
}

struct CheckoutOrder {
  std::optional<std::string> coupon_code;
  std::optional<std::string> shipping_address;
  std::optional<Payment> payment;
};
BOOST_DESCRIBE_STRUCT(CheckoutOrder, (), (coupon_code, shipping_address, payment))
inline auto constraints(const CheckoutOrder*) {
  return json::fields(json::field(&CheckoutOrder::coupon_code, json::length(1, 64)),
                      json::field(&CheckoutOrder::shipping_address, json::length(1, 1'000)));
}

}  // namespace wire

namespace {

using http::Access;
using http::Call;
using http::None;

constexpr const char* kDefaultPayment = "sandbox";

wire::Cart to_wire(const CartView& view) {
  wire::Cart out;
  for (const CartView::Item& item : view.items)
    out.items.push_back({item.product.id.str(), item.sku.str(), item.options, wire::to_wire(item.product),
                         item.quantity, json::to_wire(item.price), json::to_wire(item.price * item.quantity)});
  out.subtotal = json::to_wire(view.totals.subtotal);
  out.discount = json::to_wire(view.totals.discount);
  out.tax = json::to_wire(view.totals.tax);
  out.shipping = json::to_wire(view.totals.shipping);
  out.total = json::to_wire(view.totals.total());
  return out;
}

void add_edits(http::Api& api, EditCart& cart) {
  using Shown = Task<Result<wire::Cart>>;
  api.get("/api/cart", {.name = "get_cart", .summary = "The caller's cart", .tag = "cart", .access = Access::User},
          [&cart](Call<> call) -> Shown {
            UserId user{call.principal().subject};
            auto view = co_await cart.get(std::move(user));
            if (!view) co_return view.error();
            co_return to_wire(*view);
          });
  api.post("/api/cart/add",
           {.name = "add_to_cart",
            .summary = "Puts more of a product into the cart",
            .tag = "cart",
            .access = Access::User,
            .errors = {404, 409}},
           [&cart](Call<None, None, wire::CartAddition> call) -> Shown {
             UserId user{call.principal().subject};
             auto sku = cart.choose(call.body.product_id, call.body.sku);
             if (!sku) co_return sku.error();
             auto view = co_await cart.add(std::move(user), std::move(*sku), call.body.quantity);
             if (!view) co_return view.error();
             co_return to_wire(*view);
           });
  api.put("/api/cart/update",
          {.name = "update_cart",
           .summary = "Sets how many of a product are in the cart; 0 takes it out",
           .tag = "cart",
           .access = Access::User,
           .errors = {404, 409}},
          [&cart](Call<None, None, wire::CartQuantity> call) -> Shown {
            UserId user{call.principal().subject};
            auto sku = cart.choose(call.body.product_id, call.body.sku);
            if (!sku && call.body.quantity > 0) co_return sku.error();
            // What is no longer sold can still be taken out.
            if (!sku) sku = call.body.sku.value_or(SkuId{call.body.product_id.str()});
            auto view = co_await cart.set(std::move(user), std::move(*sku), call.body.quantity);
            if (!view) co_return view.error();
            co_return to_wire(*view);
          });
  api.del("/api/cart/remove/{product_id}",
          {.name = "remove_from_cart", .summary = "Takes a product out", .tag = "cart", .access = Access::User},
          [&cart](Call<wire::ByCartProduct> call) -> Shown {
            UserId user{call.principal().subject};
            auto view = co_await cart.set(std::move(user), std::move(call.path.product_id), 0);
            if (!view) co_return view.error();
            co_return to_wire(*view);
          });
  api.del("/api/cart/clear",
          {.name = "clear_cart", .summary = "Empties the cart", .tag = "cart", .access = Access::User},
          [&cart](Call<> call) -> Shown {
            UserId user{call.principal().subject};
            auto view = co_await cart.clear(std::move(user));
            if (!view) co_return view.error();
            co_return to_wire(*view);
          });
}

void add_checkout(http::Api& api, PlaceOrder& place) {
  api.post("/api/cart/checkout",
           {.name = "checkout",
            .summary = "Buys the cart, exactly once per Idempotency-Key",
            .tag = "cart",
            .access = Access::User,
            .errors = {400, 409}},
           [&place](Call<None, None, std::optional<wire::CheckoutOrder>> call)
               -> Task<Result<http::Answer<wire::Order>>> {
             auto key = idempotency_key_of(*call.request, "checkout");
             if (!key) co_return key.error();
             CheckoutRequest request;
             request.user = UserId{call.principal().subject};
             request.key = std::move(*key);
             request.payment_method = kDefaultPayment;
             if (call.body) {
               request.coupon_code = std::move(call.body->coupon_code);
               request.shipping_address = std::move(call.body->shipping_address);
               if (call.body->payment && call.body->payment->method)
                 request.payment_method = std::move(*call.body->payment->method);
             }
             auto order = co_await place.run(std::move(request));
             if (!order) co_return order.error();
             http::Answer<wire::Order> answer;
             answer.body = wire::to_wire(*order);
             answer.status = 201;
             co_return answer;
           });
}

}  // namespace

void add_cart_routes(http::Api& api, OrderApp& orders) {
  add_edits(api, orders.cart);
  add_checkout(api, orders.place);
}

}  // namespace qm::shop
