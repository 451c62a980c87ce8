#include "RecoEngine-featurestore/evaluation/svg_plot.hpp"

#include <gtest/gtest.h>

namespace qm::reco {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(SvgPlot, DrawsEachPointAtItsPlace) {
  const auto svg = unit_plot("Plot", "x", "y", {{"one", {{0, 0}, {1, 1}, {2, -1}}}});
  EXPECT_NE(svg.find("points=\"56.0,274.0 424.0,34.0 424.0,274.0 \""), std::string::npos) << svg;
  EXPECT_EQ(count(svg, "<circle"), 4U) << "three points and the legend's";
  EXPECT_EQ(svg, unit_plot("Plot", "x", "y", {{"one", {{0, 0}, {1, 1}, {2, -1}}}}));
}

TEST(SvgPlot, ScalesBarsToARoundNumber) {
  const auto svg = bar_plot("Lift", "times", {{"1", 1.6}, {"2", 0.4}}, 1);
  EXPECT_NE(svg.find(">2.00<"), std::string::npos) << "the axis ends at 2";
  EXPECT_NE(svg.find("height=\"192.0\""), std::string::npos) << "1.6 of 2 of 240 pixels";
  EXPECT_EQ(count(svg, "<rect"), 2U);
  EXPECT_EQ(count(ranking_plot("Rank", {{"a", 2}, {"b", 1}, {"c", 0}}), "<rect"), 3U);
}

TEST(SvgPlot, IsWellFormedWhateverTheWordsAre) {
  const auto svg = bar_plot("<a> & \"b\"", "y", {}, -1);
  EXPECT_NE(svg.find("&lt;a&gt; &amp; &quot;b&quot;"), std::string::npos);
  EXPECT_EQ(count(svg, "<a>"), 0U);
  EXPECT_EQ(count(svg, "</svg>"), 1U);
}

}  // namespace
}  // namespace qm::reco
