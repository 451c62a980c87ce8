// /api/cart/*: the caller's cart, a guest's too, and buying it, which needs an account.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/cart_tokens.hpp"
#include "QuickMart-backend/app/orders.hpp"

namespace qm::shop {

// Who may have a cart: customers by what `authenticate` says, guests by their tokens.
struct CartCallers {
  http::Authenticator authenticate;
  const CartTokens& tokens;
  const Clock& clock;
};

// `orders`, the tokens and the clock outlive the api.
void add_cart_routes(http::Api& api, OrderApp& orders, const CartCallers& callers);

}  // namespace qm::shop
