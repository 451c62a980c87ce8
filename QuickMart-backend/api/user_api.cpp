#include "QuickMart-backend/api/user_api.hpp"

#include "QuickMart-backend/api/order_wire.hpp"
#include "QuickMart-backend/api/user_wire.hpp"

namespace qm::shop {
BOOST_DESCRIBE_ENUM(MessageStatus, generated, read)

namespace wire {

struct PurchaseHistory {
  std::vector<Order> orders;
  std::int64_t total_orders = 0;
};
BOOST_DESCRIBE_STRUCT(PurchaseHistory, (), (orders, total_orders))

struct Message {
  std::string message_id;
  std::string user_id;
  std::string message;
  double churn_probability = 0;
  std::vector<std::string> churn_reasons;
  Timestamp created_at{};
  MessageStatus status = MessageStatus::generated;
  std::optional<Timestamp> read_at;
};
BOOST_DESCRIBE_STRUCT(Message, (),
                      (message_id, user_id, message, churn_probability, churn_reasons, created_at, status, read_at))

struct MessageList {
  std::vector<Message> messages;
  std::int64_t total_messages = 0;
  std::int64_t unread_count = 0;
};
BOOST_DESCRIBE_STRUCT(MessageList, (), (messages, total_messages, unread_count))

struct ByMessage {
  MessageId message_id;
};
BOOST_DESCRIBE_STRUCT(ByMessage, (), (message_id))

struct MessagePaging {
  int limit = 100;
};
BOOST_DESCRIBE_STRUCT(MessagePaging, (), (limit))
inline auto constraints(const MessagePaging*) {
  return json::fields(json::field(&MessagePaging::limit, json::defaulted(), json::range(1, 1'000)));
}

}  // namespace wire

namespace {

using http::Access;
using http::Call;
using http::None;

wire::Message to_wire(const Message& message) {
  wire::Message out;
  out.message_id = message.id.str();
  out.user_id = message.user_id.str();
  out.message = message.text;
  out.churn_probability = message.churn_probability;
  out.churn_reasons = message.churn_reasons;
  out.created_at = message.created_at;
  out.status = message.status;
  out.read_at = message.read_at;
  return out;
}

wire::MessageList to_wire(const MessageList& list) {
  wire::MessageList out;
  for (const Message& message : list.shown) out.messages.push_back(to_wire(message));
  out.total_messages = static_cast<std::int64_t>(list.total);
  out.unread_count = static_cast<std::int64_t>(list.unread);
  return out;
}

void add_preferences(http::Api& api, AccountApp& accounts) {
  api.get("/api/users/preferences",
          {.name = "get_preferences", .summary = "What the caller likes", .tag = "users", .access = Access::User},
          [&accounts](Call<> call) -> Task<Result<wire::Preferences>> {
            UserId id{call.principal().subject};
            auto user = co_await accounts.account.get(std::move(id));
            if (!user) co_return user.error();
            co_return wire::to_wire(user->preferences);
          });
  api.put("/api/users/preferences",
          {.name = "change_preferences", .summary = "Changes what is named", .tag = "users", .access = Access::User},
          [&accounts](Call<None, None, wire::PreferencesChange> call) -> Task<Result<wire::Preferences>> {
            auto faults = wire::faults_of(call.body, {"body"});
            if (!faults.empty()) co_return invalid(std::move(faults));
            UserId id{call.principal().subject};
            PreferencesChange change = wire::to_domain(std::move(call.body));
            auto user = co_await accounts.account.change_preferences(std::move(id), std::move(change));
            if (!user) co_return user.error();
            co_return wire::to_wire(user->preferences);
          });
}

void add_purchases(http::Api& api, AccountApp& accounts) {
  api.get("/api/users/purchase-history",
          {.name = "purchase_history", .summary = "The caller's orders, newest first", .tag = "users",
           .access = Access::User},
          [&accounts](Call<> call) -> Task<Result<wire::PurchaseHistory>> {
            UserId id{call.principal().subject};
            auto orders = co_await accounts.purchases.of(std::move(id));
            if (!orders) co_return orders.error();
            wire::PurchaseHistory out;
            for (const Order& order : *orders) out.orders.push_back(wire::to_wire(order));
            out.total_orders = static_cast<std::int64_t>(out.orders.size());
            co_return out;
          });
}

void add_messages(http::Api& api, AccountApp& accounts) {
  api.get("/api/users/messages",
          {.name = "list_messages", .summary = "The caller's messages, newest first", .tag = "users",
           .access = Access::User},
          [&accounts](Call<None, wire::MessagePaging> call) -> Task<Result<wire::MessageList>> {
            UserId id{call.principal().subject};
            auto list = co_await accounts.messages.list(std::move(id), static_cast<std::size_t>(call.query.limit));
            if (!list) co_return list.error();
            co_return to_wire(*list);
          });
  api.put("/api/users/messages/{message_id}/mark-read",
          {.name = "mark_message_read", .summary = "The caller has read this message", .tag = "users",
           .access = Access::User, .errors = {404}},
          [&accounts](Call<wire::ByMessage> call) -> Task<Result<wire::Message>> {
            UserId id{call.principal().subject};
            auto message = co_await accounts.messages.mark_read(std::move(id), std::move(call.path.message_id));
            if (!message) co_return message.error();
            co_return to_wire(*message);
          });
}

}  // namespace

void add_user_routes(http::Api& api, AccountApp& accounts) {
  add_preferences(api, accounts);
  add_purchases(api, accounts);
  add_messages(api, accounts);
}

}  // namespace qm::shop
