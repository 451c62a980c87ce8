#include "RecoEngine-featurestore/store/customer_state_bytes.hpp"

#include "RecoEngine-featurestore/domain/feature.hpp"
#include "RecoEngine-featurestore/store/customer_record.hpp"
#include "RecoEngine-featurestore/store/packed_fields.hpp"

namespace qm::reco {

namespace {

// Of version 1 it is not known when a source was last heard of, and it had one less. Before version 3 it was not said
// by which definition of the features events had been applied; it was the second.
constexpr std::uint64_t kVersion = 3, kBeforeDefinition = 2, kBeforeLastHeard = 1;
constexpr std::uint64_t kFirstDefinition = 2;
constexpr std::size_t kSourcesBefore = 7;

// Times follow one another closely: each is written as the difference to the one before it.
class Writer : public PackedWriter {
 public:
  using PackedWriter::PackedWriter;
  void time(Timestamp at) {
    const std::int64_t now_ms = at.time_since_epoch().count();
    signed_number(now_ms - last_ms_);
    last_ms_ = now_ms;
  }
  void maybe_time(const std::optional<Timestamp>& at) {
    number(at ? 1 : 0);
    if (at) time(*at);
  }

 private:
  std::int64_t last_ms_ = 0;
};

class Reader : public PackedReader {
 public:
  using PackedReader::PackedReader;
  Timestamp time() {
    // Unsigned, since nothing is said of what other bytes come to.
    last_ms_ += static_cast<std::uint64_t>(signed_number());
    return Timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(last_ms_)}};
  }
  std::optional<Timestamp> maybe_time() {
    if (number() == 0) return std::nullopt;
    return time();
  }
  bool flag() { return number() != 0; }

 private:
  std::uint64_t last_ms_ = 0;
};

void write_days(Writer& out, const CustomerState& state) {
  out.number(state.days.size());
  std::int32_t last = 0;
  for (const CustomerDay& day : state.days) {
    out.signed_number(day.day - last);
    last = day.day;
    std::uint64_t counted = 0;
    for (std::size_t i = 0; i < kDayCounts; ++i)
      if (day.counts[i] != 0) counted |= std::uint64_t{1} << i;
    out.number(counted);
    for (const std::int64_t each : day.counts)
      if (each != 0) out.signed_number(each);
  }
}

void read_days(Reader& in, CustomerState& state) {
  const std::size_t days = in.size();
  std::int64_t last = 0;
  for (std::size_t i = 0; i < days && !in.failed(); ++i) {
    CustomerDay& day = state.days.emplace_back();
    last = static_cast<std::int32_t>(last + static_cast<std::int32_t>(in.signed_number()));
    day.day = static_cast<std::int32_t>(last);
    const std::uint64_t counted = in.number();
    for (std::size_t each = 0; each < kDayCounts; ++each)
      if ((counted >> each & 1) != 0) day.counts[each] = in.signed_number();
  }
}

void write_visits(Writer& out, const CustomerState& state) {
  out.number(state.visits.size());
  for (const Visit& visit : state.visits) {
    out.time(visit.began_at);
    out.time(visit.seen_at);
    out.number((visit.over ? 1U : 0U) | (visit.content ? 2U : 0U));
    out.signed_number(visit.clicks);
    out.signed_number(visit.shown);
    out.signed_number(visit.products);
  }
  out.maybe_time(state.seen_before);
}

void read_visits(Reader& in, CustomerState& state) {
  const std::size_t visits = in.size();
  for (std::size_t i = 0; i < visits && !in.failed(); ++i) {
    Visit& visit = state.visits.emplace_back();
    visit.began_at = in.time();
    visit.seen_at = in.time();
    const std::uint64_t flags = in.number();
    visit.over = (flags & 1) != 0;
    visit.content = (flags & 2) != 0;
    visit.clicks = in.signed_number();
    visit.shown = in.signed_number();
    visit.products = in.signed_number();
  }
  state.seen_before = in.maybe_time();
}

void write_orders(Writer& out, const CustomerState& state) {
  out.number(state.orders.size());
  for (const RecentOrder& order : state.orders) {
    out.number(order.id_hash);
    out.time(order.at);
    out.signed_number(order.amount_minor);
    out.number((order.discounted ? 1U : 0U) | (order.large ? 2U : 0U) | (order.cancelled ? 4U : 0U) |
               (order.refunded_on ? 8U : 0U));
    if (order.refunded_on) out.signed_number(*order.refunded_on);
  }
  out.maybe_time(state.order_before);
  out.maybe_time(state.large_order_before);
  out.signed_number(state.orders_ever);
  out.signed_number(state.spent_ever_minor);
}

void read_orders(Reader& in, CustomerState& state) {
  const std::size_t orders = in.size();
  for (std::size_t i = 0; i < orders && !in.failed(); ++i) {
    RecentOrder& order = state.orders.emplace_back();
    order.id_hash = in.number();
    order.at = in.time();
    order.amount_minor = in.signed_number();
    const std::uint64_t flags = in.number();
    order.discounted = (flags & 1) != 0;
    order.large = (flags & 2) != 0;
    order.cancelled = (flags & 4) != 0;
    if ((flags & 8) != 0) order.refunded_on = static_cast<std::int32_t>(in.signed_number());
  }
  state.order_before = in.maybe_time();
  state.large_order_before = in.maybe_time();
  state.orders_ever = in.signed_number();
  state.spent_ever_minor = in.signed_number();
}

void write_words(Writer& out, const CustomerState& state) {
  out.maybe_time(state.cart_items ? std::optional{state.cart_items->at} : std::nullopt);
  if (state.cart_items) out.signed_number(state.cart_items->value);
  out.maybe_time(state.cart_left ? std::optional{state.cart_left->at} : std::nullopt);
  if (state.cart_left) out.number(state.cart_left->value ? 1 : 0);
  out.maybe_time(state.abandoned_at);
  out.maybe_time(state.satisfaction ? std::optional{state.satisfaction->at} : std::nullopt);
  if (state.satisfaction) out.signed_number(state.satisfaction->value);
  out.number(state.open_nudges.size());
  for (const OpenNudge& nudge : state.open_nudges) {
    out.number(nudge.id_hash);
    out.time(nudge.delivered_at);
  }
  out.maybe_time(state.offered_at);
  out.maybe_time(state.accepted_at);
}

void read_words(Reader& in, CustomerState& state) {
  if (const auto at = in.maybe_time()) state.cart_items = {in.signed_number(), *at};
  if (const auto at = in.maybe_time()) state.cart_left = {in.flag(), *at};
  state.abandoned_at = in.maybe_time();
  if (const auto at = in.maybe_time()) state.satisfaction = {in.signed_number(), *at};
  const std::size_t nudges = in.size();
  for (std::size_t i = 0; i < nudges && !in.failed(); ++i) {
    OpenNudge& nudge = state.open_nudges.emplace_back();
    nudge.id_hash = in.number();
    nudge.delivered_at = in.time();
  }
  state.offered_at = in.maybe_time();
  state.accepted_at = in.maybe_time();
}

}  // namespace

std::string to_bytes(const CustomerState& state) {
  std::string bytes;
  bytes.reserve(512);
  Writer out{bytes};
  out.number(kVersion);
  out.number(kFeatureDefinition);
  out.time(state.newest_at);
  out.text(state.newest_id);
  write_days(out, state);
  write_visits(out, state);
  write_orders(out, state);
  write_words(out, state);
  for (const auto& heard : state.heard) {
    out.maybe_time(heard ? std::optional{heard->first} : std::nullopt);
    if (heard) out.time(heard->last);
  }
  out.number(state.months.size());
  for (const MonthCount& month : state.months) {
    out.signed_number(month.month);
    out.signed_number(month.events);
  }
  return bytes;
}

std::optional<CustomerState> state_from_bytes(std::string_view bytes) {
  Reader in{bytes};
  const std::uint64_t version = in.number();
  if (version < kBeforeLastHeard || version > kVersion) return std::nullopt;
  const std::uint64_t definition = version > kBeforeDefinition ? in.number() : kFirstDefinition;
  const bool knows_last_heard = version > kBeforeLastHeard;
  CustomerState state;
  state.is_outdated = !knows_last_heard || definition != kFeatureDefinition;
  state.newest_at = in.time();
  state.newest_id = in.text();
  read_days(in, state);
  read_visits(in, state);
  read_orders(in, state);
  read_words(in, state);
  for (std::size_t i = 0; i < (knows_last_heard ? kEventSources : kSourcesBefore); ++i) {
    if (const auto first = in.maybe_time()) state.heard[i] = {*first, knows_last_heard ? in.time() : *first};
  }
  const std::size_t months = in.size();
  for (std::size_t i = 0; i < months && !in.failed(); ++i) {
    MonthCount& month = state.months.emplace_back();
    month.month = static_cast<std::int32_t>(in.signed_number());
    month.events = in.signed_number();
  }
  if (in.failed() || !in.done()) return std::nullopt;
  return state;
}

std::optional<CustomerState> state_of(const kv::Record& record) {
  const auto* bytes = record.get<kv::Bytes>(kStateBin);
  return bytes == nullptr ? std::nullopt : state_from_bytes(bytes->data);
}

}  // namespace qm::reco
