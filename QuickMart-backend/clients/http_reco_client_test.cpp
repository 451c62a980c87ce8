#include "QuickMart-backend/clients/http_reco_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/runtime.hpp"
#include "platform/http/server.hpp"

namespace qm::shop {
namespace {

constexpr const char* kPrediction = R"({"user_id":"u","churn_probability":0.83,"risk_segment":"critical",
    "churn_reasons":["INACTIVITY"],"confidence_score":0.66,"explanations":[],"base_value":-1.2,"features_retrieved":{},
    "feature_freshness":"2026-11-22T09:49:08.614Z","prediction_timestamp":"2026-11-22T09:49:08.614Z",
    "model_version":"m",
    "nudges_triggered":null,"nudge_rule_matched":null,"of_a_newer_version":[1]})";

// A RecoEngine whose answer to any predict or ingest the test decides.
class HttpRecoClientTest : public testing::Test {
 protected:
  HttpRecoClientTest() {
    const auto answer = [this](const http::Request& request) -> Task<http::Response> {
      seen_ = request.path + " " + std::string{request.header("authorization")} + " " + request.body;
      http::Response response;
      response.status = status_;
      response.body = body_;
      co_return response;
    };
    api_.raw(http::Method::Post, "/predict/{user_id}", {.name = "predict", .summary = ""}, answer);
    api_.raw(http::Method::Post, "/ingest/{group}", {.name = "ingest", .summary = ""}, answer);
    api_.raw(http::Method::Post, "/events", {.name = "events", .summary = ""}, answer);
    server_ = std::make_unique<http::Server>(workers_, api_, http::ServerOptions{});
    workers_.start();
    server_->start();
    client_ = std::make_unique<HttpRecoClient>("http://127.0.0.1:" + std::to_string(server_->port()), "the-token");
  }
  ~HttpRecoClientTest() override {
    workers_.stop();
    workers_.join();
  }

  template <class T>
  T run(Task<T> task) {
    return await_on(workers_.context(0), std::move(task));
  }
  Result<contracts::Prediction> predict() {
    return run(client_->predict(UserId{"u@x"}, deadline_in(std::chrono::milliseconds{5'000})));
  }

  WorkerThreads workers_{1};
  http::Api api_{http::ApiInfo{"RecoEngine", "1", ""}};
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<HttpRecoClient> client_;
  int status_ = 200;
  std::string body_;
  std::string seen_;
};

TEST_F(HttpRecoClientTest, ReadsAPredictionOfANewerVersionToo) {
  body_ = kPrediction;
  const auto prediction = predict();
  ASSERT_TRUE(prediction) << prediction.error().detail;
  EXPECT_EQ(prediction->risk_segment, contracts::RiskSegment::critical);
  EXPECT_FALSE(prediction->nudges_triggered);
  EXPECT_EQ(seen_, "/predict/u@x Bearer the-token ");
}

TEST_F(HttpRecoClientTest, TellsWhetherAskingAgainMayHelp) {
  struct Case {
    int status;
    std::string body;
    ErrorKind kind;
  };
  const Case cases[] = {{404, "{}", ErrorKind::NotFound},     {400, "{}", ErrorKind::Rejected},
                        {422, "{}", ErrorKind::Rejected},     {401, "{}", ErrorKind::Unavailable},
                        {403, "{}", ErrorKind::Unavailable},  {429, "{}", ErrorKind::Unavailable},
                        {500, "{}", ErrorKind::Unavailable},  {503, "{}", ErrorKind::Unavailable},
                        {200, "nonsense", ErrorKind::InDoubt}, {200, "{}", ErrorKind::InDoubt}};
  for (const Case& c : cases) {
    status_ = c.status;
    body_ = c.body;
    const auto prediction = predict();
    ASSERT_FALSE(prediction) << c.status;
    EXPECT_EQ(prediction.error().kind, c.kind) << c.status << " " << c.body;
  }
}

TEST_F(HttpRecoClientTest, SendsFeaturesOfEveryType) {
  body_ = R"({"status":"success","message":"","stored":["sess_7d"],"ignored":[]})";
  FeatureGroup features;
  features["a"] = true;
  features["b"] = std::int64_t{3};
  features["c"] = 0.25;
  features["d"] = std::string{"gold \"plus\""};
  features["e"] = std::map<std::string, double>{{"electronics", 0.5}};
  const auto answer =
      run(client_->ingest(UserId{"u"}, "behavior", features, deadline_in(std::chrono::milliseconds{5'000})));
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->stored, std::vector<std::string>{"sess_7d"});
  EXPECT_EQ(
      seen_,
      R"(/ingest/behavior Bearer the-token {"user_id":"u","a":true,"b":3,"c":0.25,"d":"gold \"plus\"","e":{"electronics":0.5}})");
}

TEST_F(HttpRecoClientTest, SendsEventsWithWhatTheySayAndNoMore) {
  body_ = R"({"accepted":1,"duplicates":0,"ignored":[{"event_id":"e2","reason":"unknown"}]})";
  contracts::Event event;
  event.event_id = "e1";
  event.type = contracts::EventType::cart_changed;
  event.user_id = "u";
  event.at = Timestamp{std::chrono::days{20'000}};
  event.data.item_count = 2;
  event.data.amount = json::Amount{250};
  const auto answer = run(client_->send_events({event}, deadline_in(std::chrono::milliseconds{5'000})));
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->accepted, 1);
  EXPECT_EQ(answer->ignored.front().event_id, "e2");
  EXPECT_EQ(seen_, R"(/events Bearer the-token {"events":[{"event_id":"e1","type":"cart_changed","user_id":"u",)"
                   R"("at":"2024-10-04T00:00:00.000Z","data":{"item_count":2,"amount":2.50}}]})");
}

TEST_F(HttpRecoClientTest, ARecoEngineWithoutEventsIsAskedAgainLater) {
  struct Case {
    int status;
    ErrorKind kind;
  };
  for (const Case& c : {Case{404, ErrorKind::Unavailable}, Case{503, ErrorKind::Unavailable},
                        Case{422, ErrorKind::Rejected}}) {
    status_ = c.status;
    const auto answer = run(client_->send_events({}, deadline_in(std::chrono::milliseconds{5'000})));
    ASSERT_FALSE(answer) << c.status;
    EXPECT_EQ(answer.error().kind, c.kind) << c.status;
  }
}

TEST_F(HttpRecoClientTest, NobodyAtTheAddressIsNotAlive) {
  WorkerThreads other{1};
  std::uint16_t port = 0;
  {
    http::Server closed{other, api_, http::ServerOptions{}};
    port = closed.port();
  }
  HttpRecoClient nobody{"http://127.0.0.1:" + std::to_string(port), "the-token"};
  EXPECT_FALSE(run(nobody.is_alive()));
}

}  // namespace
}  // namespace qm::shop
