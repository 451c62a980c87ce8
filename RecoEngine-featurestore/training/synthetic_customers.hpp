// Customers who never were: behaviour simulated day by day from latent traits, features read off what they did before a
// cutoff, the label off what they did after it. So the features tell something about the label, but do not define it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/feature.hpp"

namespace qm::reco {

struct TrainingSample {
  FeatureVector features;
  bool churned = false;  // no purchase within kHorizonDays after the cutoff
};

inline constexpr int kHistoryDays = 180;
inline constexpr int kHorizonDays = 60;

// The customers of a seed, one after another.
class CustomerStream {
 public:
  // `at` stamps the features.
  CustomerStream(std::uint64_t seed, Timestamp at) : seed_(seed), at_(at) {}
  TrainingSample next();

 private:
  std::uint64_t seed_;
  Timestamp at_;
  std::uint64_t drawn_ = 0;
};

// The same seed gives the same samples, bit for bit, and the first n of a larger set are the smaller set. `at` stamps
// the features.
std::vector<TrainingSample> simulate_customers(std::size_t count, std::uint64_t seed, Timestamp at);

}  // namespace qm::reco
