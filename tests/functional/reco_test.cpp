// RecoEngine's routes over the wire.
#include <gtest/gtest.h>

#include "platform/core/clock.hpp"
#include "tests/functional/two_services.hpp"

namespace qm::functional {
namespace {

const Peer& reco() {
  EXPECT_TRUE(shared_services().wait_until_scoring());
  return shared_services().reco();
}

TEST(Ingest, TakesShortNamesAliasesAndNamesWhatItIgnored) {
  const Reply reply = reco().post(
      "/ingest/profile", R"({"user_id":"ingest_1","account_age_days":365,"loyalty_tier":"gold","shoe_size":44})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(text_at(reply.json(), "status"), "success");
  EXPECT_EQ(text_at(reply.json(), "message"), "Profile features stored for user ingest_1");
  EXPECT_NE(boost::json::serialize(at(reply.json(), "stored")).find("acc_age_days"), std::string::npos);
  EXPECT_EQ(text_at(reply.json(), "ignored/0"), "shoe_size");
}

TEST(Ingest, APartialBodyMerges) {
  reco().post("/ingest/behavior", R"({"user_id":"ingest_2","sess_7d":3,"cart_abandon":0.5})");
  reco().post("/ingest/behavior", R"({"user_id":"ingest_2","sess_7d":4})");
  const auto features = at(reco().post("/predict/ingest_2").json(), "features_retrieved");
  EXPECT_EQ(number_at(features, "sess_7d"), 4);
  EXPECT_EQ(number_at(features, "cart_abandon"), 0.5);
}

TEST(Ingest, TakesEveryGroup) {
  const std::pair<const char*, const char*> bodies[] = {
      {"profile",
       R"("device_type":"mobile","pref_payment":"card","lang_pref":"en-US","geo_location":"US-CA","member_dur":12)"},
      {"behavior", R"("days_since_last_login":10,"ctr_10_sess":0.2,"wishlist_ratio":1.5)"},
      {"transactional",
       R"("avg_order_value":99.5,"sub_pay_status":"active","cat_spend_dist":{"electronics":0.7,"clothing":0.3})"},
      {"engagement", R"("email_click_rate":0.1,"retention_resp":"declined")"},
      {"support", R"("csat_score_last_interaction":2.5,"support_tickets":3)"},
      {"realtime", R"("session_clicks":7,"cart_no_buy":true,"last_abandon_at":"2026-11-01T10:00:00Z")"}};
  for (const auto& [group, members] : bodies) {
    const Reply reply =
        reco().post(std::string{"/ingest/"} + group, std::string{R"({"user_id":"ingest_3",)"} + members + "}");
    EXPECT_EQ(reply.status, 200) << group << reply.body;
    EXPECT_TRUE(at(reply.json(), "ignored").as_array().empty()) << reply.body;
  }
  EXPECT_EQ(reco().post("/predict/ingest_3").status, 200);
}

TEST(Ingest, StoresNothingWhenAValueDoesNotFit) {
  const char* bad[] = {R"("days_last_login":-1)", R"("cart_abandon":1.01)", R"("cart_abandon":"often")",
                       R"("sess_7d":2.5)",        R"("ctr_10_sess":true)",  R"("cart_abandon":[0.5])"};
  for (const char* member : bad) {
    const Reply reply =
        reco().post("/ingest/behavior", std::string{R"({"user_id":"ingest_4","sess_30d":5,)"} + member + "}");
    EXPECT_EQ(reply.status, 422) << member << reply.body;
    EXPECT_EQ(text_at(reply.json(), "detail/0/loc/0"), "body") << reply.body;
  }
  EXPECT_EQ(reco().post("/predict/ingest_4").status, 404);
  EXPECT_EQ(reco().post("/ingest/profile", R"({"acc_age_days":1})").status, 422);
  const int unknown_group = reco().post("/ingest/moods", R"({"user_id":"ingest_4"})").status;
  EXPECT_TRUE(unknown_group == 422 || unknown_group == 404) << unknown_group;
}

TEST(Predict, AnswersWithReasonsThatAddUp) {
  const Reply reply = reco().post("/predict/user_005");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const auto json = reply.json();
  const double p = number_at(json, "churn_probability");
  EXPECT_GT(p, 0);
  EXPECT_LT(p, 1);
  const std::string segment = text_at(json, "risk_segment");
  EXPECT_EQ(segment, p >= 0.8 ? "critical" : p >= 0.6 ? "high" : p >= 0.4 ? "medium" : "low");
  EXPECT_NEAR(number_at(json, "confidence_score"), std::clamp(2 * std::abs(p - 0.5), 0.6, 0.95), 0.006);
  const auto explanations = at(json, "explanations").as_array();
  ASSERT_FALSE(explanations.empty());
  EXPECT_LE(explanations.size(), 5u);
  double previous = 1e9;
  for (std::size_t i = 0; i < explanations.size(); ++i) {
    const double contribution = number_at(explanations[i], "contribution");
    EXPECT_GT(contribution, 0);
    EXPECT_LE(contribution, previous);
    previous = contribution;
    EXPECT_EQ(text_at(explanations[i], "reason"), text_at(json, "churn_reasons/" + std::to_string(i)));
    EXPECT_FALSE(text_at(explanations[i], "text").empty());
  }
  for (const char* member : {"base_value", "features_retrieved", "feature_freshness", "prediction_timestamp",
                             "model_version", "nudges_triggered", "nudge_rule_matched"}) {
    EXPECT_TRUE(json.as_object().contains(member)) << member;
  }
  EXPECT_EQ(at(json, "nudges_triggered").is_null(), p < 0.6) << reply.body;
}

TEST(Predict, KnowsNothingOfAStranger) {
  EXPECT_EQ(reco().post("/predict/nobody_at_all").status, 404);
  EXPECT_EQ(reco().get("/predict/user_001").status, 405);
  EXPECT_EQ(reco().get("/predict/user_001").header("allow"), "POST");
}

TEST(Nudges, RulesAreTheTwelveOfTheContract) {
  const auto rules = reco().get("/nudge/rules").json();
  EXPECT_EQ(number_at(rules, "total_rules"), 12);
  EXPECT_EQ(text_at(reco().get("/nudge/rules/rule_2").json(), "rule_id"), "rule_2");
  EXPECT_EQ(reco().get("/nudge/rules/rule_99").status, 404);
}

TEST(Nudges, TestMatchesWithoutSideEffects) {
  struct Case { const char* query; const char* rule; };
  // The first case fits rule_2 and rule_10 alike: as many reasons, the same lower bound; then the higher number wins.
  const Case cases[] = {
      {"churn_probability=0.85&churn_reasons=CART_ABANDONMENT", "rule_10"},
      {"churn_probability=0.95&churn_reasons=PAYMENT_FAILURE&churn_reasons=CART_ABANDONMENT", "rule_10"},
      {"churn_probability=0.65&churn_reasons=PRICE_SENSITIVITY", "rule_4"},
      {"churn_probability=0.95&churn_reasons=HIGH_REFUND_RATE", "high_risk_any"}};
  for (const auto& c : cases) {
    const auto json = reco().get(std::string{"/nudge/test/nobody?"} + c.query).json();
    EXPECT_EQ(text_at(json, "matching_rule"), c.rule) << c.query << boost::json::serialize(json);
    EXPECT_GT(number_at(json, "would_trigger"), 0);
  }
  EXPECT_TRUE(
      at(reco().get("/nudge/test/nobody?churn_probability=0.2&churn_reasons=INACTIVITY").json(), "matching_rule")
          .is_null());
  EXPECT_EQ(reco().get("/nudge/test/nobody?churn_probability=1.5").status, 422);
  EXPECT_EQ(number_at(reco().get("/nudges/nobody").json(), "nudges/0/priority"), -1);
}

TEST(Nudges, OutcomesAreIdempotent) {
  reco().post("/predict/user_005");
  const auto list = reco().get("/nudges/user_005").json();
  const std::string id = text_at(list, "nudges/0/nudge_id");
  ASSERT_FALSE(id.empty()) << boost::json::serialize(list);
  const std::string body = R"({"status":"clicked","at":"2026-11-22T09:49:08.614Z"})";
  EXPECT_EQ(reco().post("/nudges/" + id + "/outcome", body).status, 200);
  EXPECT_EQ(reco().post("/nudges/" + id + "/outcome", body).status, 200);
  EXPECT_EQ(reco().post("/nudges/" + id + "/outcome", R"({"status":"dreamt","at":"2026-11-22T09:49:08Z"})").status,
            422);
  EXPECT_EQ(reco().post("/nudges/nudge_nobody/outcome", body).status, 404);
}

TEST(Training, GeneratesTrainsAndReports) {
  const Reply data = reco().post("/train/generate-data?samples=600&random_seed=7&clear_existing=true");
  ASSERT_EQ(data.status, 200) << data.body;
  EXPECT_EQ(number_at(data.json(), "samples_generated"), 600);
  EXPECT_EQ(number_at(data.json(), "total_training_samples"), 600);
  const std::string before = text_at(reco().post("/predict/user_001").json(), "model_version");
  const Reply trained = reco().post("/train/start?test_size=0.25&random_state=7");
  ASSERT_EQ(trained.status, 200) << trained.body;
  EXPECT_TRUE(at(trained.json(), "model_saved").as_bool());
  const double auc = number_at(trained.json(), "training_metrics/roc_auc");
  EXPECT_GT(auc, 0.6) << trained.body;
  EXPECT_LT(auc, 0.99) << "a formula, not behaviour";
  EXPECT_NE(text_at(trained.json(), "model_version"), before);
  // Of so few customers that it may well be worse than the champion, and then nobody sees it.
  EXPECT_FALSE(at(trained.json(), "promoted").as_bool()) << trained.body;
  EXPECT_EQ(list_at(trained.json(), "gates").size(), 4U) << trained.body;
  EXPECT_EQ(text_at(reco().post("/predict/user_001").json(), "model_version"), before);
  const Reply metrics = reco().get("/train/metrics");
  ASSERT_EQ(metrics.status, 200);
  EXPECT_EQ(at(metrics.json(), "promoted"), at(trained.json(), "promoted"));
  EXPECT_EQ(at(metrics.json(), "gates"), at(trained.json(), "gates"));
  EXPECT_EQ(text_at(metrics.json(), "compared/champion"), before);
  EXPECT_GT(number_at(reco().get("/train/data-quality").json(), "quality_score"), 0);
  const Reply later = reco().post("/train/start?wait=false");
  ASSERT_EQ(later.status, 202) << later.body;
  EXPECT_FALSE(text_at(later.json(), "job_id").empty());
  EXPECT_TRUE(eventually([&] { return number_at(reco().get("/train/status").json(), "progress") == 1; },
                         std::chrono::seconds{120}));
  EXPECT_EQ(reco().post("/train/start?test_size=0.9").status, 422);
  EXPECT_EQ(reco().post("/train/generate-data?samples=99").status, 422);
}

// Customers who buy every 20 days: half of them still do, the others stopped one after another.
void import_orders_of(const Peer& peer, int customers) {
  const Timestamp now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  std::string events;
  int number = 0;
  const auto send = [&] {
    const Reply taken = peer.post("/events?import=true", R"({"events":[)" + events + "]}");
    EXPECT_EQ(taken.status, 200) << taken.body;
    events.clear();
  };
  for (int customer = 0; customer < customers; ++customer) {
    const int last_days_ago = customer % 2 == 0 ? 1 : 60 + 6 * customer;
    for (int ago = 500; ago >= last_days_ago; ago -= 20) {
      const std::string id = "o" + std::to_string(number++);
      events += std::string{events.empty() ? "" : ","} + R"({"event_id":")" + id +
                R"(","type":"order_placed","user_id":"buyer_)" + std::to_string(customer) + R"(","at":")" +
                to_rfc3339(now - std::chrono::days{ago} - std::chrono::hours{customer}) +
                R"(","data":{"order_id":")" + id + R"(","amount":25.5,"discount":0,"item_count":1,"product_ids":[]}})";
    }
    if (customer % 10 == 9) send();
  }
}

TEST(Training, LearnsFromTheEventsOfRealCustomers) {
  const World world;
  ServiceProcess own = world.start("reco-engine", {"--first-training-samples", "0"});
  const Peer& peer = own.peer();
  const Reply nothing = peer.post("/train/start?source=events");
  EXPECT_EQ(nothing.status, 400) << nothing.body;
  EXPECT_NE(nothing.body.find("POST /events"), std::string::npos) << nothing.body;
  EXPECT_EQ(peer.post("/train/start?source=hearsay").status, 422);

  import_orders_of(peer, 10);
  const Reply too_few = peer.post("/train/start?source=events");
  EXPECT_EQ(too_few.status, 400) << too_few.body;
  EXPECT_NE(too_few.body.find("too few customers"), std::string::npos) << too_few.body;

  import_orders_of(peer, 60);
  const Reply trained = peer.post("/train/start");
  ASSERT_EQ(trained.status, 200) << trained.body;
  EXPECT_EQ(text_at(trained.json(), "source"), "events") << "there are no simulated customers";
  EXPECT_GT(number_at(trained.json(), "training_metrics/roc_auc"), 0.7) << trained.body;
  EXPECT_GT(list_at(trained.json(), "cutoffs").size(), 2U) << trained.body;
  EXPECT_EQ(text_at(peer.get("/train/status").json(), "source"), "events");
  EXPECT_EQ(text_at(peer.get("/train/metrics").json(), "source"), "events");
}

std::string stage_of(const Peer& peer, const std::string& version) {
  for (const auto& model : list_at(peer.get("/models").json(), "models"))
    if (text_at(model, "model_version") == version) return text_at(model, "stage");
  return "unknown";
}

TEST(Models, ANewOneScoresUnseenThenTakesThePlaceByItselfAndCanBeRolledBack) {
  const World world;
  ServiceProcess own =
      world.start("reco-engine", {"--first-training-samples", "0", "--model-shadow-min-scores", "20"});
  const Peer& peer = own.peer();
  ASSERT_EQ(peer.post("/train/generate-data?samples=300").status, 200);
  const std::string first = text_at(peer.post("/train/start").json(), "model_version");
  EXPECT_EQ(stage_of(peer, first), "champion") << "there was none";
  const Reply trained = peer.post("/train/start");
  const std::string second = text_at(trained.json(), "model_version");
  EXPECT_EQ(text_at(trained.json(), "stage"), "shadow") << trained.body;

  const auto ask = [&](int customer) {
    const std::string user = "shadowed_" + std::to_string(customer);
    peer.post("/ingest/behavior", R"({"user_id":")" + user + R"(","cart_abandon":0.)" + std::to_string(customer % 10) +
                                      R"(,"days_last_login":)" + std::to_string(customer) + "}");
    return text_at(peer.post("/predict/" + user).json(), "model_version");
  };
  ASSERT_EQ(text_at(peer.get("/models").json(), "models/0/model_version"), second) << "the newest first";
  ASSERT_TRUE(eventually([&] { return ask(0) == first && number_at(peer.get("/models").json(),
                                                                   "models/0/shadow_scores") == 1; }))
      << "one customer, however often asked";
  const Reply waits = peer.post("/models/" + second + "/promote");
  EXPECT_EQ(waits.status, 409) << waits.body;
  EXPECT_NE(waits.body.find("not judged: 1 of 20"), std::string::npos) << waits.body;
  for (int customer = 1; customer < 20; ++customer) ask(customer);
  EXPECT_TRUE(eventually([&] { return stage_of(peer, second) == "champion"; }, std::chrono::milliseconds{20'000}));
  EXPECT_EQ(ask(0), second);

  EXPECT_EQ(peer.post("/models/" + first + "/rollback").status, 409) << "it is not the champion";
  const Reply back = peer.post("/models/" + second + "/rollback");
  ASSERT_EQ(back.status, 200) << back.body;
  EXPECT_EQ(text_at(back.json(), "model_version"), first);
  EXPECT_EQ(ask(0), first);
  EXPECT_EQ(stage_of(peer, second), "retired");
  EXPECT_EQ(peer.post("/models/" + first + "/rollback").status, 409) << "not to the one that was rolled back";
}

TEST(Models, TheTrainingProgramSaysWhoStaysChampionAndWhy) {
  const World world;
  ServiceProcess own = world.start("reco-engine", {"--first-training-samples", "0"});
  const std::string url = "http://127.0.0.1:" + std::to_string(own.port());
  const TempDir reports;
  const auto train = [&](const char* customers) {
    return run_to_end("reco-train",
                      {"--url", url, "--samples", customers, "--report-dir", (reports.path() / "of_models").string()});
  };
  const Finished first = train("2000");
  EXPECT_EQ(first.exit_code, 0) << first.output;
  EXPECT_NE(first.output.find("champion: v"), std::string::npos) << first.output;
  EXPECT_NE(first.output.find("learned from: simulated customers"), std::string::npos) << first.output;
  for (const char* file : {"model.html", "model.json"}) {
    const auto path = reports.path() / "of_models" / file;
    EXPECT_NE(first.output.find(path.string()), std::string::npos) << first.output;
    EXPECT_GT(std::filesystem::file_size(path), 1'000U) << file;
  }
  const Finished same = train("2000");
  EXPECT_EQ(same.exit_code, 0) << same.output;
  EXPECT_NE(same.output.find("stays champion: v"), std::string::npos) << same.output;
  EXPECT_NE(same.output.find("in shadow"), std::string::npos) << same.output;
  EXPECT_NE(same.output.find("not judged: 0 of 200 customers"), std::string::npos) << same.output;
  const Finished worse = train("100");
  EXPECT_EQ(worse.exit_code, 3) << worse.output;
  EXPECT_NE(worse.output.find("refused"), std::string::npos) << worse.output;
  EXPECT_NE(worse.output.find("below what is wanted"), std::string::npos) << worse.output;
  EXPECT_EQ(worse.output.find('\033'), std::string::npos) << "plain text";
}

TEST(Training, TheSameSeedGivesTheSameModel) {
  const auto train = [] {
    const World world;
    ServiceProcess own = world.start("reco-engine");
    EXPECT_TRUE(eventually([&] { return at(own.peer().get("/health").json(), "model/model_loaded") == true; },
                           std::chrono::milliseconds{120'000}));
    own.peer().post("/ingest/behavior", R"({"user_id":"u","days_last_login":40,"cart_abandon":0.8})");
    return number_at(own.peer().post("/predict/u").json(), "churn_probability");
  };
  EXPECT_EQ(train(), train());
}

TEST(Production, EveryRouteButHealthAndMetricsNeedsTheServiceToken) {
  const World world;
  ServiceProcess own = world.start("reco-engine", {"--env", "production", "--service-token", kServiceToken});
  for (const char* path : {"/health/live", "/health/ready", "/metrics"})
    EXPECT_EQ(own.peer().get(path).status, 200) << path;
  for (const char* path : {"/nudge/rules", "/monitoring", "/train/status", "/nudges/u"}) {
    EXPECT_EQ(own.peer().get(path).status, 401) << path;
    EXPECT_NE(own.peer().get(path, bearer(kServiceToken)).status, 401) << path;
  }
  EXPECT_EQ(own.peer().post("/predict/u").status, 401);
  const int without_model = own.peer().post("/predict/u", {}, bearer(kServiceToken)).status;
  EXPECT_TRUE(without_model == 503 || without_model == 404) << without_model;
}

TEST(Both, AnswerTheRoutesTheyShare) {
  for (const Peer* peer : {&shared_services().shop(), &shared_services().reco()}) {
    const auto root = peer->get("/").json();
    for (const char* member : {"message", "version", "status"}) EXPECT_FALSE(text_at(root, member).empty()) << member;
    EXPECT_FALSE(text_at(peer->get("/health").json(), "status").empty());
    EXPECT_EQ(peer->get("/health/live").status, 200);
    EXPECT_EQ(peer->get("/health/ready").status, 200);
    const std::string metrics = peer->get("/metrics").body;
    EXPECT_NE(metrics.find("qm_http_requests_total"), std::string::npos);
    EXPECT_NE(metrics.find("qm_store_compacting"), std::string::npos);
    const auto openapi = peer->get("/openapi.json").json();
    EXPECT_EQ(text_at(openapi, "openapi").substr(0, 3), "3.1");
    EXPECT_GE(at(openapi, "paths").as_object().size(), 10u);
    EXPECT_EQ(peer->get("/docs").status, 200);
    EXPECT_EQ(peer->get("/no/such/route").status, 404);
  }
  EXPECT_EQ(text_at(shared_services().shop().get("/health").json(), "database"), store_word());
  EXPECT_EQ(text_at(shared_services().reco().get("/health").json(), "aerospike"), store_word());
}

}  // namespace
}  // namespace qm::functional
