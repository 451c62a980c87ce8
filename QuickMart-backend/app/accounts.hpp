// Every use case around accounts, with what they need. One object for the composition root and the routes.
#pragma once
#include "platform/core/clock.hpp"
#include "platform/core/runtime.hpp"
#include "platform/security/jwt.hpp"
#include "QuickMart-backend/app/account.hpp"
#include "QuickMart-backend/app/login.hpp"
#include "QuickMart-backend/app/logout.hpp"
#include "QuickMart-backend/app/messages.hpp"
#include "QuickMart-backend/app/purchase_history.hpp"
#include "QuickMart-backend/app/refresh_session.hpp"
#include "QuickMart-backend/app/register_user.hpp"

namespace qm::shop {

struct AccountApp {
  AccountApp(UserStore& users, SessionStore& sessions, LoginFailureStore& failures, MessageStore& message_store,
             OrderStore& orders, PredictAfterLogin& predict, TellCarts& carts, SendEvents& events,
             const CartTokens& cart_tokens, MergeCarts& merge, CpuPool& pool, const security::TokenSigner& signer,
             const Clock& clock)
      : register_user{users, pool, clock},
        login{users, sessions, failures, predict, events, cart_tokens, merge, pool, signer, clock},
        refresh{users, sessions, signer, clock},
        logout{sessions, carts, events, clock},
        account{users},
        messages{account, message_store, clock},
        purchases{account, orders} {}

  AccountApp(const AccountApp&) = delete;  // its parts refer to each other

  RegisterUser register_user;
  Login login;
  RefreshSession refresh;
  Logout logout;
  Account account;
  Messages messages;
  PurchaseHistory purchases;
};

}  // namespace qm::shop
