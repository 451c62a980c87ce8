#include "RecoEngine-featurestore/app/generate_training_data.hpp"

#include "RecoEngine-featurestore/training/synthetic_customers.hpp"

namespace qm::reco {

// → how many were made before it was told to stop.
std::int64_t GenerateTrainingData::simulate(const TrainingBatch& batch) const {
  CustomerStream customers{batch.seed};
  std::int64_t made = 0;
  for (; made < batch.samples && !stopped_; ++made) customers.next(batch.generated_at);
  return made;
}

Task<Result<GeneratedData>> GenerateTrainingData::run(std::int64_t samples, std::uint64_t seed, bool clear_existing) {
  const TrainingBatch batch{samples, seed, clock_.now()};
  auto before = co_await sets_.read();
  if (!before) co_return before.error();
  const std::int64_t total = samples + (clear_existing ? 0 : before->total());
  if (total > kMaxTrainingSamples) co_return too_many_samples(total);
  // The simulation shows that the recipe gives what is promised, before the recipe is kept.
  const auto work = [this, &batch] { return simulate(batch); };
  auto simulated = co_await pool_.run(work);
  if (!simulated) co_return simulated.error();
  if (*simulated < samples) co_return unavailable("The service is stopping.");
  auto set = co_await sets_.add(batch, clear_existing);
  if (!set) co_return set.error();
  GeneratedData data{*simulated, set->total(), batch.generated_at};
  co_return data;
}

}  // namespace qm::reco
