// POST /events and GET /events/{user_id} as a client sees them.
#include "RecoEngine-featurestore/api/event_api.hpp"

#include <gtest/gtest.h>

#include <set>

#include <boost/json.hpp>

#include "RecoEngine-featurestore/api/authenticator.hpp"
#include "RecoEngine-featurestore/api/event_wire.hpp"
#include "RecoEngine-featurestore/training/customer_simulator.hpp"
#include "contracts/events.hpp"
#include "platform/core/await.hpp"
#include "platform/http/request_fixture.hpp"
#include "platform/json/print.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::reco {
namespace {

class EventRoutesTest : public testing::Test {
 protected:
  EventRoutesTest() {
    api_.authenticate_with(make_authenticator("the-service-token", Tokenless::loopback));
    add_event_routes(api_, receive_);
  }
  using Query = std::vector<std::pair<std::string, std::string>>;
  http::Response send(http::Method method, std::string path, std::string body = {}, std::string from = "127.0.0.1",
                      Query query = {}) {
    http::Request request = http::test_request(method, std::move(path), std::move(body), std::move(query));
    request.remote_address = std::move(from);
    return await(serve(request));
  }
  Task<http::Response> serve(http::Request& request) { return api_.serve(request); }
  boost::json::value post(std::string events) {
    const auto response = send(http::Method::Post, "/events", R"({"events":)" + std::move(events) + "}");
    EXPECT_EQ(response.status, 200) << response.payload();
    return boost::json::parse(response.payload());
  }

  ManualClock clock_{test::kNow};
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("churn_features", clock_);
  EventStore events_{*kv_, std::chrono::hours{24 * 30}};
  ReceiveEvents receive_{events_, clock_, std::chrono::hours{24 * 7}};
  http::Api api_{http::ApiInfo{"RecoEngine", "test", ""}};
};

constexpr const char* kOrder =
    R"({"event_id":"order_placed.ord_1","type":"order_placed","user_id":"ann","at":"2024-10-03T23:59:00Z",
        "data":{"order_id":"ord_1","amount":12.34,"discount":0,"item_count":2,"product_ids":["prod_1"],"later":[1]}})";

TEST_F(EventRoutesTest, KeepsTheOthersWhenOneDoesNotFit) {
  const auto answer = post(std::string{"["} + kOrder +
                           R"(,{"event_id":"x1","type":"of_a_newer_version","user_id":"ann","at":"2024-10-03T00:00:00Z"},
                               {"event_id":"x2","type":"session_started","at":"2024-10-03T00:00:00Z"},
                               {"event_id":"x3","type":"ticket_closed","user_id":"ann","at":"2024-10-03T00:00:00Z",
                                "data":{"score":6}},
                               17])");
  EXPECT_EQ(answer.at("accepted").as_int64(), 1);
  ASSERT_EQ(answer.at("ignored").as_array().size(), 4U) << boost::json::serialize(answer);
  const char* ids[] = {"x1", "x2", "x3", ""};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(answer.at("ignored").at(i).at("event_id").as_string(), ids[i]);
    EXPECT_FALSE(answer.at("ignored").at(i).at("reason").as_string().empty());
  }
  EXPECT_EQ(post(std::string{"["} + kOrder + "]").at("duplicates").as_int64(), 1);

  const auto listed = send(http::Method::Get, "/events/ann");
  const auto page = boost::json::parse(listed.payload());
  ASSERT_EQ(page.at("events").as_array().size(), 1U);
  EXPECT_EQ(page.at("events").at(0).at("type").as_string(), "order_placed");
  EXPECT_EQ(page.at("events").at(0).at("at").as_string(), "2024-10-03T23:59:00.000Z");
  EXPECT_DOUBLE_EQ(page.at("events").at(0).at("data").at("amount").to_number<double>(), 12.34);
}

TEST_F(EventRoutesTest, TakesAllThatSimulatedCustomersDo) {
  constexpr int kDays = 29;  // as long as events are kept here
  std::set<EventType> types;
  for (std::uint64_t number = 0; number < 300; ++number) {
    SimulatedCustomer customer{{5, test::kNow - std::chrono::days{kDays}}, number};
    std::string events;
    std::int64_t told = 0;
    const auto tell = [&](const Event& event) {
      contracts::Event wire = to_wire(event);
      events += (events.empty() ? "" : ",") + json::print(wire);
      EXPECT_EQ(to_domain(std::move(wire)), event) << event.id.str();
      types.insert(event.type);
      ++told;
    };
    customer.live(kDays / 2, tell);
    if (customer.has_joined()) customer.nudge({Channel::email, "WELCOME_BACK20", 0.2});
    customer.live(kDays - kDays / 2, tell);
    ASSERT_LE(told, static_cast<std::int64_t>(contracts::kMaxEventsPerBatch));
    const auto response = send(http::Method::Post, "/events", R"({"events":[)" + events + "]}", "127.0.0.1",
                               {{"import", "true"}});
    const auto answer = boost::json::parse(response.payload());
    EXPECT_EQ(answer.at("accepted").as_int64(), told) << response.payload();
    EXPECT_TRUE(answer.at("ignored").as_array().empty()) << response.payload();
  }
  EXPECT_EQ(types.size(), kEventTypes);
}

TEST_F(EventRoutesTest, RefusesWhatIsNoBatch) {
  for (const char* body : {"{}", "[]", R"({"events":{}})", "nonsense"})
    EXPECT_EQ(send(http::Method::Post, "/events", body).status, 422) << body;
  std::string many = R"({"events":[)";
  for (std::size_t i = 0; i <= contracts::kMaxEventsPerBatch; ++i) many += i == 0 ? "{}" : ",{}";
  EXPECT_EQ(send(http::Method::Post, "/events", many + "]}").status, 422);
  EXPECT_EQ(send(http::Method::Post, "/events", R"({"events":[]})", "192.0.2.1").status, 401);
}

TEST_F(EventRoutesTest, KnowsEveryTypeOfTheContract) {
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<contracts::EventType>>([](auto each) {
    const auto known = parse_event_type(each.name);
    ASSERT_TRUE(known) << each.name;
    EXPECT_EQ(to_string(*known), each.name);
  });
}

TEST_F(EventRoutesTest, DocumentsTheEvents) {
  const auto document = boost::json::parse(api_.openapi());
  boost::system::error_code failed;
  EXPECT_NE(document.find_pointer("/paths/~1events/post/requestBody/content/application~1json/schema/properties/events/"
                                  "items/properties/data/properties/order_id",
                                  failed),
            nullptr);
}

}  // namespace
}  // namespace qm::reco
