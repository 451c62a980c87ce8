// What customers did, as RecoEngine is told it. Pure: the same thing gives the same event with the same id, so that it
// may be told again by whoever does not know that it was.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "QuickMart-backend/clients/reco_client.hpp"
#include "QuickMart-backend/domain/cart.hpp"
#include "QuickMart-backend/domain/catalog.hpp"
#include "QuickMart-backend/domain/order.hpp"
#include "QuickMart-backend/domain/session.hpp"
#include "QuickMart-backend/domain/ticket.hpp"
#include "QuickMart-backend/domain/user_coupon.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxEventIdBytes = 100;

// "order_placed.ord_01J…"; of what would be too long, or has characters that no id has, a digest.
std::string event_id_of(contracts::EventType type, std::initializer_list<std::string_view> parts);

// A login: the session it begins, and that the customer signed in.
std::vector<contracts::Event> login_events(const UserId& user, const SessionId& session, Timestamp at);
// A logout: that the customer left, and the end of the session.
std::vector<contracts::Event> logout_events(const UserId& user, const SessionId& session, Timestamp at);

// `catalog` knows the products of the cart's SKUs; of one that it does not know, the SKU is told.
// `version` tells two states of one millisecond apart.
contracts::Event cart_changed(const Cart& cart, const Catalog& catalog, std::uint32_t version);
// One for each time that a cart was left: until it is changed again, it is the same.
contracts::Event cart_abandoned(const Cart& cart, const Catalog& catalog);

// What the step that an order is in means for its customer: nothing, while it is placed; while it is undone, that the
// payment was refused, if it was. The order is as its record has it since the step was decided.
std::vector<contracts::Event> order_events(const Order& order);

// A coupon that was spent, with an order or without.
contracts::Event coupon_redeemed(const UserCoupon& held, const CouponUse& use, std::string code);

// What happened with a ticket at `since` or after.
std::vector<contracts::Event> ticket_events(const Ticket& ticket, Timestamp since);

}  // namespace qm::shop
