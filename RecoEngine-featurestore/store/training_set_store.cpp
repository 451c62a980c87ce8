#include "RecoEngine-featurestore/store/training_set_store.hpp"

namespace qm::reco {

namespace {

constexpr int kMaxSetAttempts = 16;
constexpr const char* kBatches = "batches";

kv::Key set_key() { return {"training", "set"}; }

kv::Value to_kv(const TrainingBatch& batch) {
  kv::Map map;
  map["samples"] = batch.samples;
  map["seed"] = static_cast<std::int64_t>(batch.seed);
  map["at"] = std::int64_t{batch.generated_at.time_since_epoch().count()};
  return kv::Value{std::move(map)};
}

std::int64_t integer_of(const kv::Map& map, std::string_view name) {
  const auto it = map.find(name);
  const auto* number = it == map.end() ? nullptr : it->second.as<std::int64_t>();
  return number == nullptr ? 0 : *number;
}

TrainingSet set_from(const kv::Record& record) {
  TrainingSet set;
  const auto* list = record.get<kv::List>(kBatches);
  if (list == nullptr) return set;
  for (const auto& element : *list) {
    const auto* map = element.as<kv::Map>();
    if (map == nullptr) continue;
    set.batches.push_back({integer_of(*map, "samples"), static_cast<std::uint64_t>(integer_of(*map, "seed")),
                           Timestamp{std::chrono::milliseconds{integer_of(*map, "at")}}});
  }
  return set;
}

kv::Bins to_bins(const TrainingSet& set) {
  kv::List list;
  for (const auto& batch : set.batches) list.push_back(to_kv(batch));
  kv::Bins bins;
  bins[kBatches] = std::move(list);
  return bins;
}

}  // namespace

Error too_many_samples(std::int64_t total) {
  return {ErrorKind::Conflict, "There would be " + std::to_string(total) + " training samples; at most " +
                                   std::to_string(kMaxTrainingSamples) + " are kept: clear the existing ones."};
}

Task<Result<TrainingSet>> TrainingSetStore::read() {
  auto record = co_await store_.get(set_key());
  TrainingSet set;
  if (record) {
    set = set_from(*record);
  } else if (record.error().kind != ErrorKind::NotFound) {
    co_return record.error();
  }
  co_return set;
}

Task<Result<TrainingSet>> TrainingSetStore::add(TrainingBatch batch, bool clear_existing) {
  for (int attempt = 0; attempt < kMaxSetAttempts; ++attempt) {
    auto record = co_await store_.get(set_key());
    const bool exists = record.has_value();
    if (!exists && record.error().kind != ErrorKind::NotFound) co_return record.error();
    TrainingSet set;
    if (exists && !clear_existing) set = set_from(*record);
    set.batches.push_back(batch);
    if (set.total() > kMaxTrainingSamples) co_return too_many_samples(set.total());
    kv::WriteOptions options;
    options.mode = exists ? kv::WriteMode::Replace : kv::WriteMode::CreateOnly;
    if (exists) options.expect_generation = record->generation;
    kv::Bins bins = to_bins(set);
    auto written = co_await store_.put(set_key(), std::move(bins), options);
    if (written) co_return set;
    const ErrorKind kind = written.error().kind;
    if (kind != ErrorKind::GenerationMismatch && kind != ErrorKind::AlreadyExists) co_return written.error();
  }
  co_return unavailable("Too many are adding training samples at once.");
}

}  // namespace qm::reco
