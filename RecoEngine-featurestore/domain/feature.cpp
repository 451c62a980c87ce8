#include "RecoEngine-featurestore/domain/feature.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>

#include "platform/core/fnv1a.hpp"

namespace qm::reco {

namespace {

constexpr std::size_t kMaxTextBytes = 64;
constexpr std::size_t kMaxShares = 64;

constexpr std::array<std::string_view, 6> kGroupNames{"profile",    "behavior", "transactional",
                                                      "engagement", "support",  "realtime"};
constexpr std::array<std::string_view, kReasonFamilies> kReasonNames{
    "INACTIVITY",       "CART_ABANDONMENT",     "LOW_ENGAGEMENT",     "PRICE_SENSITIVITY",
    "DELIVERY_ISSUES",  "PRODUCT_AVAILABILITY", "PAYMENT_FAILURE",    "POOR_SUPPORT_EXPERIENCE",
    "HIGH_REFUND_RATE", "PURCHASE_DECLINE",     "BEHAVIORAL_PATTERNS"};

std::string number_text(double value) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%g", value);
  return text.data();
}

Error does_not_fit(const std::string& why) { return rejected(why); }

Result<FeatureValue> within(const FeatureSpec& spec, double number, FeatureValue value) {
  if (!std::isfinite(number)) return does_not_fit("value is not a valid number");
  if (number < spec.low) return does_not_fit("ensure this value is greater than or equal to " + number_text(spec.low));
  if (number > spec.high) return does_not_fit("ensure this value is less than or equal to " + number_text(spec.high));
  return value;
}

Result<FeatureValue> accept_number(const FeatureSpec& spec, const FeatureValue& given) {
  double number = 0;
  if (const auto* i = std::get_if<std::int64_t>(&given)) {
    number = static_cast<double>(*i);
  } else if (const auto* d = std::get_if<double>(&given)) {
    number = *d;
  } else {
    return does_not_fit(spec.type == FeatureType::Integer ? "value is not a valid integer"
                                                          : "value is not a valid number");
  }
  if (spec.type == FeatureType::Real) return within(spec, number, number);
  if (!(std::trunc(number) == number) || std::fabs(number) > 9e15) return does_not_fit("value is not a valid integer");
  return within(spec, number, static_cast<std::int64_t>(number));
}

// The words of those who own the data beside those of the model.
std::string canonical_level(const FeatureSpec& spec, std::string text) {
  if (spec.name == "retention_resp") {
    if (text == "accepted") return "positive";
    if (text == "declined") return "negative";
    if (text == "ignored") return "neutral";
  }
  return text;
}

Result<FeatureValue> accept_text(const FeatureSpec& spec, const FeatureValue& given) {
  const auto* text = std::get_if<std::string>(&given);
  if (text == nullptr) return does_not_fit("value is not a string");
  if (text->empty() || text->size() > kMaxTextBytes) return does_not_fit("ensure this value has 1 to 64 characters");
  if (std::any_of(text->begin(), text->end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
    return does_not_fit("value has control characters");
  }
  if (spec.type == FeatureType::Time) {
    auto at = parse_rfc3339(*text);
    if (!at) return does_not_fit("value is not a time as in 2026-11-22T09:49:08.614Z");
    return FeatureValue{to_rfc3339(*at)};
  }
  return FeatureValue{canonical_level(spec, *text)};
}

Result<FeatureValue> accept_shares(const FeatureValue& given) {
  const auto* shares = std::get_if<Shares>(&given);
  if (shares == nullptr) return does_not_fit("value is not an object of shares");
  if (shares->size() > kMaxShares) return does_not_fit("ensure this value has at most 64 items");
  for (const auto& [category, share] : *shares) {
    if (category.empty() || category.size() > kMaxTextBytes || !(share >= 0 && share <= 1)) {
      return does_not_fit("a share is a number from 0 to 1");
    }
  }
  return given;
}

std::string decimal(double value, const char* format) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

// One placeholder, without its braces.
std::string fill(std::string_view name, const FeatureValue& value) {
  const double number = as_number(value).value_or(0);
  if (name == "n") return decimal(number, "%.0f");
  if (name == "x") return decimal(number, "%.1f");
  if (name == "p") return decimal(number * 100, "%.0f") + " %";
  if (name == "v") {
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr ? decimal(number, "%g") : *text;
  }
  const std::size_t first = name.find(':'), second = name.rfind(':');
  return std::string{std::round(number) == 1 ? name.substr(first + 1, second - first - 1) : name.substr(second + 1)};
}

void mix(std::uint64_t& hash, std::string_view bytes) {
  hash = fnv1a("\xff", fnv1a(bytes, hash));
}
void mix(std::uint64_t& hash, std::uint64_t number) {
  std::array<char, sizeof number> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(number >> (8 * i));
  mix(hash, {bytes.data(), bytes.size()});
}

}  // namespace

std::string_view to_string(FeatureGroup group) noexcept { return kGroupNames[static_cast<std::size_t>(group)]; }

std::optional<FeatureGroup> parse_group(std::string_view name) noexcept {
  for (const auto group : kFeatureGroups) {
    if (to_string(group) == name) return group;
  }
  return std::nullopt;
}

std::string_view to_string(ReasonFamily family) noexcept { return kReasonNames[static_cast<std::size_t>(family)]; }

std::optional<ReasonFamily> parse_reason(std::string_view name) noexcept {
  const auto found = std::find(kReasonNames.begin(), kReasonNames.end(), name);
  if (found == kReasonNames.end()) return std::nullopt;
  return static_cast<ReasonFamily>(found - kReasonNames.begin());
}

std::size_t find_feature(FeatureGroup group, std::string_view name) noexcept {
  const auto table = feature_table();
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto& spec = table[i];
    if (spec.group == group && !name.empty() &&
        (spec.name == name || spec.aliases[0] == name || spec.aliases[1] == name))
      return i;
  }
  return kNoFeature;
}

std::size_t find_feature(std::string_view name) noexcept {
  const auto table = feature_table();
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].name == name) return i;
  }
  return kNoFeature;
}

std::chrono::hours longest_time_to_live() noexcept {
  std::chrono::hours longest{0};
  for (const auto& spec : feature_table()) longest = std::max(longest, spec.time_to_live);
  return longest;
}

Result<FeatureValue> accept(const FeatureSpec& spec, const FeatureValue& given) {
  switch (spec.type) {
    case FeatureType::Integer:
    case FeatureType::Real: return accept_number(spec, given);
    case FeatureType::Flag:
      if (std::holds_alternative<bool>(given)) return given;
      return does_not_fit("value is not a boolean");
    case FeatureType::Category:
    case FeatureType::Text:
    case FeatureType::Time: return accept_text(spec, given);
    case FeatureType::Shares: return accept_shares(given);
  }
  return does_not_fit("value does not fit");
}

bool FeatureVector::empty() const {
  return std::none_of(slots_.begin(), slots_.end(), [](const auto& slot) { return slot.has_value(); });
}

std::vector<std::size_t> FeatureVector::stale(Timestamp now) const {
  std::vector<std::size_t> old;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i] && slots_[i]->good_until < now) old.push_back(i);
  }
  return old;
}

FeatureVector FeatureVector::fresh(Timestamp now) const {
  FeatureVector kept = *this;
  for (const std::size_t feature : stale(now)) kept.clear(feature);
  return kept;
}

std::optional<Timestamp> FeatureVector::newest() const {
  std::optional<Timestamp> newest;
  for (const auto& slot : slots_) {
    if (slot && (!newest || slot->at > *newest)) newest = slot->at;
  }
  return newest;
}

std::optional<double> as_number(const FeatureValue& value) noexcept {
  if (const auto* b = std::get_if<bool>(&value)) return *b ? 1.0 : 0.0;
  if (const auto* i = std::get_if<std::int64_t>(&value)) return static_cast<double>(*i);
  if (const auto* d = std::get_if<double>(&value)) return *d;
  return std::nullopt;
}

std::string explain(const FeatureSpec& spec, const FeatureValue* value) {
  if (value == nullptr) return std::string{spec.missing_text};
  std::string out;
  std::string_view rest = spec.text;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    out += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    out += fill(rest.substr(open + 1, close - open - 1), *value);
    rest.remove_prefix(close + 1);
  }
  return out;
}

std::uint64_t feature_table_hash() noexcept {
  std::uint64_t hash = kFnv1aStart;
  mix(hash, std::uint64_t{kFeatureDefinition});
  for (const auto& spec : feature_table()) {
    mix(hash, spec.name);
    mix(hash, static_cast<std::uint64_t>(spec.time_to_live.count()));
    mix(hash, std::bit_cast<std::uint64_t>(spec.low));
    mix(hash, std::bit_cast<std::uint64_t>(spec.high));
    const std::array<char, 3> kinds{static_cast<char>(spec.type), static_cast<char>(spec.input),
                                    static_cast<char>(spec.monotone)};
    mix(hash, {kinds.data(), kinds.size()});
    mix(hash, spec.unit);
    for (const auto level : spec.levels) mix(hash, level);
  }
  return hash;
}

}  // namespace qm::reco
