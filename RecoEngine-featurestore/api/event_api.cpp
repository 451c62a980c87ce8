#include "RecoEngine-featurestore/api/event_api.hpp"

#include "RecoEngine-featurestore/api/event_wire.hpp"

namespace qm::reco {

namespace wire {

// As contracts::EventBatch, but each event is read by itself, so that one that does not fit keeps no other out.
struct GivenEvents {
  std::vector<json::Unread> events;
};
BOOST_DESCRIBE_STRUCT(GivenEvents, (), (events))
inline auto constraints(const GivenEvents*) {
  return json::fields(json::field(&GivenEvents::events, json::length(0, contracts::kMaxEventsPerBatch)));
}

struct EventIntake {
  bool import = false;
};
BOOST_DESCRIBE_STRUCT(EventIntake, (), (import))
inline auto constraints(const EventIntake*) {
  return json::fields(json::field(&EventIntake::import, json::defaulted(),
                                  json::describe("History: counts as if it had been told when it happened.")));
}

struct EventsOfUser {
  UserId user_id;
};
BOOST_DESCRIBE_STRUCT(EventsOfUser, (), (user_id))

struct EventPaging {
  std::optional<Timestamp> from;
  std::int64_t limit = 100;
};
BOOST_DESCRIBE_STRUCT(EventPaging, (), (from, limit))
inline auto constraints(const EventPaging*) {
  return json::fields(json::field(&EventPaging::limit, json::defaulted(), json::range(1, 1'000)));
}

struct EventList {
  std::vector<contracts::Event> events;  // in time order
  std::optional<Timestamp> next_from;    // where to go on
};
BOOST_DESCRIBE_STRUCT(EventList, (), (events, next_from))

}  // namespace wire

namespace {

using http::Access;
using http::Call;
using http::None;

constexpr std::size_t kMaxEventsBytes = 512 * 1024;
constexpr std::size_t kMaxReasonBytes = 200;

contracts::IgnoredEvent ignored(const boost::json::value& given, const Fault& fault) {
  contracts::IgnoredEvent out;
  const auto* object = given.if_object();
  const auto* id = object == nullptr ? nullptr : object->if_contains("event_id");
  const std::string text = id != nullptr && id->is_string() ? std::string{id->get_string().c_str()} : std::string{};
  if (is_valid_id(text)) out.event_id = text;
  for (const auto& step : fault.loc) out.reason += (out.reason.empty() ? "" : ".") + step;
  out.reason += ": " + fault.msg;
  out.reason.resize(std::min(out.reason.size(), kMaxReasonBytes));
  return out;
}

Task<Result<contracts::EventsAnswer>> receive_events(ReceiveEvents& receive, boost::json::value body, bool imported) {
  const auto given = json::from_value<wire::GivenEvents>(body);
  if (!given) co_return given.error();
  contracts::EventsAnswer answer;
  std::vector<Event> events;
  events.reserve(given->events.size());
  json::Reader reader{"event"};
  for (const auto& each : given->events) {
    contracts::Event event;
    json::read_value(*each.json, event, reader);
    if (reader.faults().empty()) {
      events.push_back(to_domain(std::move(event)));
      continue;
    }
    answer.ignored.push_back(ignored(*each.json, reader.faults().front()));
    reader.faults().clear();
  }
  receive.count_refused(static_cast<std::int64_t>(answer.ignored.size()));
  auto taken = co_await receive.run(std::move(events), imported);
  if (!taken) co_return taken.error();
  answer.accepted = taken->accepted;
  answer.duplicates = taken->duplicates;
  for (auto& each : taken->refused) answer.ignored.push_back({std::move(each.event_id), std::move(each.reason)});
  co_return answer;
}

Task<Result<wire::EventList>> list_events(ReceiveEvents& receive, UserId user, wire::EventPaging paging) {
  auto page = co_await receive.list(std::move(user), paging.from.value_or(Timestamp{}),
                                    static_cast<std::size_t>(paging.limit));
  if (!page) co_return page.error();
  wire::EventList list;
  for (const Event& event : page->events) list.events.push_back(to_wire(event));
  list.next_from = page->next_from;
  co_return list;
}

// The declared events, where the handler takes anything.
boost::json::value batch_schema() {
  json::SchemaBook book;
  const auto inlined = [&book](const char* name) { return book.components().at(name); };
  static_cast<void>(book.schema<contracts::Event>());
  boost::json::value event = inlined("Event");
  event.at("properties").as_object()["data"] = inlined("EventData");
  boost::json::object events{{"type", "array"},
                             {"maxItems", contracts::kMaxEventsPerBatch},
                             {"items", std::move(event)},
                             {"description", "Those that do not fit are named in the answer; the others are kept."}};
  return boost::json::object{{"type", "object"},
                             {"properties", boost::json::object{{"events", std::move(events)}}},
                             {"required", boost::json::array{"events"}}};
}

}  // namespace

void add_event_routes(http::Api& api, ReceiveEvents& receive) {
  http::EndpointInfo info;
  info.name = "receive_events";
  info.summary = "Take in what customers did; each event counts once, by its id";
  info.tag = "events";
  info.access = Access::Service;
  info.errors = {503};
  info.max_body_bytes = kMaxEventsBytes;
  info.body_schema = batch_schema();
  api.post("/events", std::move(info), [&receive](Call<None, wire::EventIntake, boost::json::value> call) {
    return receive_events(receive, std::move(call.body), call.query.import);
  });
  api.get("/events/{user_id}",
          {.name = "list_events", .summary = "What a customer did, in time order", .tag = "events",
           .access = Access::Service},
          [&receive](Call<wire::EventsOfUser, wire::EventPaging> call) {
            return list_events(receive, std::move(call.path.user_id), call.query);
          });
}

}  // namespace qm::reco
