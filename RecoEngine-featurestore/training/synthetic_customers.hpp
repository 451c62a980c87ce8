// Training samples of customers who never were (customer_simulator.hpp): their events go through the two functions that
// serve, apply() and features_at(), and what a prediction would have seen at a cutoff is the sample. The label is what
// they did after it. So the features tell something about the label, but do not define it.
//
// What no event tells (profiles, wish lists, subscriptions) is told as merchants tell it, beside the events.
#pragma once
#include <cstdint>
#include <vector>

#include "RecoEngine-featurestore/domain/event.hpp"
#include "RecoEngine-featurestore/domain/feature.hpp"
#include "RecoEngine-featurestore/training/customer_simulator.hpp"
#include "RecoEngine-featurestore/training/label_rule.hpp"

namespace qm::reco {

struct TrainingSample {
  FeatureVector features;
  bool churned = false;  // no purchase within LabelRule's horizon after the cutoff
};

// The shop in which a seed's customers live: it begins as long before the cutoff as LabelRule looks back.
SimulatedShop sample_shop(std::uint64_t seed);
inline constexpr Timestamp kSampleCutoff{std::chrono::days{19'700} + std::chrono::hours{16}};

// A customer at several moments, and what became of it after each.
struct SeenCustomer {
  UserId id;
  std::vector<KnownEvent> orders;   // nothing of them but when; until the first within the horizon of kSampleCutoff
  std::vector<FeatureVector> seen;  // at each of the moments, stamped with it: what a prediction would have seen
};

// The customers of a seed, one after another: those with an order that LabelRule asks for at kSampleCutoff.
class CustomerStream {
 public:
  explicit CustomerStream(std::uint64_t seed) : seed_(seed) {}

  // At kSampleCutoff. `at` stamps the features, and changes nothing else.
  TrainingSample next(Timestamp at);
  // The same customer at several moments, newest first, of which kSampleCutoff is the newest; whole days apart, within
  // the time of the shop. At kSampleCutoff it is seen as by next().
  SeenCustomer next_seen(const std::vector<Timestamp>& moments);

 private:
  std::uint64_t seed_;
  std::uint64_t drawn_ = 0;
};

// The same seed gives the same samples, bit for bit, and the first n of a larger set are the smaller set. `at` stamps
// the features.
std::vector<TrainingSample> simulate_customers(std::size_t count, std::uint64_t seed, Timestamp at);

}  // namespace qm::reco
