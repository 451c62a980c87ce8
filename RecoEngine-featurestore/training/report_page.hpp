// What the reports for people have in common: pages that need nothing else, in one look. Pure.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "platform/core/clock.hpp"

namespace qm::reco {

// All up to the heading, which is the title, escaped; and the end.
std::string begin_page(const std::string& title);
std::string end_page();

// Names and what they stand for; both are escaped.
std::string definitions(const std::vector<std::pair<std::string, std::string>>& rows);
// A table's cell, escaped.
std::string cell(const std::string& text);

// With so many digits after the point.
std::string digits(double value, int places);
// "2026-11-29".
std::string date_of(Timestamp at);

}  // namespace qm::reco
