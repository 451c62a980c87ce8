#include "platform/http/etag.hpp"

#include <algorithm>
#include <charconv>

namespace qm::http {

std::string etag_of(std::int64_t revision) { return '"' + std::to_string(revision) + '"'; }

bool IfMatch::admits(std::int64_t revision) const noexcept {
  return any || std::find(revisions.begin(), revisions.end(), revision) != revisions.end();
}

Result<IfMatch> parse_if_match(std::string_view header) {
  const auto trim = [](std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return std::string_view{};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
  };
  if (trim(header).empty())
    return Error{ErrorKind::PreconditionMissing, "Say with If-Match which state shall be changed: the ETag as read."};
  IfMatch wanted;
  while (!header.empty()) {
    const std::string_view tag = trim(header.substr(0, header.find(',')));
    header.remove_prefix(std::min(header.find(',') == std::string_view::npos ? header.size() : header.find(',') + 1,
                                  header.size()));
    if (tag == "*") wanted.any = true;
    if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') continue;
    std::int64_t revision = 0;
    const auto [end, failed] = std::from_chars(tag.data() + 1, tag.data() + tag.size() - 1, revision);
    if (failed == std::errc{} && end == tag.data() + tag.size() - 1) wanted.revisions.push_back(revision);
  }
  return wanted;
}

}  // namespace qm::http
