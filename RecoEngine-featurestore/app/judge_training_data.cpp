#include "RecoEngine-featurestore/app/judge_training_data.hpp"

#include "RecoEngine-featurestore/training/training_samples.hpp"

namespace qm::reco {

Task<Result<DataQuality>> JudgeTrainingData::run() {
  auto set = co_await sets_.read();
  if (!set) co_return set.error();
  {
    std::lock_guard lock{mutex_};
    if (last_ && last_->set == *set) co_return last_->quality;
  }
  const auto judge_set = [this, &set] {
    const auto silent = [](double) {};
    const auto made = training_samples(*set, TrainOptions{}.test_size, silent, stopped_);
    return made ? quality_of(made->rows) : DataQuality{};
  };
  auto quality = co_await pool_.run(judge_set);
  if (!quality) co_return quality.error();
  if (stopped_) co_return unavailable("The service is stopping.");
  std::lock_guard lock{mutex_};
  last_ = Judged{std::move(*set), *quality};
  co_return std::move(*quality);
}

}  // namespace qm::reco
