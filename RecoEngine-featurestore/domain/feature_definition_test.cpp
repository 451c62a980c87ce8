// What apply() and features_at() come to, held fast: a model must not be served by functions that say something else
// than those it learned from.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>

#include "RecoEngine-featurestore/domain/event_feature.hpp"
#include "platform/core/fnv1a.hpp"

namespace qm::reco {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

struct Definition {
  std::uint32_t version = 0;
  std::uint64_t hash = 0;
  friend bool operator==(const Definition&, const Definition&) = default;
};

class Digest {
 public:
  void add(std::string_view text) { hash_ = fnv1a(text, fnv1a("|", hash_)); }
  void add(std::int64_t number) {
    for (int byte = 0; byte < 8; ++byte) {
      const char low = static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * byte));
      hash_ = fnv1a({&low, 1}, hash_);
    }
  }
  void add(const FeatureValue& value) {
    add(static_cast<std::int64_t>(value.index()));
    if (const auto* flag = std::get_if<bool>(&value)) add(std::int64_t{*flag});
    if (const auto* whole = std::get_if<std::int64_t>(&value)) add(*whole);
    if (const auto* real = std::get_if<double>(&value)) add(std::bit_cast<std::int64_t>(*real));
    if (const auto* text = std::get_if<std::string>(&value)) add(std::string_view{*text});
  }
  // What the model is shown at `at`.
  void add(const FeatureVector& features, Timestamp at) {
    const FeatureVector fresh = features.fresh(at);
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      add(std::int64_t{fresh[i].has_value()});
      if (fresh[i]) add(fresh[i]->value);
    }
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = kFnv1aStart;
};

// A customer's life over two years, drawn from nothing but the seed: all kinds of events, dense and sparse times.
std::vector<Event> life(std::uint32_t seed) {
  std::mt19937 random{seed};
  const auto below = [&](std::uint32_t limit) { return random() % limit; };
  Timestamp at{days{19'000} + hours{3}};
  std::vector<Event> events;
  for (int i = 0; i < 600; ++i) {
    at += below(4) == 0 ? minutes{below(40 * 24 * 60) / 4} : minutes{below(90)};
    Event event;
    event.id = EventId{"e" + std::to_string(seed) + "-" + std::to_string(i)};
    event.type = static_cast<EventType>(below(kEventTypes));
    event.user_id = UserId{"u"};
    event.at = at;
    event.data.item_count = below(4);
    event.data.order_id = "o" + std::to_string(below(12));
    event.data.amount = Money{static_cast<std::int64_t>(500 + below(20'000))};
    event.data.discount = Money{static_cast<std::int64_t>(below(3) == 0 ? below(500) : 0)};
    event.data.nudge_id = "n" + std::to_string(below(8));
    event.data.channel = static_cast<Channel>(below(4));
    event.data.score = 1 + below(5);
    event.data.resolution_hours = static_cast<double>(below(400)) / 4;
    event.data.page = below(4) == 0 ? "guide" : "category";
    events.push_back(std::move(event));
  }
  return events;
}

// Tellings of every number in the table, so that both sources meet.
FeatureVector told(Timestamp at) {
  FeatureVector features;
  for (std::size_t i = 0; i < feature_table().size(); ++i) {
    const FeatureSpec& spec = feature_table()[i];
    const double middle = std::min(spec.high, spec.low + 3);
    FeatureValue value = std::string{"other"};
    if (spec.type == FeatureType::Integer) value = static_cast<std::int64_t>(middle);
    if (spec.type == FeatureType::Real) value = middle;
    if (spec.type == FeatureType::Flag) value = true;
    if (spec.type == FeatureType::Time) value = std::string{"2022-01-01T00:00:00Z"};
    if (auto fit = accept(spec, value)) features.set(i, std::move(*fit), at);
  }
  return features;
}

Definition defined_now() {
  Digest digest;
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    CustomerState state;
    const std::vector<Event> events = life(seed);
    const FeatureVector ingested = told(events[200].at);
    for (std::size_t i = 0; i < events.size(); ++i) {
      apply(state, events[i]);
      if (i % 20 != 0) continue;
      for (const auto later : {hours{0}, hours{30}, hours{24 * 45}}) {
        const Timestamp at = events[i].at + later;
        digest.add(features_at({}, &state, at), at);
        if (events[i].at >= events[200].at) digest.add(features_at(ingested, &state, at), at);
      }
    }
  }
  return {kFeatureDefinition, digest.value()};
}

// It fails when apply(), features_at() or the table's times to live say something else than before. If that is meant,
// raise kFeatureDefinition (domain/feature.hpp), so that no build serves a model that learned from the other functions,
// and put down the new hash here.
TEST(FeatureDefinition, DoesNotChangeUnderTheModelsThatLearnedFromIt) {
  const Definition known{3, 0x96f00e61d92fe746};
  const Definition now = defined_now();
  EXPECT_EQ(now.version, known.version) << "put down its hash, too";
  EXPECT_EQ(now.hash, known.hash) << "now 0x" << std::hex << now.hash << std::dec
                                  << ": if that is meant, raise kFeatureDefinition";
}

}  // namespace
}  // namespace qm::reco
