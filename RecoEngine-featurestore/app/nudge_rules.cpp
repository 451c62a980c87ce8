#include "RecoEngine-featurestore/app/nudge_rules.hpp"

#include "platform/log/log.hpp"

namespace qm::reco {

NudgeRules::NudgeRules(NudgeRuleFile file, const Clock& clock)
    : file_(std::move(file)), clock_(clock), current_(std::make_shared<const NudgeRuleSet>()) {}

void NudgeRules::serve(NudgeRuleSet rules) {
  const auto count = static_cast<std::int64_t>(rules.rules.size());
  current_.store(std::make_shared<const NudgeRuleSet>(std::move(rules)));
  loaded_at_ms_ = clock_.now().time_since_epoch().count();
  log::info("nudge rules in force", {{"rules", count}});
}

Result<void> NudgeRules::load() {
  std::lock_guard lock{reading_};
  // Taken before the reading: what is written meanwhile is then read again.
  stamp_ = file_.stamp();
  auto rules = file_.read();
  if (!rules) return rules.error();
  serve(std::move(*rules));
  return {};
}

bool NudgeRules::reload_if_changed() {
  std::lock_guard lock{reading_};
  const NudgeRuleStamp now = file_.stamp();
  if (now == stamp_) return false;
  stamp_ = now;
  auto rules = file_.read();
  if (!rules) {
    log::error("new nudge rules are refused; the old ones stay in force", {{"why", rules.error().detail}});
    return false;
  }
  serve(std::move(*rules));
  return true;
}

}  // namespace qm::reco
