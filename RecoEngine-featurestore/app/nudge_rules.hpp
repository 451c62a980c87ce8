// The rules in force: an immutable snapshot, exchanged at once when the files change. Thread-safe.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>

#include "RecoEngine-featurestore/store/nudge_rule_file.hpp"
#include "platform/core/clock.hpp"
#include "platform/core/snapshot.hpp"

namespace qm::reco {

class NudgeRules {
 public:
  // `clock` outlives it. Until load() succeeds there are no rules.
  NudgeRules(NudgeRuleFile file, const Clock& clock);

  // Once, at start, before anything else is called. Rejected as NudgeRuleFile::read().
  Result<void> load();
  // Reads the files again if they were written since the last attempt; call every second or so. Files that cannot be
  // used are logged once and leave the old rules in force. → whether there are new rules. Blocking, some microseconds
  // when nothing changed.
  bool reload_if_changed();

  // Never null. What was read stays as it is for as long as it is held.
  std::shared_ptr<const NudgeRuleSet> current() const { return current_.load(); }
  Timestamp loaded_at() const { return Timestamp{std::chrono::milliseconds{loaded_at_ms_.load()}}; }

 private:
  void serve(NudgeRuleSet rules);

  NudgeRuleFile file_;
  const Clock& clock_;
  std::mutex reading_;  // guards stamp_
  NudgeRuleStamp stamp_;
  Snapshot<NudgeRuleSet> current_;
  std::atomic<std::int64_t> loaded_at_ms_{0};
};

}  // namespace qm::reco
