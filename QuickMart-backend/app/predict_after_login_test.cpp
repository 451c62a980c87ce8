#include "QuickMart-backend/app/predict_after_login.hpp"

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/core/runtime.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::shop {
namespace {

using std::chrono::days;
using test::kNow;

class AnsweringReco final : public RecoClient {
 public:
  Task<Result<contracts::Prediction>> predict(UserId, Deadline) override {
    ++asked;
    co_return answer;
  }
  Task<Result<contracts::IngestAnswer>> ingest(UserId, std::string, FeatureGroup, Deadline) override {
    co_return not_found("nobody");
  }
  Task<Result<contracts::EventsAnswer>> send_events(std::vector<contracts::Event>, Deadline) override {
    co_return unavailable("Nobody is there.");
  }
  Task<bool> is_alive() override { co_return true; }

  Result<contracts::Prediction> answer = not_found("nobody");
  int asked = 0;
};

contracts::NudgeSummary nudge(std::optional<std::string> content, std::optional<std::string> coupon_code) {
  contracts::NudgeSummary summary;
  summary.content = std::move(content);
  summary.coupon_code = std::move(coupon_code);
  return summary;
}

contracts::Explanation explanation(std::string reason, std::string text, boost::json::value value) {
  contracts::Explanation explained;
  explained.reason = std::move(reason);
  explained.text = std::move(text);
  explained.features.push_back({"feature", std::move(value), 0.5});
  return explained;
}

contracts::Prediction at_risk(std::vector<contracts::NudgeSummary> nudges) {
  contracts::Prediction prediction;
  prediction.churn_probability = 0.83;
  prediction.churn_reasons = {"INACTIVITY"};
  prediction.explanations = {explanation("BEHAVIORAL_PATTERNS", "others leave too", 1),
                             explanation("CART_ABANDONMENT", "carts are not known", nullptr),
                             explanation("INACTIVITY", "no login for 34 days", 34)};
  prediction.nudges_triggered = std::move(nudges);
  return prediction;
}

class PredictAfterLoginTest : public testing::Test {
 protected:
  PredictAfterLoginTest() {
    EXPECT_TRUE(await(queue_.open()));
    User ada;
    ada.id = UserId{"user_ada"};
    ada.email = "ada@example.com";
    ada.profile.name = "Ada";
    EXPECT_TRUE(await(users_.create(std::move(ada), "hash")));
    add_coupon("SAVE20", kNow + days{10});
    add_coupon("OLD", kNow - days{1});
    job_.id = "predict_churn_login_1";
    job_.payload = R"({"user_id":"user_ada"})";
  }

  void add_coupon(const char* code, Timestamp until) {
    Coupon coupon;
    coupon.id = coupon_id_of(code);
    coupon.code = code;
    coupon.discount = AmountOff{Money{20'00}};
    coupon.valid_from = kNow - days{5};
    coupon.valid_until = until;
    EXPECT_TRUE(await(coupons_.create(std::move(coupon))));
  }
  std::vector<Message> messages() { return *await(messages_.of_user(UserId{"user_ada"}, 100)); }

  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("quick_mart", clock_);
  UserStore users_{*kv_};
  CouponStore coupons_{*kv_};
  MessageStore messages_{*kv_};
  jobs::Queue queue_{*kv_, clock_};
  AnsweringReco reco_;
  PredictAfterLogin predict_{queue_, reco_, users_, coupons_, messages_, clock_};
  jobs::Job job_;
};

TEST_F(PredictAfterLoginTest, OwesOncePerLogin) {
  for (const char* login : {"login_1", "login_1", "login_2"})
    EXPECT_TRUE(await(predict_.owe(UserId{"user_ada"}, login)));
  EXPECT_EQ(queue_.stats().enqueued, 2);
}

TEST_F(PredictAfterLoginTest, LeavesOneMessagePerLoginThatNudged) {
  const char* text =
      "{{name}}: {{reasons}}{{#coupon}} Take {{coupon}}{{#expiry}} until {{expiry}}{{/expiry}}.{{/coupon}}";
  reco_.answer = at_risk({nudge(std::nullopt, "save20"), nudge(text, std::nullopt)});
  for (int repeated = 0; repeated < 2; ++repeated) EXPECT_TRUE(await(predict_.handle(job_)));
  const auto left = messages();
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].text, "Ada: No login for 34 days. Take SAVE20 until 13 October 2024.");
  EXPECT_EQ(left[0].churn_probability, 0.83);
  EXPECT_EQ(left[0].churn_reasons, std::vector<std::string>{"INACTIVITY"});
  EXPECT_EQ(left[0].created_at, kNow);
  job_.id = "predict_churn_login_2";
  EXPECT_TRUE(await(predict_.handle(job_)));
  EXPECT_EQ(messages().size(), 2u);
}

TEST_F(PredictAfterLoginTest, OffersOnlyACouponThatCanBeUsed) {
  for (const char* code : {"OLD", "NOSUCH", "not a code!"}) {
    job_.id = std::string{"predict_churn_"} + code[0];
    reco_.answer = at_risk({nudge("Hello.{{#coupon}} {{coupon}}{{/coupon}}", code)});
    EXPECT_TRUE(await(predict_.handle(job_))) << code;
  }
  for (const auto& message : messages()) EXPECT_EQ(message.text, "Hello.");
  EXPECT_EQ(messages().size(), 3u);
}

TEST_F(PredictAfterLoginTest, SaysSomethingPlainWithoutATemplate) {
  reco_.answer = at_risk({});
  EXPECT_TRUE(await(predict_.handle(job_)));
  ASSERT_EQ(messages().size(), 1u);
  EXPECT_EQ(messages()[0].text, "Ada, we would be glad to see you again.");
  EXPECT_EQ(messages()[0].text.find("0.83"), std::string::npos);
}

TEST_F(PredictAfterLoginTest, KeepsOwingUntilAskingAgainCannotHelp) {
  struct Case {
    Error says;
    bool done;
  };
  const Case cases[] = {{not_found("unknown"), true},
                        {unavailable("away"), false},
                        {Error{ErrorKind::InDoubt, "no answer"}, false},
                        {Error{ErrorKind::Timeout, "late"}, false}};
  for (const Case& c : cases) {
    reco_.answer = c.says;
    EXPECT_EQ(await(predict_.handle(job_)).has_value(), c.done) << c.says.detail;
  }
  contracts::Prediction calm;
  reco_.answer = calm;
  EXPECT_TRUE(await(predict_.handle(job_)));
  EXPECT_TRUE(messages().empty());
}

TEST_F(PredictAfterLoginTest, AsksNothingAboutAClosedAccount) {
  ASSERT_TRUE(await(users_.close(UserId{"user_ada"})));
  reco_.answer = at_risk({});
  EXPECT_TRUE(await(predict_.handle(job_)));
  EXPECT_EQ(reco_.asked, 0);
}

}  // namespace
}  // namespace qm::shop
