#include "RecoEngine-featurestore/app/ingest_features.hpp"

#include <gtest/gtest.h>

namespace qm::reco {
namespace {

TEST(IngestFeatures, TakesEveryNameOfEveryFeature) {
  for (const auto& spec : feature_table()) {
    for (const auto name : {spec.name, spec.aliases[0], spec.aliases[1]}) {
      if (name.empty()) continue;
      const auto intake = IngestFeatures::examine(spec.group, {{std::string{name}, std::nullopt}});
      EXPECT_TRUE(intake.faults.empty()) << name;
      EXPECT_EQ(intake.stored, std::vector<std::string>{std::string{spec.name}}) << name;
      ASSERT_EQ(intake.changes.size(), 1U) << name;
      EXPECT_EQ(feature_table()[intake.changes[0].first].name, spec.name);
      EXPECT_FALSE(intake.changes[0].second.has_value()) << name;
    }
  }
}

TEST(IngestFeatures, NamesWhatItIgnoresAndWhatItStores) {
  const auto intake =
      IngestFeatures::examine(FeatureGroup::profile, {{"account_age_days", FeatureValue{std::int64_t{365}}},
                                                      {"shoe_size", FeatureValue{std::int64_t{44}}},
                                                      {"sess_7d", FeatureValue{std::int64_t{1}}}});
  EXPECT_EQ(intake.stored, (std::vector<std::string>{"acc_age_days"}));
  EXPECT_EQ(intake.ignored, (std::vector<std::string>{"shoe_size", "sess_7d"}))
      << "a feature of another group is none of this one";
  EXPECT_TRUE(intake.faults.empty());
}

TEST(IngestFeatures, BringsValuesIntoTheTablesForm) {
  struct Case {
    FeatureGroup group;
    const char* name;
    FeatureValue given;
    FeatureValue kept;
  };
  const Case cases[] = {{FeatureGroup::behavior, "sess_7d", 3.0, std::int64_t{3}},
                        {FeatureGroup::behavior, "cart_abandonment_rate", std::int64_t{1}, 1.0},
                        {FeatureGroup::engagement, "retention_resp", std::string{"declined"}, std::string{"negative"}},
                        {FeatureGroup::realtime, "last_abandon_at", std::string{"2026-11-01T11:00:00+01:00"},
                         std::string{"2026-11-01T10:00:00.000Z"}},
                        {FeatureGroup::realtime, "cart_no_buy", true, true},
                        {FeatureGroup::transactional, "cat_spend_dist", Shares{{"toys", 0.5}}, Shares{{"toys", 0.5}}}};
  for (const auto& c : cases) {
    const auto intake = IngestFeatures::examine(c.group, {{c.name, c.given}});
    ASSERT_EQ(intake.changes.size(), 1U) << c.name;
    EXPECT_EQ(*intake.changes[0].second, c.kept) << c.name;
  }
}

TEST(IngestFeatures, ListsEveryFaultUnderTheNameGiven) {
  const auto intake =
      IngestFeatures::examine(FeatureGroup::behavior, {{"days_since_last_login", FeatureValue{std::int64_t{-1}}},
                                                       {"cart_abandon", FeatureValue{1.5}},
                                                       {"sess_7d", FeatureValue{2.5}},
                                                       {"sess_30d", FeatureValue{std::int64_t{2}}},
                                                       {"ctr_10_sess", FeatureValue{true}},
                                                       {"sessions_last_7days", FeatureValue{std::int64_t{2}}}});
  struct Expected {
    const char* name;
    const char* type;
  };
  const Expected expected[] = {{"days_since_last_login", "value_error.number.not_ge"},
                               {"cart_abandon", "value_error.number.not_le"},
                               {"sess_7d", "type_error.integer"},
                               {"ctr_10_sess", "type_error.float"},
                               {"sessions_last_7days", "value_error.duplicate"}};
  ASSERT_EQ(intake.faults.size(), std::size(expected));
  for (std::size_t i = 0; i < intake.faults.size(); ++i) {
    EXPECT_EQ(intake.faults[i].loc, (std::vector<std::string>{"body", expected[i].name}));
    EXPECT_EQ(intake.faults[i].type, expected[i].type) << expected[i].name;
    EXPECT_FALSE(intake.faults[i].msg.empty());
  }
}

}  // namespace
}  // namespace qm::reco
