// The one table of features: ingest, validation, storage, the model's columns, explanations and documents follow it.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/result.hpp"

namespace qm::reco {

enum class FeatureGroup { profile, behavior, transactional, engagement, support, realtime };
inline constexpr std::array kFeatureGroups{FeatureGroup::profile,       FeatureGroup::behavior,
                                           FeatureGroup::transactional, FeatureGroup::engagement,
                                           FeatureGroup::support,       FeatureGroup::realtime};
std::string_view to_string(FeatureGroup group) noexcept;
std::optional<FeatureGroup> parse_group(std::string_view name) noexcept;

enum class FeatureType {
  Integer,   // int64 within [low, high]
  Real,      // double within [low, high]
  Flag,      // bool
  Category,  // text; one of `levels`, or any other, which is a level of its own
  Text,      // free text, at most 64 bytes; a category with open levels
  Time,      // RFC 3339 text
  Shares,    // map category → share 0…1
};

enum class ReasonFamily {
  INACTIVITY,
  CART_ABANDONMENT,
  LOW_ENGAGEMENT,
  PRICE_SENSITIVITY,
  DELIVERY_ISSUES,
  PRODUCT_AVAILABILITY,
  PAYMENT_FAILURE,
  POOR_SUPPORT_EXPERIENCE,
  HIGH_REFUND_RATE,
  PURCHASE_DECLINE,
  BEHAVIORAL_PATTERNS,
};
inline constexpr std::size_t kReasonFamilies = 11;
std::string_view to_string(ReasonFamily family) noexcept;
std::optional<ReasonFamily> parse_reason(std::string_view name) noexcept;

// How a feature enters the model: not at all, as one number, as the rank of its level, or one column per level.
enum class ModelInput { None, Number, Ordinal, OneHot };

struct FeatureSpec {
  std::string_view name;                    // the bin's name, at most 15 bytes
  std::array<std::string_view, 2> aliases;  // accepted on ingest; "" where there is none
  FeatureGroup group;
  FeatureType type;
  std::string_view unit;
  double low;
  double high;
  std::span<const std::string_view> levels;  // Category; Text: the levels that get a column of their own
  std::chrono::hours time_to_live;           // older values reach the model as missing
  ModelInput input;
  ReasonFamily family;
  int monotone;                // +1: more never lowers the risk the model sees, −1: the reverse, 0: free
  std::string_view text;       // see explain(); "" for features that never explain anything
  std::string_view missing_text;
};

std::span<const FeatureSpec> feature_table() noexcept;
inline constexpr std::size_t kNoFeature = static_cast<std::size_t>(-1);
// By short name or alias, within a group. kNoFeature when there is none.
std::size_t find_feature(FeatureGroup group, std::string_view name) noexcept;
// By short name in any group.
std::size_t find_feature(std::string_view name) noexcept;
// Of all features: nothing known is good for longer.
std::chrono::hours longest_time_to_live() noexcept;

using Shares = std::map<std::string, double>;
// Time is kept as its text; Category and Text as text.
using FeatureValue = std::variant<bool, std::int64_t, double, std::string, Shares>;

// Checks a value against the table and brings it into its canonical form: an integer for Integer, a double for Real,
// the model's word for a synonym (accepted → positive). Rejected, with a text for people, when it does not fit.
Result<FeatureValue> accept(const FeatureSpec& spec, const FeatureValue& given);

// What is known of one customer at one moment: a slot per row of the table.
struct FeatureReading {
  FeatureValue value;
  Timestamp at{};          // since when it is known
  Timestamp good_until{};  // after that it is stale
  friend bool operator==(const FeatureReading&, const FeatureReading&) = default;
};

class FeatureVector {
 public:
  FeatureVector() : slots_(feature_table().size()) {}

  // Good for the feature's time to live.
  void set(std::size_t feature, FeatureValue value, Timestamp at) {
    slots_[feature] = FeatureReading{std::move(value), at, at + feature_table()[feature].time_to_live};
  }
  // Computed anew whenever it is asked for: good for as long as what it is computed from.
  void set_computed(std::size_t feature, FeatureValue value, Timestamp at, Timestamp good_until) {
    slots_[feature] = FeatureReading{std::move(value), at, good_until};
  }
  void clear(std::size_t feature) { slots_[feature].reset(); }
  const std::optional<FeatureReading>& operator[](std::size_t feature) const { return slots_[feature]; }
  std::size_t size() const { return slots_.size(); }
  bool empty() const;
  // Without the values that are stale at `now`.
  FeatureVector fresh(Timestamp now) const;
  std::vector<std::size_t> stale(Timestamp now) const;
  std::optional<Timestamp> newest() const;
  friend bool operator==(const FeatureVector&, const FeatureVector&) = default;

 private:
  std::vector<std::optional<FeatureReading>> slots_;
};

// The value as one number: flags as 0 and 1; nullopt for texts, times and maps.
std::optional<double> as_number(const FeatureValue& value) noexcept;

// The feature's text about this value ("no purchase for 74 days"); its missing_text without a value. Empty for features
// that explain nothing.
std::string explain(const FeatureSpec& spec, const FeatureValue* value);

// Which definition of the features this is: raise it whenever apply() (customer_state.hpp) or features_at()
// (event_feature.hpp) come to anything else for the same events. feature_definition_test.cpp notices. Customers' states
// of another one are made anew from the log with the next event.
inline constexpr std::uint32_t kFeatureDefinition = 3;

// Changes whenever the table or the definition changes in a way that matters to a model: goes into every model's
// metadata, and only models of this build's hash are served.
std::uint64_t feature_table_hash() noexcept;

}  // namespace qm::reco
