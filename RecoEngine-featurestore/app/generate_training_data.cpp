#include "RecoEngine-featurestore/app/generate_training_data.hpp"

#include "RecoEngine-featurestore/training/synthetic_customers.hpp"

namespace qm::reco {

Task<Result<GeneratedData>> GenerateTrainingData::run(std::int64_t samples, std::uint64_t seed, bool clear_existing) {
  const TrainingBatch batch{samples, seed, clock_.now()};
  // The simulation shows that the recipe gives what is promised, before the recipe is kept.
  const auto simulate = [&batch] {
    return simulate_customers(static_cast<std::size_t>(batch.samples), batch.seed, batch.generated_at).size();
  };
  auto simulated = co_await pool_.run(simulate);
  if (!simulated) co_return simulated.error();
  auto set = co_await sets_.add(batch, clear_existing);
  if (!set) co_return set.error();
  GeneratedData data{static_cast<std::int64_t>(*simulated), set->total(), batch.generated_at};
  co_return data;
}

}  // namespace qm::reco
