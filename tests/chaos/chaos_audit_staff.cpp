// The part of the audit that is about what staff did, and what the log tells of it.
#include "tests/chaos/chaos_audit.hpp"
#include "tests/chaos/chaos_staff.hpp"

namespace qm::chaos {
namespace {

using boost::json::value;

// A refund is entered with its id, what it is of, and then the reason, which the books know it by.
std::string told_reason(const std::string& detail) { return detail.substr(detail.rfind(' ') + 1); }

std::string text_of(const Deed& deed) { return deed.action + " of «" + deed.subject + "» (" + deed.detail + ")"; }

}  // namespace

void Audit::check_edits() {
  for (const auto& [product, count] : books().edits) {
    const Reply kept = get(scene_.world().shop(0), "/api/admin/products/" + product, staff_);
    const std::string edits = chaos::text_of(kept.json, "/specifications/chaos_edits");
    const std::int64_t there = edits.empty() ? 0 : std::stoll(edits);
    if (there < count.done || there > count.done + count.in_doubt)
      books().breach(product + " was edited " + std::to_string(count.done) + " times, and tells of " + edits);
  }
}

void Audit::read_log() {
  for (const auto& entry : all(scene_.world().shop(0), "/api/admin/audit?actor=" + kStaff, "/entries", staff_)) {
    Deed deed{chaos::text_of(entry, "/action"), chaos::text_of(entry, "/subject_id"), chaos::text_of(entry, "/detail")};
    if (deed.action == "order.refund") deed.detail = told_reason(deed.detail);
    Entries& entries = log_[std::move(deed)];
    ++entries.all;
    entries.succeeded += chaos::text_of(entry, "/outcome") == "succeeded" ? 1 : 0;
  }
}

// Whatever was answered is entered as a success, nothing is entered more often than it was asked for, and nothing that
// the staff are seen to have done to an order is not entered.
void Audit::check_log() {
  for (const auto& [deed, count] : books().deeds) {
    const Entries& entries = log_[deed];
    if (entries.succeeded < count.done)
      books().breach("the log lacks " + std::to_string(count.done - entries.succeeded) + " × " + text_of(deed));
    if (entries.all > count.asked) books().breach("the log tells too often of " + text_of(deed));
  }
  for (const auto& [deed, entries] : log_)
    if (!books().deeds.contains(deed)) books().breach("nobody did what the log tells: " + text_of(deed));
  for (const auto& [id, order] : orders_) {
    for (const auto& event : list_of(order, "/history")) {
      if (chaos::text_of(event, "/by") != kStaff) continue;
      const std::string what = chaos::text_of(event, "/what");
      Deed deed{"order.status", id, "to " + what};
      if (what == "cancelled") deed = {"order.cancel", id, ""};
      if (what.starts_with("refund")) deed = {"order.refund", id, told_reason(what)};
      if (log_[deed].all == 0) books().breach("the log does not know " + text_of(deed));
    }
  }
}

}  // namespace qm::chaos
