#include "RecoEngine-featurestore/store/nudge_rule_file.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include <kainjow/mustache.hpp>

#include "platform/json/parse.hpp"

namespace qm::reco {

namespace fs = std::filesystem;

namespace nudge_file {

struct Action {
  std::string type;
  std::string content_template;
  std::string channel;
  int priority = 1;
  std::optional<double> discount_percent;
  std::optional<std::string> coupon_code;
};
BOOST_DESCRIBE_STRUCT(Action, (), (type, content_template, channel, priority, discount_percent, coupon_code))
inline auto constraints(const Action*) {
  return json::fields(json::field(&Action::content_template, json::length(1, 128)),
                      json::field(&Action::priority, json::range(1, 100)),
                      json::field(&Action::discount_percent, json::range(0, 100)),
                      json::field(&Action::coupon_code, json::identifier()));
}

struct Rule {
  std::string rule_id;
  std::string name;
  std::vector<double> churn_score_range;
  std::vector<std::string> churn_reasons;
  std::vector<Action> nudges;
  bool enabled = true;
  int version = 1;
};
BOOST_DESCRIBE_STRUCT(Rule, (), (rule_id, name, churn_score_range, churn_reasons, nudges, enabled, version))
inline auto constraints(const Rule*) {
  return json::fields(json::field(&Rule::name, json::length(1, 256)),
                      json::field(&Rule::churn_score_range, json::length(2, 2)),
                      json::field(&Rule::churn_reasons, json::length(0, kReasonFamilies)),
                      json::field(&Rule::nudges, json::length(1, 16)), json::field(&Rule::enabled, json::defaulted()),
                      json::field(&Rule::version, json::defaulted(), json::range(1, 1e9)));
}

struct Rules {
  std::vector<Rule> rules;
};
BOOST_DESCRIBE_STRUCT(Rules, (), (rules))
inline auto constraints(const Rules*) {
  return json::fields(json::field(&Rules::rules, json::length(1, NudgeRuleFile::kMaxRules)));
}

struct Templates {
  std::map<std::string, std::string> templates;
};
BOOST_DESCRIBE_STRUCT(Templates, (), (templates))

}  // namespace nudge_file

namespace {

using Faults = std::vector<std::string>;

constexpr std::array<std::string_view, 5> kFields{"name", "reasons", "products", "coupon", "expiry"};

Result<std::string> read_text(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file) return rejected("the file cannot be read");
  std::string text(NudgeRuleFile::kMaxBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > NudgeRuleFile::kMaxBytes) return rejected("the file is larger than 1 MiB");
  return text;
}

std::string place_of(const Fault& fault) {
  std::string place;
  for (std::size_t i = 1; i < fault.loc.size(); ++i) place += (i == 1 ? "" : "/") + fault.loc[i];
  return place.empty() ? place : place + ": ";
}

template <class T>
std::optional<T> read_document(const fs::path& path, Faults& faults) {
  auto text = read_text(path);
  if (!text) {
    faults.push_back(text.error().detail);
    return std::nullopt;
  }
  auto document = json::parse<T>(*text, "file");
  if (document) return std::move(*document);
  const Error failure = document.error();
  for (const auto& fault : failure.faults) faults.push_back(place_of(fault) + fault.msg);
  return std::nullopt;
}

NudgeAction to_action(const nudge_file::Action& given, const std::string& who, Faults& faults) {
  NudgeAction action;
  const auto type = parse_nudge_type(given.type);
  const auto channel = parse_channel(given.channel);
  if (!type) faults.push_back(who + "there is no nudge of type '" + given.type + "'");
  if (!channel) faults.push_back(who + "there is no channel '" + given.channel + "'");
  action.type = type.value_or(NudgeType::Email);
  action.channel = channel.value_or(Channel::email);
  action.content_template = given.content_template;
  action.priority = given.priority;
  action.discount_percent = given.discount_percent;
  action.coupon_code = given.coupon_code;
  return action;
}

NudgeRule to_rule(const nudge_file::Rule& given, Faults& faults) {
  const std::string who = "rule '" + given.rule_id + "': ";
  NudgeRule rule;
  rule.rule_id = given.rule_id;
  rule.name = given.name;
  rule.score_low = given.churn_score_range[0];
  rule.score_high = given.churn_score_range[1];
  rule.enabled = given.enabled;
  rule.version = given.version;
  for (const auto& name : given.churn_reasons) {
    const auto family = parse_reason(name);
    if (!family) {
      faults.push_back(who + "there is no reason '" + name + "'");
    } else if (std::find(rule.reasons.begin(), rule.reasons.end(), *family) != rule.reasons.end()) {
      faults.push_back(who + "the reason " + name + " stands there twice");
    } else {
      rule.reasons.push_back(*family);
    }
  }
  for (const auto& action : given.nudges) rule.nudges.push_back(to_action(action, who, faults));
  std::stable_sort(rule.nudges.begin(), rule.nudges.end(),
                   [](const auto& a, const auto& b) { return a.priority < b.priority; });
  return rule;
}

// The fields a template names: what stands between its braces, without the marks of sections. Precondition: it parses.
std::vector<std::string> fields_of(const std::string& text) {
  std::vector<std::string> fields;
  for (std::size_t open = text.find("{{"); open != std::string::npos; open = text.find("{{", open + 2)) {
    std::string tag = text.substr(open + 2, text.find("}}", open) - open - 2);
    if (!tag.empty() && tag.front() == '!') continue;  // a comment
    tag.erase(0, std::min(tag.find_first_not_of("#^/&{ \t\r\n"), tag.size()));
    tag.erase(tag.find_last_not_of("} \t\r\n") + 1);
    fields.push_back(std::move(tag));
  }
  return fields;
}

void check_template(const std::string& name, const std::string& text, Faults& faults) {
  const std::string who = "template '" + name + "': ";
  if (text.empty()) faults.push_back(who + "it is empty");
  const kainjow::mustache::mustache parsed{text};
  if (!parsed.is_valid()) {
    faults.push_back(who + parsed.error_message());
    return;
  }
  for (const auto& field : fields_of(text)) {
    if (std::find(kFields.begin(), kFields.end(), field) == kFields.end()) {
      faults.push_back(who + "no message has a field '" + field + "'");
    }
  }
}

void check_templates_exist(const NudgeRuleSet& set, Faults& faults) {
  for (const auto& rule : set.rules) {
    for (const auto& action : rule.nudges) {
      if (set.find_template(action.content_template) == nullptr) {
        faults.push_back("rule '" + rule.rule_id + "': there is no template '" + action.content_template + "'");
      }
    }
  }
}

std::string sentence(const fs::path& path, const Faults& faults) {
  std::string text;
  for (const auto& fault : faults) text += (text.empty() ? path.string() + ": " : "; ") + fault;
  return text;
}

std::pair<fs::file_time_type, std::uintmax_t> stamp_of(const fs::path& path) {
  std::error_code failed;
  const auto at = fs::last_write_time(path, failed);
  if (failed) return {};
  const auto bytes = fs::file_size(path, failed);
  if (failed) return {};
  return {at, bytes};
}

}  // namespace

const NudgeRule* NudgeRuleSet::find(const std::string& rule_id) const {
  const auto found =
      std::find_if(rules.begin(), rules.end(), [&](const NudgeRule& rule) { return rule.rule_id == rule_id; });
  return found == rules.end() ? nullptr : &*found;
}

const std::string* NudgeRuleSet::find_template(const std::string& name) const {
  const auto found = templates.find(name);
  return found == templates.end() ? nullptr : &found->second;
}

NudgeRuleFile::NudgeRuleFile(fs::path rules)
    : rules_(std::move(rules)), templates_(rules_.parent_path() / "nudge_templates.json") {}

Result<NudgeRuleSet> NudgeRuleFile::read() const {
  NudgeRuleSet set;
  Faults of_rules, of_templates;
  auto rules = read_document<nudge_file::Rules>(rules_, of_rules);
  auto templates = read_document<nudge_file::Templates>(templates_, of_templates);
  if (templates) {
    set.templates = std::move(templates->templates);
    for (const auto& [name, text] : set.templates) check_template(name, text, of_templates);
  }
  if (rules) {
    for (const auto& rule : rules->rules) set.rules.push_back(to_rule(rule, of_rules));
    for (auto& fault : faults_of(set.rules)) of_rules.push_back(std::move(fault));
    if (templates) check_templates_exist(set, of_rules);
  }
  if (of_rules.empty() && of_templates.empty()) return set;
  const std::string first = sentence(rules_, of_rules), second = sentence(templates_, of_templates);
  return rejected("The nudge rules cannot be used. " + first + (first.empty() || second.empty() ? "" : ". ") + second +
                  ".");
}

NudgeRuleStamp NudgeRuleFile::stamp() const {
  NudgeRuleStamp stamp;
  std::tie(stamp.rules_at, stamp.rules_bytes) = stamp_of(rules_);
  std::tie(stamp.templates_at, stamp.templates_bytes) = stamp_of(templates_);
  return stamp;
}

}  // namespace qm::reco
