#include "RecoEngine-featurestore/store/event_log_bytes.hpp"

#include "RecoEngine-featurestore/store/packed_fields.hpp"

namespace qm::reco {

namespace {

// Each event: id, then the length of the rest, then the rest, so that ids can be read alone. The rest: type, time, how
// much later it was known, and which fields follow.
using Field = std::uint64_t;
constexpr Field kSession = 1, kProduct = 2, kWords = 4, kProducts = 8, kItems = 16, kAmount = 32, kDiscount = 64,
                kOrder = 128, kCoupon = 256, kTicket = 512, kHours = 1024, kScore = 2048, kPage = 4096, kNudge = 8192,
                kChannel = 16384;
constexpr std::uint64_t kKnownChannels = 4;

std::uint64_t fields_of(const EventData& data) {
  return (data.session_id ? kSession : 0U) | (data.product_id ? kProduct : 0U) | (data.words ? kWords : 0U) |
         (data.product_ids ? kProducts : 0U) | (data.item_count ? kItems : 0U) | (data.amount ? kAmount : 0U) |
         (data.discount ? kDiscount : 0U) | (data.order_id ? kOrder : 0U) | (data.coupon_code ? kCoupon : 0U) |
         (data.ticket_id ? kTicket : 0U) | (data.resolution_hours ? kHours : 0U) | (data.score ? kScore : 0U) |
         (data.page ? kPage : 0U) | (data.nudge_id ? kNudge : 0U) | (data.channel ? kChannel : 0U);
}

void write_data(PackedWriter& out, const EventData& data) {
  out.number(fields_of(data));
  if (data.session_id) out.text(*data.session_id);
  if (data.product_id) out.text(*data.product_id);
  if (data.words) out.text(*data.words);
  if (data.product_ids) {
    out.number(data.product_ids->size());
    for (const std::string& each : *data.product_ids) out.text(each);
  }
  if (data.item_count) out.signed_number(*data.item_count);
  if (data.amount) out.signed_number(data.amount->minor());
  if (data.discount) out.signed_number(data.discount->minor());
  if (data.order_id) out.text(*data.order_id);
  if (data.coupon_code) out.text(*data.coupon_code);
  if (data.ticket_id) out.text(*data.ticket_id);
  if (data.resolution_hours) out.real(*data.resolution_hours);
  if (data.score) out.signed_number(*data.score);
  if (data.page) out.text(*data.page);
  if (data.nudge_id) out.text(*data.nudge_id);
  if (data.channel) out.number(static_cast<std::uint64_t>(*data.channel));
}

EventData read_data(PackedReader& in) {
  EventData data;
  const std::uint64_t fields = in.number();
  const auto has = [fields](Field field) { return (fields & field) != 0; };
  if (has(kSession)) data.session_id = in.text();
  if (has(kProduct)) data.product_id = in.text();
  if (has(kWords)) data.words = in.text();
  if (has(kProducts)) {
    auto& products = data.product_ids.emplace();
    const std::size_t count = in.size();
    for (std::size_t i = 0; i < count && !in.failed(); ++i) products.emplace_back(in.text());
  }
  if (has(kItems)) data.item_count = in.signed_number();
  if (has(kAmount)) data.amount = Money{in.signed_number()};
  if (has(kDiscount)) data.discount = Money{in.signed_number()};
  if (has(kOrder)) data.order_id = in.text();
  if (has(kCoupon)) data.coupon_code = in.text();
  if (has(kTicket)) data.ticket_id = in.text();
  if (has(kHours)) data.resolution_hours = in.real();
  if (has(kScore)) data.score = in.signed_number();
  if (has(kPage)) data.page = in.text();
  if (has(kNudge)) data.nudge_id = in.text();
  if (has(kChannel)) data.channel = static_cast<Channel>(in.number() % kKnownChannels);
  return data;
}

Timestamp time_of(std::int64_t ms) { return Timestamp{std::chrono::milliseconds{ms}}; }

}  // namespace

void append_event(std::string& log, const KnownEvent& known) {
  const Event& event = known.event;
  std::string rest;
  PackedWriter inner{rest};
  inner.number(static_cast<std::uint64_t>(event.type));
  const std::int64_t at_ms = event.at.time_since_epoch().count();
  inner.signed_number(at_ms);
  inner.signed_number(known.known_at.time_since_epoch().count() - at_ms);
  write_data(inner, event.data);
  PackedWriter out{log};
  out.text(event.id.str());
  out.text(rest);
}

void for_each_event_id(std::string_view log, const std::function<void(std::string_view)>& visit) {
  PackedReader in{log};
  while (!in.done()) {
    const std::string_view id = in.text();
    in.text();
    if (in.failed()) return;
    visit(id);
  }
}

std::vector<KnownEvent> events_of_log(std::string_view log, const UserId& user) {
  std::vector<KnownEvent> events;
  PackedReader in{log};
  while (!in.done()) {
    const std::string_view id = in.text();
    PackedReader rest{in.text()};
    if (in.failed()) break;
    const std::uint64_t type = rest.number();
    const std::int64_t at_ms = rest.signed_number();
    const std::int64_t known_ms = at_ms + rest.signed_number();
    EventData data = read_data(rest);
    if (type >= kEventTypes || rest.failed() || !is_valid_id(id)) continue;
    events.push_back({{EventId{std::string{id}}, static_cast<EventType>(type), user, time_of(at_ms), std::move(data)},
                      time_of(known_ms)});
  }
  return events;
}

}  // namespace qm::reco
