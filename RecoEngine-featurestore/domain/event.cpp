#include "RecoEngine-featurestore/domain/event.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace qm::reco {

namespace {

constexpr std::array<std::pair<EventType, std::string_view>, 13> kEventNames{{
    {EventType::session_started, "session_started"},
    {EventType::session_ended, "session_ended"},
    {EventType::product_viewed, "product_viewed"},
    {EventType::products_searched, "products_searched"},
    {EventType::cart_changed, "cart_changed"},
    {EventType::cart_abandoned, "cart_abandoned"},
    {EventType::order_placed, "order_placed"},
    {EventType::order_cancelled, "order_cancelled"},
    {EventType::order_refunded, "order_refunded"},
    {EventType::coupon_used, "coupon_used"},
    {EventType::ticket_opened, "ticket_opened"},
    {EventType::ticket_closed, "ticket_closed"},
    {EventType::ticket_rated, "ticket_rated"},
}};

std::optional<FeatureValue> items_in_cart(const Event& event) {
  if (!event.data.item_count) return std::nullopt;
  return FeatureValue{*event.data.item_count};
}
// An emptied cart does not say that nothing was ever put in.
std::optional<FeatureValue> filled(const Event& event) {
  if (event.data.item_count.value_or(0) <= 0) return std::nullopt;
  return FeatureValue{true};
}
std::optional<FeatureValue> left(const Event&) { return FeatureValue{true}; }
std::optional<FeatureValue> bought(const Event&) { return FeatureValue{false}; }
std::optional<FeatureValue> time_of(const Event& event) { return FeatureValue{to_rfc3339(event.at)}; }
std::optional<FeatureValue> score_of(const Event& event) {
  if (!event.data.score) return std::nullopt;
  return FeatureValue{static_cast<double>(*event.data.score)};
}

constexpr EventFeature kEventFeatures[] = {
    {EventType::cart_changed, "cart_item_cnt", items_in_cart},
    {EventType::cart_changed, "cart_no_buy", filled},
    {EventType::cart_abandoned, "cart_no_buy", left},
    {EventType::cart_abandoned, "last_abandon_at", time_of},
    {EventType::order_placed, "cart_no_buy", bought},
    {EventType::ticket_closed, "csat_score", score_of},
    {EventType::ticket_rated, "csat_score", score_of},
};

bool is_click(const Event& event) {
  return event.data.session_id &&
         (event.type == EventType::product_viewed || event.type == EventType::products_searched);
}

void keep_latest(std::vector<DatedFeature>& found, DatedFeature dated) {
  const auto same = std::ranges::find(found, dated.feature, &DatedFeature::feature);
  if (same == found.end()) return found.push_back(std::move(dated));
  if (std::tie(same->at, same->value) < std::tie(dated.at, dated.value)) *same = std::move(dated);
}

}  // namespace

std::string_view to_string(EventType type) noexcept {
  for (const auto& [each, name] : kEventNames)
    if (each == type) return name;
  return "";
}

std::optional<EventType> parse_event_type(std::string_view name) noexcept {
  for (const auto& [each, its_name] : kEventNames)
    if (its_name == name) return each;
  return std::nullopt;
}

bool happened_before(const Event& a, const Event& b) noexcept { return std::tie(a.at, a.id) < std::tie(b.at, b.id); }

std::string_view why_not_kept(const Event& event, Timestamp now, std::chrono::hours keep) noexcept {
  if (event.at > now + kMaxEventAhead) return "its time lies ahead";
  if (event.at < now - keep) return "it is older than events are kept";
  return {};
}

std::span<const EventFeature> event_features() noexcept { return kEventFeatures; }

std::vector<DatedFeature> features_of(const std::vector<Event>& events) {
  std::vector<DatedFeature> found;
  for (const Event& event : events) {
    for (const EventFeature& row : event_features()) {
      if (row.type != event.type) continue;
      auto value = row.value(event);
      if (value) keep_latest(found, {find_feature(row.feature), std::move(*value), event.at});
    }
  }
  return found;
}

std::optional<DatedFeature> session_clicks_of(const std::vector<Event>& of_days) {
  const Event* last = nullptr;
  for (const Event& event : of_days)
    if (is_click(event) && (last == nullptr || happened_before(*last, event))) last = &event;
  if (last == nullptr) return std::nullopt;
  const auto of_session = [last](const Event& event) {
    return is_click(event) && event.data.session_id == last->data.session_id;
  };
  const auto clicks = std::ranges::count_if(of_days, of_session);
  return DatedFeature{find_feature("curr_sess_clk"), std::int64_t{clicks}, last->at};
}

AbandonedCarts count_abandoned(AbandonedCarts known, const std::vector<Event>& events, Timestamp now) {
  const auto is_old = [now](const auto& each) { return each.second < now - kCountAbandoned; };
  if (known.count && known.at != known.counted_at) known.given_at = known.at;
  std::int64_t count = known.count.value_or(0) - static_cast<std::int64_t>(std::erase_if(known.counted, is_old));
  bool counts_any = false;
  for (const Event& event : events) {
    if (event.type != EventType::cart_abandoned || event.at < now - kCountAbandoned) continue;
    if (known.counted.size() >= kMaxCountedAbandoned || !known.counted.emplace(event.id.str(), event.at).second)
      continue;
    counts_any = true;
    if (event.at > known.given_at) ++count;
  }
  if (!known.count && !counts_any) return known;
  known.count = std::max<std::int64_t>(count, 0);
  for (const auto& [id, at] : known.counted) known.at = std::max(known.at, at);
  known.counted_at = known.at;
  return known;
}

}  // namespace qm::reco
