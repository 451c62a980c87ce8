#include "RecoEngine-featurestore/api/event_wire.hpp"

#include "platform/json/parse.hpp"
#include "platform/json/print.hpp"

namespace qm::reco {

namespace {

std::optional<Money> to_money(const std::optional<json::Amount>& amount) {
  return amount ? std::optional{Money{amount->minor}} : std::nullopt;
}
std::optional<json::Amount> to_amount(const std::optional<Money>& money) {
  return money ? std::optional{json::to_wire(*money)} : std::nullopt;
}

std::optional<Channel> to_channel(const std::optional<contracts::EventChannel>& channel) {
  return channel ? parse_channel(json::enum_name(*channel)) : std::nullopt;
}
std::optional<contracts::EventChannel> to_wire(const std::optional<Channel>& channel) {
  if (!channel) return std::nullopt;
  contracts::EventChannel wire{};
  json::enum_from_text(to_string(*channel), wire);
  return wire;
}

}  // namespace

Event to_domain(contracts::Event&& wire) {
  Event event{EventId{std::move(wire.event_id)}, *parse_event_type(json::enum_name(wire.type)),
              UserId{std::move(wire.user_id)}, wire.at, {}};
  contracts::EventData& from = wire.data;
  event.data = {std::move(from.session_id), std::move(from.product_id), std::move(from.words),
                std::move(from.product_ids), from.item_count, to_money(from.amount), to_money(from.discount),
                std::move(from.order_id), std::move(from.coupon_code), std::move(from.ticket_id),
                from.resolution_hours, from.score, std::move(from.page), std::move(from.nudge_id),
                to_channel(from.channel)};
  return event;
}

contracts::Event to_wire(const Event& event) {
  contracts::Event wire;
  wire.event_id = event.id.str();
  json::enum_from_text(to_string(event.type), wire.type);
  wire.user_id = event.user_id.str();
  wire.at = event.at;
  const EventData& from = event.data;
  wire.data = {from.session_id, from.product_id, from.words, from.product_ids, from.item_count,
               to_amount(from.amount), to_amount(from.discount), from.order_id, from.coupon_code, from.ticket_id,
               from.resolution_hours, from.score, from.page, from.nudge_id, to_wire(from.channel)};
  return wire;
}

}  // namespace qm::reco
