// Small plots as SVG text, to stand in a page as they are: no scripts, no fonts from elsewhere, readable in light and
// dark, with a title for screen readers. The same input gives the same bytes.
#pragma once
#include <string>
#include <vector>

namespace qm::reco {

// x and y in 0…1, from left to right.
struct UnitPoint {
  double x = 0, y = 0;
};

struct UnitLine {
  std::string name;
  std::vector<UnitPoint> points;
};

// At most four lines, told apart by colour and by marker, over the diagonal of perfect agreement. Points outside 0…1
// are drawn at the edge.
std::string unit_plot(const std::string& title, const std::string& x_label, const std::string& y_label,
                      const std::vector<UnitLine>& lines);

struct Bar {
  std::string label;
  double value = 0;  // from 0; negative ones are drawn as 0
};

// Bars from left to right, one label below and one value above each; `line_at` is drawn across, unless it is negative.
std::string bar_plot(const std::string& title, const std::string& y_label, const std::vector<Bar>& bars,
                     double line_at);

// Bars from top to bottom, labels to their left: for names.
std::string ranking_plot(const std::string& title, const std::vector<Bar>& bars);

// For text within HTML or SVG.
std::string escape_markup(const std::string& text);

}  // namespace qm::reco
