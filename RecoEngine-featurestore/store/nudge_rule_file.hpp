// The nudge rules and their templates as they stand in two JSON files: nudge_rules.json (or another name) and
// nudge_templates.json beside it.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/nudge_rule.hpp"
#include "platform/core/result.hpp"

namespace qm::reco {

struct NudgeRuleSet {
  std::vector<NudgeRule> rules;                  // as in the file; each one's nudges by priority
  std::map<std::string, std::string> templates;  // name → Mustache text

  const NudgeRule* find(const std::string& rule_id) const;
  // nullptr when there is none of that name.
  const std::string* find_template(const std::string& name) const;
};

// What tells one version of the two files from the next. Equal stamps: nothing was written in between.
struct NudgeRuleStamp {
  std::filesystem::file_time_type rules_at{}, templates_at{};
  std::uintmax_t rules_bytes = 0, templates_bytes = 0;
  friend bool operator==(const NudgeRuleStamp&, const NudgeRuleStamp&) = default;
};

class NudgeRuleFile {
 public:
  static constexpr std::size_t kMaxBytes = 1024 * 1024;  // each
  static constexpr std::size_t kMaxRules = 1'000;

  explicit NudgeRuleFile(std::filesystem::path rules);

  // Rejected with a sentence that names every fault of both files, each with its place: a file that is missing, what
  // does not fit the format, unknown reasons and types, templates that are missing, do not parse, or name a field that
  // no message has. Blocking (two small files).
  Result<NudgeRuleSet> read() const;
  // All zero for what is not there.
  NudgeRuleStamp stamp() const;

 private:
  std::filesystem::path rules_;
  std::filesystem::path templates_;
};

}  // namespace qm::reco
