// Who of the staff did what to what, and how it ended. Plain values; an entry never changes.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"

namespace qm::shop {

struct AuditTag {
  static constexpr const char* prefix = "aud";
};
using AuditId = Id<AuditTag>;  // sorts by time

// What was done to: ("order", "ord_1"), ("coupon", "SAVE10"). Without an id: the whole kind.
struct AuditSubject {
  std::string kind;
  std::string id{};
  friend bool operator==(const AuditSubject&, const AuditSubject&) = default;
};

// A field that was changed, as text. Make it with audit_change().
struct AuditChange {
  std::string field;
  std::string before;
  std::string after;
  friend bool operator==(const AuditChange&, const AuditChange&) = default;
};

struct AuditEntry {
  AuditId id{};       // given when it is written
  Timestamp at{};     // given when it is written
  std::string actor;  // a user's id, or "shop"
  std::string action; // "order.refund": the kind of subject, and what is done
  AuditSubject subject;
  std::string detail{};  // a sentence
  std::vector<AuditChange> changes{};
  std::string request_id{};
  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

// How the action ended. Without one (the process died, or it is in doubt) it may have happened or not.
struct AuditOutcome {
  bool succeeded = false;
  std::string detail{};  // why not; or what came of it
  Timestamp at{};
  friend bool operator==(const AuditOutcome&, const AuditOutcome&) = default;
};

struct AuditRecord {
  AuditEntry entry;
  std::optional<AuditOutcome> outcome;
};

inline constexpr std::size_t kMaxAuditTextBytes = 500;  // of a detail or a value; longer ones are cut
inline constexpr std::size_t kMaxAuditChanges = 50;     // of an entry

// `field` with its values; of one whose name says that it is secret (password, secret, token…) only that it changed.
AuditChange audit_change(std::string field, std::string_view before, std::string_view after);

// At most kMaxAuditTextBytes, cut between two characters.
std::string audit_text(std::string_view text);

// Empty: any.
struct AuditFilter {
  std::string actor{};
  std::string action{};
  AuditSubject subject{};
  std::optional<Timestamp> since{};  // this moment included
  std::optional<Timestamp> until{};  // this moment excluded
};
bool fits(const AuditEntry& entry, const AuditFilter& filter) noexcept;

}  // namespace qm::shop
