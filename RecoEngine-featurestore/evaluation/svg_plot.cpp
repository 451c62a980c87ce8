#include "RecoEngine-featurestore/evaluation/svg_plot.hpp"

#include <algorithm>
#include <cstdio>

namespace qm::reco {

namespace {

// Okabe and Ito's colours, which colour-blind people can tell apart.
constexpr const char* kColours[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7"};
constexpr double kWidth = 440, kHeight = 320;
constexpr double kLeft = 56, kRight = 16, kTop = 34, kBottom = 46;
constexpr double kPlotWidth = kWidth - kLeft - kRight, kPlotHeight = kHeight - kTop - kBottom;

std::string fixed(double value, int digits) {
  char text[48];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}
std::string px(double value) { return fixed(value, 1); }

std::string opening(const std::string& title, double height) {
  return "<svg role=\"img\" viewBox=\"0 0 " + px(kWidth) + " " + px(height) + "\" width=\"" + px(kWidth) +
         "\" font-size=\"12\" fill=\"currentColor\"><title>" + escape_markup(title) + "</title>\n" + "<text x=\"" +
         px(kLeft) + "\" y=\"18\" font-weight=\"bold\">" + escape_markup(title) + "</text>\n";
}

std::string words(double x, double y, const char* anchor, const std::string& text) {
  return "<text x=\"" + px(x) + "\" y=\"" + px(y) + "\" text-anchor=\"" + anchor + "\">" + escape_markup(text) +
         "</text>\n";
}

std::string stroke(double x1, double y1, double x2, double y2, const char* style) {
  return "<line x1=\"" + px(x1) + "\" y1=\"" + px(y1) + "\" x2=\"" + px(x2) + "\" y2=\"" + px(y2) +
         "\" stroke=\"currentColor\" " + style + "/>\n";
}

std::string upright(const std::string& label) {
  return "<text transform=\"translate(14 " + px(kTop + kPlotHeight / 2) + ") rotate(-90)\" text-anchor=\"middle\">" +
         escape_markup(label) + "</text>\n";
}

std::string marker(std::size_t line, double x, double y) {
  const std::string fill = std::string{"\" fill=\""} + kColours[line % std::size(kColours)] + "\"/>\n";
  if (line % 2 == 0) return "<circle cx=\"" + px(x) + "\" cy=\"" + px(y) + "\" r=\"3.5" + fill;
  return "<rect x=\"" + px(x - 3) + "\" y=\"" + px(y - 3) + "\" width=\"6\" height=\"6" + fill;
}

double x_of(double share) { return kLeft + std::clamp(share, 0.0, 1.0) * kPlotWidth; }
double y_of(double share) { return kTop + (1 - std::clamp(share, 0.0, 1.0)) * kPlotHeight; }

// The least of 1, 2, 5, 10, … × 10ⁿ that is not below `value`.
double round_up(double value) {
  double step = 1e-6;
  while (true) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (step * factor >= value) return step * factor;
    }
    step *= 10;
  }
}

}  // namespace

std::string escape_markup(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string unit_plot(const std::string& title, const std::string& x_label, const std::string& y_label,
                      const std::vector<UnitLine>& lines) {
  std::string svg = opening(title, kHeight);
  for (int i = 0; i <= 5; ++i) {
    const double share = i / 5.0;
    svg += stroke(x_of(0), y_of(share), x_of(1), y_of(share), "stroke-opacity=\".15\"");
    svg += words(kLeft - 6, y_of(share) + 4, "end", fixed(share, 1));
    svg += words(x_of(share), kTop + kPlotHeight + 16, "middle", fixed(share, 1));
  }
  svg += stroke(x_of(0), y_of(0), x_of(1), y_of(1), "stroke-dasharray=\"4 4\" stroke-opacity=\".5\"");
  svg += words(kLeft + kPlotWidth / 2, kHeight - 10, "middle", x_label) + upright(y_label);
  for (std::size_t l = 0; l < lines.size(); ++l) {
    svg += std::string{"<polyline fill=\"none\" stroke-width=\"2\" stroke=\""} + kColours[l % std::size(kColours)] +
           "\" points=\"";
    for (const auto& p : lines[l].points) svg += px(x_of(p.x)) + "," + px(y_of(p.y)) + " ";
    svg += "\"/>\n";
    for (const auto& p : lines[l].points) svg += marker(l, x_of(p.x), y_of(p.y));
    const double y = kTop + 12 + 16 * static_cast<double>(l);
    svg += marker(l, kLeft + 12, y - 4) + words(kLeft + 22, y, "start", lines[l].name);
  }
  return svg + "</svg>\n";
}

std::string bar_plot(const std::string& title, const std::string& y_label, const std::vector<Bar>& bars,
                     double line_at) {
  double high = std::max(line_at, 1e-6);
  for (const Bar& bar : bars) high = std::max(high, bar.value);
  const double top = round_up(high), slot = kPlotWidth / static_cast<double>(std::max<std::size_t>(1, bars.size()));
  std::string svg = opening(title, kHeight);
  for (int i = 0; i <= 4; ++i) {
    svg += stroke(x_of(0), y_of(i / 4.0), x_of(1), y_of(i / 4.0), "stroke-opacity=\".15\"");
    svg += words(kLeft - 6, y_of(i / 4.0) + 4, "end", fixed(top * i / 4, 2));
  }
  svg += upright(y_label);
  for (std::size_t b = 0; b < bars.size(); ++b) {
    const double left = kLeft + slot * static_cast<double>(b), share = bars[b].value / top;
    svg += "<rect x=\"" + px(left + slot * 0.12) + "\" y=\"" + px(y_of(share)) + "\" width=\"" + px(slot * 0.76) +
           "\" height=\"" + px(y_of(0) - y_of(share)) + "\" fill=\"" + kColours[0] + "\"/>\n";
    svg += words(left + slot / 2, y_of(share) - 4, "middle", fixed(bars[b].value, 2));
    svg += words(left + slot / 2, kTop + kPlotHeight + 16, "middle", bars[b].label);
  }
  if (line_at >= 0)
    svg += stroke(x_of(0), y_of(line_at / top), x_of(1), y_of(line_at / top), "stroke-dasharray=\"4 4\"");
  return svg + "</svg>\n";
}

std::string ranking_plot(const std::string& title, const std::vector<Bar>& bars) {
  constexpr double kNames = 130, kRow = 20;
  double high = 1e-12;
  for (const Bar& bar : bars) high = std::max(high, bar.value);
  std::string svg = opening(title, kTop + kRow * static_cast<double>(bars.size()) + 8);
  for (std::size_t b = 0; b < bars.size(); ++b) {
    const double y = kTop + kRow * static_cast<double>(b);
    const double length = std::max(0.0, bars[b].value) / high * (kWidth - kNames - 70);
    svg += words(kNames, y + 13, "end", bars[b].label);
    svg += "<rect x=\"" + px(kNames + 6) + "\" y=\"" + px(y + 2) + "\" width=\"" + px(length) +
           "\" height=\"14\" fill=\"" + kColours[0] + "\"/>\n";
    svg += words(kNames + 12 + length, y + 13, "start", fixed(bars[b].value, 3));
  }
  return svg + "</svg>\n";
}

}  // namespace qm::reco
