#include "platform/http/bearer.hpp"

#include <algorithm>
#include <cctype>

namespace qm::http {

namespace {

constexpr std::string_view kScheme = "bearer ";

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_token_char(unsigned char c) {
  return std::isalnum(c) != 0 || std::string_view{"-._~+/="}.find(static_cast<char>(c)) != std::string_view::npos;
}

}  // namespace

std::string_view bearer_token(const Request& request) {
  std::string_view found;
  for (const auto& [name, value] : request.headers) {
    if (!equal_ignoring_case(name, "authorization")) continue;
    if (!found.empty()) return {};
    found = value;
  }
  if (found.size() <= kScheme.size() || !equal_ignoring_case(found.substr(0, kScheme.size()), kScheme)) return {};
  found.remove_prefix(kScheme.size());
  return std::all_of(found.begin(), found.end(), is_token_char) ? found : std::string_view{};
}

}  // namespace qm::http
