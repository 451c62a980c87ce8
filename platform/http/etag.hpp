// Which state of a thing a request means: strong entity tags and If-Match (RFC 9110, sections 8.8.3 and 13.1.1).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/result.hpp"

namespace qm::http {

// Quoted, as in "17".
std::string etag_of(std::int64_t revision);

// What an If-Match asks for: any of these revisions, or whatever there is («*»).
struct IfMatch {
  bool any = false;
  std::vector<std::int64_t> revisions{};

  bool admits(std::int64_t revision) const noexcept;
};

// PreconditionMissing without one. A tag that etag_of() never gave, a weak one included, is none of ours: it matches
// nothing.
Result<IfMatch> parse_if_match(std::string_view header);

}  // namespace qm::http
