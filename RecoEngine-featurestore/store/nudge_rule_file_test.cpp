#include "RecoEngine-featurestore/store/nudge_rule_file.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <kainjow/mustache.hpp>

#include "RecoEngine-featurestore/app/nudge_rules.hpp"
#include "platform/core/temp_dir.hpp"
#include "platform/core/test_time.hpp"

namespace qm::reco {
namespace {

namespace fs = std::filesystem;

using test::kNow;
const fs::path kShipped = fs::path{QM_SOURCE_DIR} / "RecoEngine-featurestore/data/nudge_rules.json";

constexpr const char* kOneRule =
    R"({"rules":[{"rule_id":"r_1","name":"One","churn_score_range":[0.6,0.8],"churn_reasons":["INACTIVITY"],
  "nudges":[{"type":"Email","content_template":"T","channel":"email","priority":2},
            {"type":"Discount Coupon","content_template":"T","channel":"app","priority":1,"coupon_code":"SAVE20"}]}]})";
constexpr const char* kOneTemplate = R"({"templates":{"T":"Hello {{name}}{{#coupon}}, take {{coupon}}{{/coupon}}"}})";

class NudgeRuleFileTest : public testing::Test {
 protected:
  NudgeRuleFileTest() {
    write(kOneRule, kOneTemplate);
  }

  void write(const std::string& rules, const std::string& templates) {
    put("nudge_rules.json", rules);
    put("nudge_templates.json", templates);
  }
  void put(const std::string& name, const std::string& text) {
    std::ofstream{folder_.path() / name} << text;
    // Never the time of an earlier writing, however coarse the file system's clock is.
    fs::last_write_time(folder_.path() / name, fs::file_time_type{} + std::chrono::seconds{++writings_});
  }
  NudgeRuleFile file() const { return NudgeRuleFile{folder_.path() / "nudge_rules.json"}; }
  std::string refusal() const {
    const auto read = file().read();
    return read ? "" : read.error().detail;
  }

  TempDir folder_;
  int writings_ = 0;
};

TEST_F(NudgeRuleFileTest, ReadsRulesWithTheirNudgesByPriority) {
  const auto set = file().read();
  ASSERT_TRUE(set) << set.error().detail;
  ASSERT_EQ(set->rules.size(), 1U);
  const NudgeRule& rule = *set->find("r_1");
  EXPECT_EQ(rule.name, "One");
  EXPECT_EQ(rule.score_low, 0.6);
  EXPECT_EQ(rule.score_high, 0.8);
  EXPECT_EQ(rule.reasons, std::vector{ReasonFamily::INACTIVITY});
  EXPECT_TRUE(rule.enabled);
  ASSERT_EQ(rule.nudges.size(), 2U);
  EXPECT_EQ(rule.nudges[0].type, NudgeType::DiscountCoupon);
  EXPECT_EQ(rule.nudges[0].channel, Channel::app);
  EXPECT_EQ(rule.nudges[0].coupon_code, "SAVE20");
  EXPECT_EQ(rule.nudges[1].priority, 2);
  EXPECT_EQ(set->find("r_2"), nullptr);
  EXPECT_NE(set->find_template("T"), nullptr);
  EXPECT_EQ(set->find_template("U"), nullptr);
}

TEST_F(NudgeRuleFileTest, NamesWhatIsWrong) {
  const std::string rule = R"("rule_id":"r_1","name":"One","churn_score_range":[0.6,0.8])";
  const std::string nudge = R"({"type":"Email","content_template":"T","channel":"email","priority":1})";
  const auto with = [&](const std::string& reasons, const std::string& nudges) {
    return R"({"rules":[{)" + rule + R"(,"churn_reasons":[)" + reasons + R"(],"nudges":[)" + nudges + "]}]}";
  };
  struct Case {
    std::string rules;
    std::string templates;
    const char* said;
  };
  const Case cases[] = {
      {"{", kOneTemplate, "not JSON"},
      {R"({"rules":[]})", kOneTemplate, "rules: ensure this value has at least 1 items"},
      {R"({"rules":[{"rule_id":"r"}]})", kOneTemplate, "rules/0/churn_score_range: field required"},
      {with(R"("BOREDOM")", nudge), kOneTemplate, "there is no reason 'BOREDOM'"},
      {with(R"("INACTIVITY","INACTIVITY")", nudge), kOneTemplate, "INACTIVITY stands there twice"},
      {with("", R"({"type":"Letter","content_template":"T","channel":"email","priority":1})"), kOneTemplate,
       "type 'Letter'"},
      {with("", R"({"type":"Email","content_template":"T","channel":"pigeon","priority":1})"), kOneTemplate,
       "channel 'pigeon'"},
      {with("", R"({"type":"Email","content_template":"T","channel":"email","priority":0})"), kOneTemplate,
       "nudges/0/priority"},
      {with("", R"({"type":"Email","content_template":"U","channel":"email","priority":1})"), kOneTemplate,
       "no template 'U'"},
      {R"({"rules":[{"rule_id":"r","name":"n","churn_score_range":[0.9,0.6],"churn_reasons":[],"nudges":[)" + nudge +
           "]}]}",
       kOneTemplate, "score range"},
      {kOneRule, R"({"templates":{"T":"{{#coupon}} never closed"}})", "template 'T'"},
      {kOneRule, R"({"templates":{"T":"Hello {{ nmae }}"}})", "no message has a field 'nmae'"},
      {kOneRule, R"({"templates":{"T":""}})", "it is empty"},
      {kOneRule, "[]", "nudge_templates.json"},
      {std::string(NudgeRuleFile::kMaxBytes + 1, ' '), kOneTemplate, "larger than 1 MiB"},
  };
  for (const auto& c : cases) {
    write(c.rules, c.templates);
    EXPECT_NE(refusal().find(c.said), std::string::npos) << c.said << " is not in: " << refusal();
  }
}

TEST_F(NudgeRuleFileTest, NamesEveryFaultOfBothFiles) {
  write(R"({"rules":[{"rule_id":"r_1","name":"","churn_score_range":[0.6],"churn_reasons":[],"nudges":[]}]})",
        R"({"templates":{"T":"{{x}}{{y}}"}})");
  const std::string said = refusal();
  for (const char* part : {"name", "churn_score_range", "nudges", "'x'", "'y'"})
    EXPECT_NE(said.find(part), std::string::npos) << said;
  fs::remove(folder_.path() / "nudge_rules.json");
  fs::remove(folder_.path() / "nudge_templates.json");
  EXPECT_NE(refusal().find("nudge_rules.json: the file cannot be read"), std::string::npos) << refusal();
  EXPECT_NE(refusal().find("nudge_templates.json: the file cannot be read"), std::string::npos) << refusal();
}

TEST_F(NudgeRuleFileTest, ReloadsWhatWasWrittenAndKeepsTheOldRulesOverABrokenFile) {
  ManualClock clock{kNow};
  NudgeRules rules{file(), clock};
  EXPECT_TRUE(rules.current()->rules.empty());
  ASSERT_TRUE(rules.load());
  EXPECT_EQ(rules.loaded_at(), kNow);
  EXPECT_FALSE(rules.reload_if_changed());
  const auto held = rules.current();

  std::string changed = kOneRule;
  changed.replace(changed.find("r_1"), 3, "r_2");
  put("nudge_rules.json", changed);
  clock.advance(std::chrono::seconds{5});
  EXPECT_TRUE(rules.reload_if_changed());
  EXPECT_NE(rules.current()->find("r_2"), nullptr);
  EXPECT_NE(held->find("r_1"), nullptr) << "who holds a snapshot keeps it";
  EXPECT_EQ(rules.loaded_at(), kNow + std::chrono::seconds{5});

  put("nudge_rules.json", "{");
  EXPECT_FALSE(rules.reload_if_changed());
  EXPECT_NE(rules.current()->find("r_2"), nullptr);
  testing::internal::CaptureStderr();
  EXPECT_FALSE(rules.reload_if_changed());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "said once already";

  put("nudge_rules.json", kOneRule);
  EXPECT_TRUE(rules.reload_if_changed());
  put("nudge_templates.json", R"({"templates":{"T":"Other"}})");
  EXPECT_TRUE(rules.reload_if_changed());
  EXPECT_EQ(*rules.current()->find_template("T"), "Other");
}

TEST_F(NudgeRuleFileTest, StartsWithNoBrokenFile) {
  ManualClock clock{kNow};
  put("nudge_rules.json", "{");
  NudgeRules rules{file(), clock};
  const auto loaded = rules.load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind, ErrorKind::Rejected);
  EXPECT_TRUE(rules.current()->rules.empty());
}

TEST(ShippedNudgeRules, AreTheTwelve) {
  const auto set = NudgeRuleFile{kShipped}.read();
  ASSERT_TRUE(set) << set.error().detail;
  EXPECT_EQ(set->rules.size(), 12U);
  struct Case {
    double score;
    std::vector<ReasonFamily> reasons;
    const char* rule;
  };
  using enum ReasonFamily;
  const Case cases[] = {{0.6, {INACTIVITY}, "rule_1"},
                        {0.85, {CART_ABANDONMENT}, "rule_10"},  // as well as rule_2; the higher number wins
                        {0.9, {LOW_ENGAGEMENT}, "rule_3"},
                        {0.65, {PRICE_SENSITIVITY}, "rule_4"},
                        {0.9, {PAYMENT_FAILURE}, "rule_5"},
                        {0.95, {PAYMENT_FAILURE, CART_ABANDONMENT}, "rule_10"},
                        {0.7, {CART_ABANDONMENT, LOW_ENGAGEMENT}, "rule_8"},
                        {0.72, {INACTIVITY, PURCHASE_DECLINE}, "high_risk_inactive_user"},
                        {0.75, {INACTIVITY}, "high_risk_inactive_user"},
                        {0.95, {HIGH_REFUND_RATE}, "high_risk_any"},
                        {0.6, {}, "high_risk_any"}};
  for (const auto& c : cases) {
    const NudgeRule* rule = match_rule(set->rules, c.score, c.reasons);
    ASSERT_NE(rule, nullptr) << c.rule;
    EXPECT_EQ(rule->rule_id, c.rule) << c.score;
  }
  EXPECT_EQ(match_rule(set->rules, 0.59, {INACTIVITY}), nullptr);
}

// Every template reads well with all its fields and without any one of them: no braces, no gaps.
TEST(ShippedNudgeTemplates, ReadWellWithAndWithoutEachField) {
  const auto set = NudgeRuleFile{kShipped}.read();
  ASSERT_TRUE(set) << set.error().detail;
  EXPECT_EQ(set->templates.size(), 12U);
  const std::pair<const char*, const char*> fields[] = {{"name", "Ann"},
                                                        {"reasons", "We miss you."},
                                                        {"products", "Red Shoes"},
                                                        {"coupon", "SAVE20"},
                                                        {"expiry", "1 December"}};
  for (const auto& [name, text] : set->templates) {
    for (const std::string missing : {"", "name", "reasons", "products", "coupon", "expiry"}) {
      kainjow::mustache::data data;
      for (const auto& [field, value] : fields) {
        if (field != missing) data.set(field, value);
      }
      kainjow::mustache::mustache message{text};
      message.set_custom_escape([](const std::string& plain) { return plain; });
      ASSERT_TRUE(message.is_valid()) << name << message.error_message();
      const std::string rendered = message.render(data);
      EXPECT_FALSE(rendered.empty());
      EXPECT_EQ(rendered.find_first_of("{}"), std::string::npos) << rendered;
      for (const auto& [field, value] : fields) {
        if (field == missing) EXPECT_EQ(rendered.find(value), std::string::npos) << rendered;
      }
      if (missing.empty()) {
        for (const auto& [field, value] : fields) {
          if (text.find("{{" + std::string{field} + "}}") != std::string::npos)
            EXPECT_NE(rendered.find(value), std::string::npos) << rendered;
        }
      }
      for (const char* gap : {"  ", " .", " ,", " !"}) {
        EXPECT_EQ(rendered.find(gap), std::string::npos) << name << ": " << rendered;
      }
      EXPECT_TRUE(rendered.front() >= 'A' && rendered.front() <= 'Z') << name << ": " << rendered;
      EXPECT_NE(rendered.back(), ' ') << name << ": " << rendered;
    }
  }
}

}  // namespace
}  // namespace qm::reco
