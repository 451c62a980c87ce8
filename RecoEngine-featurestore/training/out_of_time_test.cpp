#include "RecoEngine-featurestore/training/out_of_time.hpp"

#include <gtest/gtest.h>

#include "RecoEngine-featurestore/training/evaluation_report.hpp"
#include "RecoEngine-featurestore/training/purchases_fixture.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
const std::atomic<bool> kNotCancelled{false};
const std::function<void(double)> kUnseen = [](double) {};

OutOfTimeOptions quick() {
  OutOfTimeOptions options;
  options.step = days{75};
  options.max_rounds = 40;
  options.patience_rounds = 20;
  return options;
}

EvaluationReport report_of(const PurchaseData& data) {
  EvaluationReport report;
  report.dataset = data.name;
  report.revision = "<revision>";
  for (const int ago : {150, 90}) {
    report.cutoffs.push_back(judge_out_of_time(data, data.last - days{ago}, quick(), kUnseen, kNotCancelled).value());
  }
  return report;
}

const EvaluationReport& simulated_report() {
  static const auto& report = *new EvaluationReport(report_of(simulated_purchases(400, 3)));
  return report;
}

const ScoreReport& scores(const CutoffJudgement& judgement, std::string_view name) {
  for (const auto& contender : judgement.contenders) {
    if (contender.name == name) return contender.scores;
  }
  throw std::invalid_argument("no such contender");
}

TEST(OutOfTime, TrainsOnWhatWasKnownOnly) {
  const auto& judged = simulated_report().cutoffs[0];
  EXPECT_EQ(judged.latest_window, judged.cutoff - days{90});
  EXPECT_GE(judged.windows, 5);
  EXPECT_GT(judged.rounds, 0);
  // Recency says much about customers who stop for good; all others know it too, and more.
  EXPECT_GT(scores(judged, kRecencyName).roc_auc, 0.55);
  for (const auto name : {kModelName, kServedName, kLogisticName, kBgNbdName})
    EXPECT_GT(scores(judged, name).roc_auc, 0.6) << name;
  EXPECT_LT(scores(judged, kModelName).calibration_error, 0.2);
  EXPECT_EQ(judged.importance.size(), 21U);
  EXPECT_GT(judged.importance.front().mean_abs_shap, 0);
}

// A purchase behind the horizon changes neither what was learnt nor the judgement.
TEST(OutOfTime, IsTheSameWhateverComesAfterTheHorizon) {
  auto data = simulated_purchases(400, 3);
  const Timestamp cutoff = data.last - days{150};
  for (auto& history : data.customers) {
    std::erase_if(history.purchases, [&](const Purchase& p) { return p.at >= cutoff + days{90}; });
    history.purchases.push_back({cutoff + days{120}, Money{100}, 1});
  }
  EvaluationReport cut, whole;
  cut.cutoffs.push_back(judge_out_of_time(data, cutoff, quick(), kUnseen, kNotCancelled).value());
  whole.cutoffs.push_back(simulated_report().cutoffs[0]);
  EXPECT_EQ(print_json(cut), print_json(whole));
}

TEST(OutOfTime, RefusesWhatCannotBeJudged) {
  const auto data = simulated_purchases(400, 3);
  EXPECT_FALSE(judge_out_of_time(data, data.last - days{89}, quick(), kUnseen, kNotCancelled));
  EXPECT_FALSE(judge_out_of_time(data, data.first + days{300}, quick(), kUnseen, kNotCancelled));
  const std::atomic<bool> cancelled{true};
  EXPECT_FALSE(judge_out_of_time(data, data.last - days{90}, quick(), kUnseen, cancelled));
}

TEST(EvaluationReport, IsTheSameBytesForTheSameData) {
  const auto again = report_of(simulated_purchases(400, 3));
  EXPECT_EQ(print_json(simulated_report()), print_json(again));
  EXPECT_EQ(print_html(simulated_report()), print_html(again));
  EXPECT_NE(print_json(simulated_report()), print_json(report_of(simulated_purchases(400, 4))));
}

TEST(EvaluationReport, ShowsEveryContenderAndNeedsNothingElse) {
  const auto html = print_html(simulated_report()), table = print_table(simulated_report());
  for (const auto name :
       {kModelName, kRawModelName, kServedName, kRawServedName, kLogisticName, kBgNbdName, kRecencyName}) {
    EXPECT_NE(html.find(name), std::string::npos) << name;
    EXPECT_NE(table.find(name), std::string::npos) << name;
  }
  for (const char* outside : {"http:", "https:", "src=", "<script"}) EXPECT_EQ(html.find(outside), std::string::npos);
  EXPECT_NE(html.find("&lt;revision&gt;"), std::string::npos);
  EXPECT_NE(html.find("<svg"), std::string::npos);
}

TEST(EvaluationReport, SaysWhyCalibrationFailsAsFarAsEarlierWindowsTell) {
  CutoffJudgement judgement;
  judgement.cutoff = parse_rfc3339("2011-09-10T00:00:00Z").value();
  judgement.latest_window = parse_rfc3339("2011-06-12T00:00:00Z").value();
  judgement.latest_churn_rate = 0.64;
  judgement.mean_churn_rate = 0.58;
  ScoreReport off;
  off.mean_score = 0.61;
  off.churn_rate = 0.49;
  off.calibration_error = 0.12;
  judgement.contenders.push_back({std::string{kModelName}, off});
  const Timestamp a_year_before = parse_rfc3339("2010-09-12T00:00:00Z").value();
  const struct {
    const char* what;
    std::optional<SeasonWindow> season;
    const char* words;
  } cases[] = {{"as low as then", SeasonWindow{a_year_before, 0.45}, "it is the season"},
               {"not as low", SeasonWindow{a_year_before, 0.60}, "does not explain"},
               {"higher then", SeasonWindow{a_year_before, 0.75}, "does not explain"},
               {"too short a history", std::nullopt, "nothing tells"}};
  for (const auto& c : cases) {
    judgement.same_season = c.season;
    const auto text = explain_calibration(judgement);
    EXPECT_NE(text.find(c.words), std::string::npos) << c.what << ": " << text;
    EXPECT_NE(text.find("2011-06-12"), std::string::npos) << text;
    EXPECT_EQ(text.find("2010-09-12") != std::string::npos, c.season.has_value()) << text;
  }
  judgement.contenders[0].scores.calibration_error = 0.02;
  EXPECT_EQ(explain_calibration(judgement).find("season"), std::string::npos);
}

TEST(OutOfTime, FindsTheSameSeasonOfAnEarlierYear) {
  const auto data = simulated_purchases(400, 3);
  OutOfTimeOptions options = quick();
  options.step = days{55};  // 90 + 5 × 55 = 365
  const auto with = judge_out_of_time(data, data.last - days{90}, options, kUnseen, kNotCancelled).value();
  ASSERT_TRUE(with.same_season);
  EXPECT_EQ(with.same_season->cutoff, with.cutoff - days{365});
  EXPECT_GT(with.same_season->churn_rate, 0);
  options.step = days{20};
  const auto without = judge_out_of_time(data, data.first + days{430}, options, kUnseen, kNotCancelled).value();
  EXPECT_FALSE(without.same_season) << "a year before there was no window yet";
}

}  // namespace
}  // namespace qm::reco
