#include "QuickMart-backend/store/customer_history_store.hpp"

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kHistorySet = "history";
constexpr std::size_t kMaxEvents = 1'000;  // of one kind; the newest stay, so that the record stays small

template <class T, class Encode>
kv::Value encode_list(const std::vector<T>& things, Encode encode) {
  kv::List list;
  const std::size_t skipped = things.size() > kMaxEvents ? things.size() - kMaxEvents : 0;
  for (std::size_t i = skipped; i < things.size(); ++i) list.push_back(encode(things[i]));
  return kv::Value{std::move(list)};
}

template <class Decode>
void decode_list(const kv::List& list, Decode decode) {
  for (const kv::Value& each : list)
    if (const auto* map = each.as<kv::Map>()) decode(RecordFields{*map});
}

kv::Value encode(const Visit& visit) {
  kv::Map map;
  map["at"] = to_value(visit.at);
  map["minutes"] = visit.minutes;
  map["clicks"] = visit.clicks;
  map["shown"] = visit.impressions;
  map["read"] = visit.read_content;
  return kv::Value{std::move(map)};
}

kv::Value encode(const FilledCart& cart) {
  kv::Map map;
  map["at"] = to_value(cart.at);
  map["items"] = cart.items;
  map["bought"] = cart.bought;
  return kv::Value{std::move(map)};
}

kv::Value encode(const SupportTicket& ticket) {
  kv::Map map;
  map["at"] = to_value(ticket.at);
  if (ticket.resolved_after_hours) map["hours"] = *ticket.resolved_after_hours;
  if (ticket.csat) map["csat"] = *ticket.csat;
  map["refund"] = ticket.refund_request;
  return kv::Value{std::move(map)};
}

kv::Value encode(const ResponseCount& count) {
  kv::Map map;
  map["sent"] = count.sent;
  map["answered"] = count.answered;
  return kv::Value{std::move(map)};
}

ResponseCount decode_count(const RecordFields& fields, std::string_view bin) {
  const kv::Map map = fields.map(bin);
  const RecordFields count{map};
  return {count.integer("sent"), count.integer("answered")};
}

kv::Value encode(const LastSession& session) {
  kv::Map map;
  map["at"] = to_value(session.at);
  map["clicks"] = session.clicks;
  if (session.checkout_seconds) map["checkout"] = *session.checkout_seconds;
  map["cart_items"] = session.cart_items;
  map["bought"] = session.bought;
  map["bounced"] = session.bounced;
  return kv::Value{std::move(map)};
}

kv::Bins encode(const CustomerHistory& history) {
  kv::Bins bins;
  bins["joined_at"] = to_value(history.joined_at);
  if (history.loyalty_tier) bins["loyalty_tier"] = std::string{to_string(*history.loyalty_tier)};
  bins["region"] = to_value(history.region);
  bins["device"] = to_value(history.device);
  bins["payment"] = to_value(history.payment);
  bins["language"] = to_value(history.language);
  bins["subscription"] = to_value(history.subscription);
  bins["logins"] = encode_list(history.logins, [](Timestamp at) { return to_value(at); });
  bins["visits"] = encode_list(history.visits, [](const Visit& each) { return encode(each); });
  bins["carts"] = encode_list(history.carts, [](const FilledCart& each) { return encode(each); });
  bins["tickets"] = encode_list(history.tickets, [](const SupportTicket& each) { return encode(each); });
  bins["wishlist_adds"] = history.wishlist_adds;
  bins["pushes"] = encode(history.pushes);
  bins["emails"] = encode(history.emails);
  bins["offers"] = encode(history.offers);
  bins["promo_hours"] = encode_list(history.promotion_response_hours, [](double hours) { return kv::Value{hours}; });
  bins["retention"] = to_value(history.retention_offer);
  if (history.last_session) bins["last_session"] = encode(*history.last_session);
  return bins;
}

void decode_events(const RecordFields& fields, CustomerHistory& history) {
  for (const kv::Value& each : fields.list("logins"))
    if (const auto* ms = each.as<std::int64_t>()) history.logins.emplace_back(std::chrono::milliseconds{*ms});
  decode_list(fields.list("visits"), [&](const RecordFields& each) {
    history.visits.push_back({each.time("at"), each.number("minutes"), each.integer("clicks"), each.integer("shown"),
                              each.flag("read")});
  });
  decode_list(fields.list("carts"), [&](const RecordFields& each) {
    history.carts.push_back({each.time("at"), each.integer("items"), each.flag("bought")});
  });
  decode_list(fields.list("tickets"), [&](const RecordFields& each) {
    history.tickets.push_back(
        {each.time("at"), each.maybe_number("hours"), each.maybe_integer("csat"), each.flag("refund")});
  });
}

CustomerHistory decode(UserId user, const kv::Record& record) {
  const RecordFields fields{record};
  CustomerHistory history;
  history.user_id = std::move(user);
  history.joined_at = fields.time("joined_at");
  if (auto tier = fields.maybe_text("loyalty_tier")) history.loyalty_tier = parse_loyalty_tier(*tier);
  history.region = fields.maybe_text("region");
  history.device = fields.maybe_text("device");
  history.payment = fields.maybe_text("payment");
  history.language = fields.maybe_text("language");
  history.subscription = fields.maybe_text("subscription");
  decode_events(fields, history);
  history.wishlist_adds = fields.integer("wishlist_adds");
  history.pushes = decode_count(fields, "pushes");
  history.emails = decode_count(fields, "emails");
  history.offers = decode_count(fields, "offers");
  for (const kv::Value& each : fields.list("promo_hours"))
    if (const auto* hours = each.as<double>()) history.promotion_response_hours.push_back(*hours);
  history.retention_offer = fields.maybe_text("retention");
  if (fields.has("last_session")) {
    const kv::Map map = fields.map("last_session");
    const RecordFields last{map};
    history.last_session = LastSession{last.time("at"),          last.integer("clicks"), last.maybe_number("checkout"),
                                       last.integer("cart_items"), last.flag("bought"),  last.flag("bounced")};
  }
  return history;
}

}  // namespace

Task<Result<void>> CustomerHistoryStore::put(CustomerHistory history) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::Replace;
  kv::Key key{kHistorySet, history.user_id.str()};
  kv::Bins bins = encode(history);
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<CustomerHistory>> CustomerHistoryStore::get(UserId user) {
  kv::Key key{kHistorySet, user.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  co_return decode(std::move(user), *record);
}

}  // namespace qm::shop
