// The versions of the model over HTTP.
#include "RecoEngine-featurestore/api/model_api.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "RecoEngine-featurestore/api/authenticator.hpp"
#include "RecoEngine-featurestore/training/synthetic_customers.hpp"
#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/http/request_fixture.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::reco {
namespace {

namespace bj = boost::json;

class ModelRoutes : public testing::Test {
 protected:
  ModelRoutes() {
    add_model_routes(api_, promote_);
    api_.authenticate_with(make_authenticator("a-service-token-of-thirty-two-bytes-or-more", Tokenless::loopback));
  }
  http::Response ask(http::Method method, std::string path,
                     std::vector<std::pair<std::string, std::string>> query = {}) {
    http::Request request = http::test_request(method, std::move(path), {}, std::move(query));
    return await(api_.serve(request));
  }
  http::Response post(const std::string& version, const std::string& what) {
    return ask(http::Method::Post, "/models/" + version + "/" + what);
  }
  static bj::value body(const http::Response& response) { return bj::parse(response.payload()); }
  bj::array listed() { return body(ask(http::Method::Get, "/models")).at("models").as_array(); }

  // A version with as much on its own customers and, beside `champion`, on the same ones.
  void keep(const std::string& version, double roc_auc, const std::string& champion = "", double its_roc_auc = 0) {
    static const std::string bytes = [] {
      const std::atomic<bool> go_on{false};
      return train(simulate_customers(200, 3, test::kNow), {}, [](double) {}, go_on)->bytes;
    }();
    ModelMetadata metadata;
    metadata.version = version;
    metadata.created_at = test::kNow;
    metadata.feature_hash = to_hex(feature_table_hash());
    metadata.source = TrainingSource::events;
    metadata.revision = "1a2b3c4d5e6f";
    metadata.metrics.roc_auc = roc_auc;
    metadata.metrics.true_positives = metadata.metrics.true_negatives = 1'000;
    const ModelTrial ours{roc_auc, 0.02, 1'000, 1'000, 20}, theirs{its_roc_auc, 0.02, 1'000, 1'000, 20};
    if (!champion.empty()) metadata.compared = ComparedModels{champion, {ours, theirs, 0.004, true, ""}};
    ASSERT_TRUE(await(registry_.save({version, bytes, print_metadata(metadata)})));
  }

  ManualClock clock_{test::kNow};
  std::unique_ptr<kv::Store> store_ = kv::make_memory_store("churn_features", clock_);
  ModelRegistry registry_{*store_};
  ShadowScoreStore counts_{*store_};
  Champion champion_{registry_};
  ShadowScores shadow_;
  PromoteModel promote_{registry_, champion_, shadow_, counts_};
  http::Api api_{http::ApiInfo{"RecoEngine", "test", ""}};
};

TEST_F(ModelRoutes, PromotesInShadowAndThenAsChampion) {
  EXPECT_TRUE(listed().empty());
  keep("v1", 0.80);
  const auto first = post("v1", "promote");
  ASSERT_EQ(first.status, 200) << first.payload();
  EXPECT_EQ(body(first).at("message").as_string(), "v1 is the champion.");
  keep("v2", 0.81, "v1", 0.80);
  const auto waits = post("v2", "promote");
  ASSERT_EQ(waits.status, 409) << waits.payload();
  EXPECT_EQ(body(waits).at("stage").as_string(), "shadow");
  EXPECT_FALSE(body(waits).at("promoted").as_bool());
  EXPECT_EQ(body(waits).at("message").as_string(),
            "v2 scores in shadow, and may not be champion yet: not judged: 0 of 200 customers were scored in shadow.");
  for (int i = 0; i < 7; ++i) shadow_.add(std::to_string(i), "v1", 0.5, "v2", 0.5);
  ASSERT_TRUE(await(promote_.tell_shadow()));

  const auto models = listed();
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].at("model_version").as_string(), "v2") << "newest first";
  EXPECT_EQ(models[0].at("stage").as_string(), "shadow");
  EXPECT_EQ(models[0].at("shadow_scores").as_int64(), 7);
  EXPECT_EQ(models[0].at("source").as_string(), "events");
  EXPECT_EQ(models[0].at("revision").as_string(), "1a2b3c4d5e6f");
  EXPECT_EQ(models[0].at_pointer("/compared/champion").as_string(), "v1");
  EXPECT_EQ(models[1].at("stage").as_string(), "champion");
  EXPECT_FALSE(models[1].as_object().contains("shadow_scores"));

  const auto accepted = ask(http::Method::Post, "/models/v2/promote", {{"accept_shift", "true"}});
  ASSERT_EQ(accepted.status, 200) << accepted.payload();
  EXPECT_EQ(body(accepted).at("gates").as_array().size(), 4U);
  EXPECT_EQ(listed()[1].at("stage").as_string(), "retired");
}

TEST_F(ModelRoutes, ARefusalSaysWhichGateAndByHowMuch) {
  keep("v1", 0.80);
  ASSERT_EQ(post("v1", "promote").status, 200);
  keep("v2", 0.70, "v1", 0.80);
  const auto refused = ask(http::Method::Post, "/models/v2/promote", {{"accept_shift", "true"}});
  ASSERT_EQ(refused.status, 409);
  EXPECT_EQ(body(refused).at("message").as_string(),
            "v2 may not be champion: ROC-AUC 0.700 is 0.093 below what is wanted, 0.793; the champion has 0.800 on the "
            "same customers.");
  EXPECT_EQ(body(refused).at("stage").as_string(), "candidate");
  EXPECT_EQ(body(refused).at_pointer("/gates/0/gate").as_string(), "roc_auc");
  EXPECT_FALSE(body(refused).at_pointer("/gates/0/passed").as_bool());
  EXPECT_NEAR(body(refused).at_pointer("/gates/0/limit").to_number<double>(), 0.7934, 1e-4);
}

TEST_F(ModelRoutes, RollsBackTheChampionOnly) {
  keep("v1", 0.80);
  keep("v2", 0.81, "v1", 0.80);
  ASSERT_EQ(post("v1", "promote").status, 200);
  EXPECT_EQ(post("v1", "rollback").status, 409) << "there was none before";
  ASSERT_EQ(ask(http::Method::Post, "/models/v2/promote", {{"accept_shift", "true"}}).status, 200);
  EXPECT_EQ(post("v1", "rollback").status, 409) << "it is not the champion";
  const auto back = post("v2", "rollback");
  ASSERT_EQ(back.status, 200) << back.payload();
  EXPECT_EQ(body(back).at("model_version").as_string(), "v1");
  EXPECT_EQ(body(back).at("message").as_string(), "v1 is the champion again.");
  EXPECT_EQ(post("v2", "rollback").status, 409);
}

TEST_F(ModelRoutes, RefuseWhatTheyDoNotKnow) {
  EXPECT_EQ(post("v9", "promote").status, 404);
  EXPECT_EQ(post("v9", "rollback").status, 409);
  EXPECT_EQ(post("v 9", "promote").status, 422);
  EXPECT_EQ(ask(http::Method::Post, "/models/v9/promote", {{"accept_shift", "perhaps"}}).status, 422);
  EXPECT_EQ(ask(http::Method::Get, "/models/v9/promote").status, 405);
}

}  // namespace
}  // namespace qm::reco
