#include "QuickMart-backend/api/stripe_event.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "platform/json/parse.hpp"

namespace qm::shop {
namespace wire {

// A PaymentIntent, Refund or Dispute: what the shop wants of them.
struct StripeObject {
  std::string id;
  std::optional<std::int64_t> amount;
  std::optional<std::string> currency;
  std::optional<std::string> payment_intent;  // of a refund or dispute
  std::optional<std::map<std::string, std::string>> metadata;
};
BOOST_DESCRIBE_STRUCT(StripeObject, (), (id, amount, currency, payment_intent, metadata))

struct StripeEventData {
  StripeObject object;
};
BOOST_DESCRIBE_STRUCT(StripeEventData, (), (object))

struct StripeEventHead {
  std::string id;
  std::string type;
};
BOOST_DESCRIBE_STRUCT(StripeEventHead, (), (id, type))
inline auto constraints(const StripeEventHead*) {
  return json::fields(json::field(&StripeEventHead::id, json::length(1, 255)));
}

struct StripeEvent {
  StripeEventData data;
};
BOOST_DESCRIBE_STRUCT(StripeEvent, (), (data))

}  // namespace wire

namespace {

constexpr std::array<std::pair<std::string_view, PaymentEventKind>, 6> kStripeTypes{
    {{"payment_intent.amount_capturable_updated", PaymentEventKind::authorised},
     {"payment_intent.payment_failed", PaymentEventKind::declined},
     {"payment_intent.succeeded", PaymentEventKind::captured},
     {"payment_intent.canceled", PaymentEventKind::cancelled},
     {"refund.created", PaymentEventKind::refunded},
     {"charge.dispute.created", PaymentEventKind::disputed}}};

PaymentEventKind stripe_kind_of(std::string_view type) {
  const auto row = std::ranges::find(kStripeTypes, type, [](const auto& each) { return each.first; });
  return row == kStripeTypes.end() ? PaymentEventKind::other : row->second;
}

// Stripe writes currencies in lower case.
Currency currency_of(std::string code) {
  std::ranges::transform(code, code.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return code.size() == 3 ? Currency{code} : Currency{};
}

}  // namespace

Result<PaymentEvent> parse_stripe_event(const std::string& body) {
  auto head = json::parse<wire::StripeEventHead>(body, "body");
  if (!head) return head.error();
  PaymentEvent event;
  event.provider = "stripe";
  event.id = std::move(head->id);
  event.kind = stripe_kind_of(head->type);
  if (event.kind == PaymentEventKind::other) return event;
  auto whole = json::parse<wire::StripeEvent>(body, "body");
  if (!whole) return whole.error();
  wire::StripeObject& object = whole->data.object;
  event.amount = Money{object.amount.value_or(0), currency_of(object.currency.value_or("usd"))};
  event.reference = object.payment_intent.value_or(object.id);
  if (object.metadata) {
    if (auto order = OrderId::parse((*object.metadata)["order_id"])) event.order = std::move(*order);
    event.is_ours = event.kind == PaymentEventKind::refunded && object.metadata->contains("refund_id");
  }
  return event;
}

}  // namespace qm::shop
