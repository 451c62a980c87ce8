#include "QuickMart-backend/domain/audit.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace qm::shop {
namespace {

constexpr std::array<std::string_view, 6> kSecretWords{"password", "secret", "token", "credential", "hash", "key"};
constexpr const char* kHidden = "(hidden)";

bool sounds_secret(std::string_view field) {
  std::string lower{field};
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto has = [&lower](std::string_view word) { return lower.find(word) != std::string::npos; };
  return std::ranges::any_of(kSecretWords, has);
}

}  // namespace

AuditChange audit_change(std::string field, std::string_view before, std::string_view after) {
  const bool hide = sounds_secret(field);
  AuditChange change;
  change.field = std::move(field);
  change.before = hide && !before.empty() ? kHidden : audit_text(before);
  change.after = hide && !after.empty() ? kHidden : audit_text(after);
  return change;
}

std::string audit_text(std::string_view text) {
  if (text.size() <= kMaxAuditTextBytes) return std::string{text};
  constexpr std::string_view kMore = "…";
  std::size_t end = kMaxAuditTextBytes - kMore.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string{text.substr(0, end)}.append(kMore);
}

bool fits(const AuditEntry& entry, const AuditFilter& filter) noexcept {
  return (filter.actor.empty() || entry.actor == filter.actor) &&
         (filter.action.empty() || entry.action == filter.action) &&
         (filter.subject.kind.empty() || entry.subject.kind == filter.subject.kind) &&
         (filter.subject.id.empty() || entry.subject.id == filter.subject.id) &&
         (!filter.since || entry.at >= *filter.since) && (!filter.until || entry.at < *filter.until);
}

}  // namespace qm::shop
