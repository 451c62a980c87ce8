#include "RecoEngine-featurestore/training/report_page.hpp"

#include <cstdio>

#include "RecoEngine-featurestore/evaluation/svg_plot.hpp"

namespace qm::reco {

namespace {

constexpr const char* kStyle =
    "<style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2em auto;"
    "padding:0 1em}table{border-collapse:collapse;margin:1em 0}th,td{padding:.25em .7em;text-align:right;"
    "border-bottom:1px solid #8884}th:first-child{text-align:left;font-weight:normal}thead th{font-weight:bold}"
    ".plots{display:flex;flex-wrap:wrap;gap:1em}svg{max-width:100%;height:auto}dt{font-weight:bold}"
    "dl{display:grid;grid-template-columns:max-content auto;gap:.2em 1em}dd{margin:0;overflow-wrap:anywhere}</style>\n";

}  // namespace

std::string begin_page(const std::string& title) {
  const std::string escaped = escape_markup(title);
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>" +
         escaped + "</title>\n" + kStyle + "</head><body>\n<h1>" + escaped + "</h1>\n";
}

std::string end_page() { return "</body></html>\n"; }

std::string definitions(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string html = "<dl>";
  for (const auto& [name, value] : rows)
    html += "<dt>" + escape_markup(name) + "</dt><dd>" + escape_markup(value) + "</dd>";
  return html + "</dl>\n";
}

std::string cell(const std::string& text) { return "<td>" + escape_markup(text) + "</td>"; }

std::string digits(double value, int places) {
  char text[48];
  std::snprintf(text, sizeof text, "%.*f", places, value);
  return text;
}

std::string date_of(Timestamp at) { return to_rfc3339(at).substr(0, 10); }

}  // namespace qm::reco
