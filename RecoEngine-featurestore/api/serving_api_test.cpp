#include <boost/json.hpp>

#include "RecoEngine-featurestore/api/ingest_api.hpp"
#include "RecoEngine-featurestore/api/nudge_api.hpp"
#include "RecoEngine-featurestore/api/predict_api.hpp"
#include "RecoEngine-featurestore/app/serving_fixture.hpp"
#include "platform/http/request_fixture.hpp"

namespace qm::reco {
namespace {

namespace bj = boost::json;

class ServingApiTest : public ServingTest {
 protected:
  ServingApiTest() {
    api_.authenticate_with([](const http::Request&, http::Access access) -> Result<http::Principal> {
      EXPECT_EQ(access, http::Access::Service);
      http::Principal shop;
      shop.subject = "quickmart";
      return shop;
    });
    add_ingest_routes(api_, ingest_);
    add_predict_routes(api_, predict_);
    add_nudge_routes(api_, rules_, test_, list_, report_);
  }

  http::Response send(http::Method method, std::string path, std::string body = "",
                      std::vector<std::pair<std::string, std::string>> query = {}) {
    http::Request request = http::test_request(method, std::move(path), std::move(body), std::move(query));
    return run(api_.serve(request));
  }
  http::Response post(std::string path, std::string body = "") {
    return send(http::Method::Post, std::move(path), std::move(body));
  }
  http::Response get(std::string path, std::vector<std::pair<std::string, std::string>> query = {}) {
    return send(http::Method::Get, std::move(path), "", std::move(query));
  }
  static bj::object ok(const http::Response& response) {
    EXPECT_EQ(response.status, 200) << response.payload();
    return bj::parse(response.payload()).as_object();
  }

  http::Api api_{http::ApiInfo{"RecoEngine", "test", ""}};
};

TEST_F(ServingApiTest, IngestStoresAndNamesWhatItIgnored) {
  const auto answer =
      ok(post("/ingest/profile", R"({"user_id":"ann","account_age_days":365,"loyalty_tier":"gold","shoe_size":[44]})"));
  EXPECT_EQ(answer.at("status"), "success");
  EXPECT_EQ(answer.at("message"), "Profile features stored for user ann");
  EXPECT_EQ(answer.at("stored"), (bj::array{"acc_age_days", "loyalty_tier"}));
  EXPECT_EQ(answer.at("ignored"), (bj::array{"shoe_size"}));
  EXPECT_EQ(ok(post("/ingest/behavior", R"({"user_id":"ann"})")).at("stored").as_array().size(), 0U);
}

TEST_F(ServingApiTest, IngestListsEveryFaultAndStoresNothing) {
  const auto answer =
      post("/ingest/behavior", R"({"user_id":"a b","days_since_last_login":-1,"sess_30d":5,"cart_abandon":[0.5],
      "sess_7d":18446744073709551615,"ctr_10_sess":{"a":"b"},"wishlist_ratio":-0.5})");
  EXPECT_EQ(answer.status, 422);
  std::vector<std::string> places;
  const auto detail = bj::parse(answer.payload()).at("detail");
  for (const auto& fault : detail.as_array()) {
    EXPECT_EQ(fault.at_pointer("/loc/0"), "body");
    places.emplace_back(fault.at_pointer("/loc/1").as_string());
  }
  const std::vector<std::string> expected{"user_id", "days_since_last_login", "cart_abandon",
                                          "sess_7d", "ctr_10_sess",           "wishlist_ratio"};
  EXPECT_EQ(places, expected) << answer.payload();

  EXPECT_EQ(post("/ingest/behavior", R"({"user_id":"ann","sess_7d":-1,"sess_30d":5})").status, 422);
  EXPECT_EQ(post("/predict/ann").status, 404);
  for (const char* body : {"", "null", "[]", "\"ann\"", "{", R"({"acc_age_days":1})", R"({"user_id":7})",
                           R"({"user_id":"ann","account_age_days":1,"acc_age_days":2})"}) {
    EXPECT_EQ(post("/ingest/profile", body).status, 422) << body;
  }
  EXPECT_EQ(post("/ingest/moods", R"({"user_id":"ann"})").status, 404);
}

TEST_F(ServingApiTest, IngestTakesNullForNoLongerKnown) {
  ok(post("/ingest/engagement", R"({"user_id":"ann","retention_resp":"accepted","email_ctr":0.5})"));
  EXPECT_EQ(ok(post("/predict/ann")).at("features_retrieved"),
            (bj::object{{"email_ctr", 0.5}, {"retention_resp", "positive"}}));
  const auto answer = ok(post("/ingest/engagement", R"({"user_id":"ann","recent_retention_offer_response":null})"));
  EXPECT_EQ(answer.at("stored"), (bj::array{"retention_resp"}));
  EXPECT_EQ(ok(post("/predict/ann")).at("features_retrieved"), (bj::object{{"email_ctr", 0.5}}));
}

TEST_F(ServingApiTest, PredictHasTheShapeOfTheContract) {
  ok(post("/ingest/behavior", R"({"user_id":"ann","cart_abandon":0.8,"sess_30d":2})"));
  model_->probability = 0.75;
  model_->shap = {{"cart_abandon", 0.91}, {"cart_no_buy", 0.125}, {"sess_30d", 0.25}, {"email_ctr", 0.0625}};
  const auto answer = ok(post("/predict/ann"));
  std::vector<std::string> members;
  for (const auto& member : answer) members.emplace_back(member.key());
  EXPECT_EQ(members, (std::vector<std::string>{"user_id", "churn_probability", "risk_segment", "churn_reasons",
                                               "confidence_score", "explanations", "base_value", "features_retrieved",
                                               "feature_freshness", "feature_groups", "prediction_timestamp",
                                               "model_version", "nudges_triggered", "nudge_rule_matched"}));
  EXPECT_EQ(answer.at("feature_groups").as_object().size(), 6U);
  EXPECT_EQ(answer.at("feature_groups").at("behavior").at("age_hours").to_number<double>(), 0);
  EXPECT_TRUE(answer.at("feature_groups").at("support").at("age_hours").is_null());
  EXPECT_EQ(answer.at("feature_groups").at("support").at("missing").as_array().size(), 4U);
  EXPECT_EQ(answer.at("churn_probability"), 0.75);
  EXPECT_EQ(answer.at("risk_segment"), "high");
  EXPECT_EQ(answer.at("confidence_score"), 0.6);
  EXPECT_EQ(answer.at("churn_reasons"), (bj::array{"CART_ABANDONMENT", "INACTIVITY", "LOW_ENGAGEMENT"}));
  const auto& first = answer.at("explanations").at(0);
  EXPECT_EQ(first.at("reason"), "CART_ABANDONMENT");
  EXPECT_NEAR(first.at("contribution").as_double(), 0.91 + 0.125, 1e-15);
  EXPECT_EQ(first.at("text"), "80 % of the carts were abandoned");
  EXPECT_EQ(first.at("features"),
            (bj::array{bj::object{{"name", "cart_abandon"}, {"value", 0.8}, {"shap", 0.91}},
                       bj::object{{"name", "cart_no_buy"}, {"value", nullptr}, {"shap", 0.125}}}));
  EXPECT_EQ(answer.at("features_retrieved"), (bj::object{{"cart_abandon", 0.8}, {"sess_30d", 2}}));
  EXPECT_EQ(answer.at("feature_freshness"), bj::value(to_rfc3339(clock_.now())));
  EXPECT_EQ(answer.at("nudge_rule_matched"), "rule_8");
  const auto& coupon = answer.at("nudges_triggered").at(1);
  EXPECT_EQ(coupon.at("type"), "Discount Coupon");
  EXPECT_EQ(coupon.at("content_template"), "Template 8");
  EXPECT_EQ(coupon.at("channel"), "email");
  EXPECT_EQ(coupon.at("priority"), 2);
  EXPECT_EQ(coupon.at("coupon_code"), "WELCOME_BACK20");
  EXPECT_EQ(coupon.at("content"), bj::value(*rules_.current()->find_template("Template 8")));
}

TEST_F(ServingApiTest, PredictBelowHighRiskHasNulls) {
  know("ann");
  model_->probability = 0.3;
  const auto answer = ok(post("/predict/ann"));
  EXPECT_TRUE(answer.at("nudges_triggered").is_null());
  EXPECT_TRUE(answer.at("nudge_rule_matched").is_null());
  EXPECT_EQ(answer.at("risk_segment"), "low");
  EXPECT_EQ(answer.at("confidence_score"), 0.6);
}

TEST_F(ServingApiTest, PredictRefusesWhatIsNoIdAndNoPost) {
  EXPECT_EQ(post("/predict/a b").status, 422);
  EXPECT_EQ(post("/predict/nobody").status, 404);
  EXPECT_EQ(get("/predict/ann").status, 405);
}

TEST_F(ServingApiTest, ShowsTheRules) {
  const auto all = ok(get("/nudge/rules"));
  EXPECT_EQ(all.at("total_rules"), 12);
  EXPECT_EQ(all.at("rules").as_array().size(), 12U);
  const auto rule = ok(get("/nudge/rules/high_risk_inactive_user"));
  EXPECT_EQ(rule.at("churn_score_range"), (bj::array{0.7, 1}));
  EXPECT_EQ(rule.at("churn_reasons"), (bj::array{"INACTIVITY", "PURCHASE_DECLINE", "BEHAVIORAL_PATTERNS"}));
  EXPECT_EQ(rule.at("nudges").at(1), (bj::object{{"type", "Discount Coupon"},
                                                 {"content_template", "welcome back"},
                                                 {"channel", "app"},
                                                 {"priority", 2},
                                                 {"discount_percent", 20},
                                                 {"coupon_code", "WELCOME_BACK20"}}));
  EXPECT_EQ(get("/nudge/rules/rule_99").status, 404);
}

TEST_F(ServingApiTest, TestsARuleWithoutSending) {
  const auto fits = ok(get(
      "/nudge/test/nobody",
      {{"churn_probability", "0.95"}, {"churn_reasons", "PAYMENT_FAILURE"}, {"churn_reasons", "CART_ABANDONMENT"}}));
  EXPECT_EQ(fits.at("user_id"), "nobody");
  EXPECT_EQ(fits.at("matching_rule"), "rule_10");
  EXPECT_EQ(fits.at("rule_details").at("rule_id"), "rule_10");
  EXPECT_EQ(fits.at("would_trigger"), 3);
  const auto none = ok(get("/nudge/test/nobody", {{"churn_probability", "0.2"}}));
  EXPECT_TRUE(none.at("matching_rule").is_null());
  EXPECT_TRUE(none.at("rule_details").is_null());
  EXPECT_EQ(none.at("would_trigger"), 0);
  EXPECT_EQ(get("/nudge/test/nobody").status, 404);
  EXPECT_EQ(get("/nudge/test/nobody", {{"churn_probability", "1.5"}, {"churn_reasons", "BOREDOM"}}).status, 422);
}

TEST_F(ServingApiTest, ListsNudgesByPages) {
  know("ann");
  model_->probability = 0.95;
  model_->shap = {{"sub_pay_status=active", 1.0}, {"cart_abandon", 0.5}};
  ok(post("/predict/ann"));
  std::vector<std::string> seen;
  std::string cursor;
  do {
    std::vector<std::pair<std::string, std::string>> query{{"limit", "2"}};
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
    const auto page = ok(get("/nudges/ann", query));
    EXPECT_EQ(page.at("user_id"), "ann");
    for (const auto& nudge : page.at("nudges").as_array()) {
      seen.emplace_back(nudge.at("nudge_id").as_string());
      EXPECT_EQ(nudge.at("rule_id"), "rule_10");
      EXPECT_EQ(nudge.at("churn_reasons"), (bj::array{"PAYMENT_FAILURE", "CART_ABANDONMENT"}));
      EXPECT_EQ(nudge.at("status"), "decided");
    }
    const auto* next = page.if_contains("next_cursor");
    cursor = next == nullptr ? "" : std::string{next->as_string()};
  } while (!cursor.empty() && seen.size() < 10);
  EXPECT_EQ(seen.size(), 3U);
  EXPECT_EQ(get("/nudges/ann", {{"limit", "0"}}).status, 422);
  EXPECT_EQ(get("/nudges/ann", {{"cursor", "nonsense"}}).status, 422);
  EXPECT_TRUE(ok(get("/nudges/nobody")).at("nudges").as_array().empty());
}

TEST_F(ServingApiTest, TakesOutcomes) {
  know("ann");
  model_->probability = 0.85;
  model_->shap = {{"cart_abandon", 0.5}};
  const std::string id{ok(post("/predict/ann")).at("nudges_triggered").at(1).at("nudge_id").as_string()};
  const std::string path = "/nudges/" + id + "/outcome";
  const std::string used = R"({"status":"used","at":"2020-01-01T00:00:00Z","order_id":"ord_1","revenue":19.99})";
  const auto first = ok(post(path, used));
  EXPECT_EQ(first.at("changed"), true);
  EXPECT_EQ(first.at("nudge").at("status"), "used");
  EXPECT_EQ(first.at("nudge").at("revenue"), 19.99);
  EXPECT_EQ(ok(post(path, used)).at("changed"), false);
  EXPECT_EQ(post(path, R"({"status":"expired","at":"2020-01-02T00:00:00Z"})").status, 409);
  EXPECT_EQ(post(path, R"({"status":"dreamt","at":"2020-01-02T00:00:00Z"})").status, 422);
  EXPECT_EQ(post(path, R"({"status":"decided","at":"2020-01-02T00:00:00Z"})").status, 422);
  EXPECT_EQ(post(path, R"({"status":"used"})").status, 422);
  EXPECT_EQ(post("/nudges/nudge_nobody/outcome", used).status, 404);
}

TEST_F(ServingApiTest, DocumentsTheFeaturesOfEachGroup) {
  const auto document = bj::parse(api_.openapi());
  for (const auto& spec : feature_table()) {
    const std::string path = "/paths/~1ingest~1" + std::string{to_string(spec.group)} +
                             "/post/requestBody/content/application~1json/schema/properties/";
    EXPECT_TRUE(document.at_pointer(path + std::string{spec.name}).as_object().contains("type")) << spec.name;
    if (!spec.aliases[0].empty())
      EXPECT_TRUE(document.at_pointer(path + std::string{spec.aliases[0]}).is_object()) << spec.name;
  }
  const auto& csat = document.at_pointer(
      "/paths/~1ingest~1support/post/requestBody/content/application~1json/schema/properties/csat_score");
  EXPECT_EQ(csat.at("minimum"), 1);
  EXPECT_EQ(csat.at("maximum"), 5);
}

}  // namespace
}  // namespace qm::reco
