#include "QuickMart-backend/api/cart_api.hpp"

#include <algorithm>

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

struct RefusedCoupon {
  std::string code;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(RefusedCoupon, (), (code, reason))

struct Cart {
  std::vector<CartItem> items;
  json::Amount subtotal;
  json::Amount discount;
  json::Amount tax;
  json::Amount shipping;
  json::Amount total;
  std::optional<std::string> applied_coupon;  // the first of those that follow
  std::vector<OrderCoupon> applied_coupons;
  std::vector<RefusedCoupon> refused_coupons;  // in the cart, but they take nothing off
  std::optional<std::string> cart_token;  // a guest's: to be shown as X-Cart-Token, and at the login
  std::optional<Timestamp> cart_token_expires_at;
};
BOOST_DESCRIBE_STRUCT(Cart, (),
                      (items, subtotal, discount, tax, shipping, total, applied_coupon, applied_coupons,
                       refused_coupons, cart_token, cart_token_expires_at))

struct CartCoupons {
  std::vector<std::string> codes;
};
BOOST_DESCRIBE_STRUCT(CartCoupons, (), (codes))
inline auto constraints(const CartCoupons*) {
  return json::fields(json::field(&CartCoupons::codes, json::length(0, kMaxCouponsPerOrder)));
}

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
  // Instead of the cart's; an empty list means none.
  std::optional<std::string> coupon_code;
  std::optional<std::vector<std::string>> coupon_codes;
  std::optional<std::string> shipping_address;
  std::optional<Payment> payment;
};
BOOST_DESCRIBE_STRUCT(CheckoutOrder, (), (coupon_code, coupon_codes, shipping_address, payment))
inline auto constraints(const CheckoutOrder*) {
  return json::fields(json::field(&CheckoutOrder::coupon_code, json::length(1, 64)),
                      json::field(&CheckoutOrder::coupon_codes, json::length(0, kMaxCouponsPerOrder)),
                      json::field(&CheckoutOrder::shipping_address, json::length(1, 1'000)));
}

}  // namespace wire

namespace {

using http::Access;
using http::Call;
using http::None;

constexpr const char* kDefaultPayment = "sandbox";
constexpr const char* kCartTokenHeader = "X-Cart-Token";

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
  if (!view.coupons.empty()) out.applied_coupon = view.coupons.front().code;
  for (const OrderCoupon& coupon : view.coupons) out.applied_coupons.push_back(wire::to_wire(coupon));
  for (const RefusedCoupon& coupon : view.refused) out.refused_coupons.push_back({coupon.code, coupon.reason});
  return out;
}

using Shown = Task<Result<http::Answer<wire::Cart>>>;

// Whose cart a request is about: the customer's by the bearer token, else the guest's by the cart token.
struct CartOwner {
  UserId id;
  Timestamp now{};
};

Result<CartOwner> owner_of(const CartCallers& callers, const http::Request& request) {
  CartOwner owner;
  owner.now = callers.clock.now();
  if (!request.header("Authorization").empty()) {
    auto customer = callers.authenticate(request, Access::User);
    if (!customer) return customer.error();
    owner.id = UserId{std::move(customer->subject)};
    return owner;
  }
  const std::string_view token = request.header(kCartTokenHeader);
  if (token.empty())
    return Error{ErrorKind::Unauthenticated, "A bearer token or a cart token is needed."};
  auto guest = callers.tokens.verify(token, owner.now);
  if (!guest) return guest.error();
  owner.id = std::move(*guest);
  return owner;
}

// As owner_of(); who shows nothing becomes a guest.
Result<CartOwner> owner_or_guest(const CartCallers& callers, const http::Request& request) {
  const bool shows_nothing = request.header("Authorization").empty() && request.header(kCartTokenHeader).empty();
  if (!shows_nothing) return owner_of(callers, request);
  const Timestamp now = callers.clock.now();
  return CartOwner{make_guest(now), now};
}

// A guest's answer carries a token, renewed.
http::Answer<wire::Cart> to_answer(const CartCallers& callers, const CartOwner& owner, const CartView& view) {
  http::Answer<wire::Cart> answer;
  answer.body = to_wire(view);
  if (!is_guest(owner.id)) return answer;
  CartToken token = callers.tokens.issue(owner.id, owner.now);
  answer.headers.emplace_back(kCartTokenHeader, token.text);
  answer.headers.emplace_back("Cache-Control", "no-store");
  answer.body.cart_token = std::move(token.text);
  answer.body.cart_token_expires_at = token.expires_at;
  return answer;
}

Shown show(const CartCallers& callers, CartOwner owner, Task<Result<CartView>> working) {
  auto view = co_await std::move(working);
  if (!view) co_return view.error();
  co_return to_answer(callers, owner, *view);
}

http::EndpointInfo cart_info(std::string name, std::string summary, std::vector<int> errors) {
  http::EndpointInfo info;
  info.name = std::move(name);
  info.summary = std::move(summary) + "; the caller's by bearer token, or a guest's by X-Cart-Token";
  info.tag = "cart";
  info.errors = std::move(errors);
  return info;
}

void add_edits(http::Api& api, EditCart& cart, const CartCallers& callers) {
  api.post("/api/cart/guest", {.name = "begin_guest_cart", .summary = "A cart token for a guest", .tag = "cart"},
           [callers](Call<> call) -> Shown {
             const Timestamp now = callers.clock.now();
             static_cast<void>(call);
             auto answer = to_answer(callers, CartOwner{make_guest(now), now}, CartView{});
             answer.status = 201;
             co_return answer;
           });
  api.get("/api/cart", cart_info("get_cart", "The cart", {401}), [&cart, callers](Call<> call) -> Shown {
    auto owner = owner_of(callers, *call.request);
    if (!owner) co_return owner.error();
    UserId id = owner->id;
    auto working = cart.get(std::move(id));
    co_return co_await show(callers, std::move(*owner), std::move(working));
  });
  api.post("/api/cart/add",
           cart_info("add_to_cart", "Puts more of a product into the cart; without either token into a new guest's",
                     {401, 404, 409}),
           [&cart, callers](Call<None, None, wire::CartAddition> call) -> Shown {
             auto owner = owner_or_guest(callers, *call.request);
             if (!owner) co_return owner.error();
             auto sku = cart.choose(call.body.product_id, call.body.sku);
             if (!sku) co_return sku.error();
             UserId id = owner->id;
             auto working = cart.add(std::move(id), std::move(*sku), call.body.quantity);
             co_return co_await show(callers, std::move(*owner), std::move(working));
           });
  api.put("/api/cart/update",
          cart_info("update_cart", "Sets how many of a product are in the cart, 0 takes it out", {401, 404, 409}),
          [&cart, callers](Call<None, None, wire::CartQuantity> call) -> Shown {
            auto owner = owner_of(callers, *call.request);
            if (!owner) co_return owner.error();
            auto sku = cart.choose(call.body.product_id, call.body.sku);
            if (!sku && call.body.quantity > 0) co_return sku.error();
            // What is no longer sold can still be taken out.
            if (!sku) sku = call.body.sku.value_or(SkuId{call.body.product_id.str()});
            UserId id = owner->id;
            auto working = cart.set(std::move(id), std::move(*sku), call.body.quantity);
            co_return co_await show(callers, std::move(*owner), std::move(working));
          });
  api.del("/api/cart/remove/{product_id}", cart_info("remove_from_cart", "Takes a product out", {401}),
          [&cart, callers](Call<wire::ByCartProduct> call) -> Shown {
            auto owner = owner_of(callers, *call.request);
            if (!owner) co_return owner.error();
            UserId id = owner->id;
            auto working = cart.set(std::move(id), std::move(call.path.product_id), 0);
            co_return co_await show(callers, std::move(*owner), std::move(working));
          });
  api.del("/api/cart/clear", cart_info("clear_cart", "Empties the cart", {401}),
          [&cart, callers](Call<> call) -> Shown {
            auto owner = owner_of(callers, *call.request);
            if (!owner) co_return owner.error();
            UserId id = owner->id;
            auto working = cart.clear(std::move(id));
            co_return co_await show(callers, std::move(*owner), std::move(working));
          });
}

// What a checkout names; nothing: the cart's are meant.
std::optional<std::vector<std::string>> codes_of(wire::CheckoutOrder& order) {
  if (!order.coupon_code) return std::move(order.coupon_codes);
  std::vector<std::string> codes = std::move(order.coupon_codes).value_or(std::vector<std::string>{});
  if (std::ranges::count(codes, *order.coupon_code) == 0)
    codes.insert(codes.begin(), std::move(*order.coupon_code));
  return codes;
}

void add_cart_coupons(http::Api& api, EditCart& cart, const CartCallers& callers) {
  api.put("/api/cart/coupons",
          cart_info("set_cart_coupons", "Sets the cart's coupons, one that does not fit stays in it with the reason",
                    {400, 401}),
          [&cart, callers](Call<None, None, wire::CartCoupons> call) -> Shown {
            auto owner = owner_of(callers, *call.request);
            if (!owner) co_return owner.error();
            UserId id = owner->id;
            auto working = cart.set_coupons(std::move(id), std::move(call.body.codes));
            co_return co_await show(callers, std::move(*owner), std::move(working));
          });
  api.del("/api/cart/coupons", cart_info("clear_cart_coupons", "Takes the coupons out", {401}),
          [&cart, callers](Call<> call) -> Shown {
            auto owner = owner_of(callers, *call.request);
            if (!owner) co_return owner.error();
            UserId id = owner->id;
            std::vector<std::string> none;
            auto working = cart.set_coupons(std::move(id), std::move(none));
            co_return co_await show(callers, std::move(*owner), std::move(working));
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
               request.coupon_codes = codes_of(*call.body);
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

void add_cart_routes(http::Api& api, OrderApp& orders, const CartCallers& callers) {
  add_edits(api, orders.cart, callers);
  add_cart_coupons(api, orders.cart, callers);
  add_checkout(api, orders.place);
}

}  // namespace qm::shop
