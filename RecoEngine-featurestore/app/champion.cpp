#include "RecoEngine-featurestore/app/champion.hpp"

#include "RecoEngine-featurestore/training/calibrated_model.hpp"
#include "RecoEngine-featurestore/training/model_metadata.hpp"
#include "platform/log/log.hpp"

namespace qm::reco {

namespace {

using Served = std::shared_ptr<const ServedModel>;

}  // namespace

Result<Served> to_served(const StoredModel& stored) {
  const std::string& version = stored.version;
  auto metadata = parse_metadata(stored.metadata);
  if (!metadata) return metadata.error();
  if (metadata->feature_hash != to_hex(feature_table_hash())) {
    return rejected("The model " + version + " was trained with other features than this program has.");
  }
  auto model = whole_model(stored.model, metadata->start, metadata->calibration.value_or(Calibration{}));
  if (!model) return rejected("The model " + version + " cannot be served. " + model.error().detail);
  std::shared_ptr<DriftWatch> drift = metadata->drift ? DriftWatch::over(std::move(*metadata->drift)) : nullptr;
  ServedModel served{version, std::move(*model), metadata->metrics, metadata->created_at, std::move(drift)};
  if (metadata->horizon_days) served.horizon = std::chrono::days{*metadata->horizon_days};
  return Served{std::make_shared<const ServedModel>(std::move(served))};
}

Task<Result<Served>> Champion::load(std::string version) {
  auto stored = co_await registry_.load(std::move(version));
  if (!stored) co_return stored.error();
  Result<Served> built = Error{};
  const auto work = [&stored, &built] {
    built = to_served(*stored);
    return built.has_value();
  };
  auto done = co_await loading_.run(work);
  if (!done) co_return done.error();
  co_return built;
}

Task<Result<void>> Champion::follow_shadow(const std::string& version) {
  Served before = shadow();
  if (version.empty() ? before == nullptr : before && before->version == version) co_return Result<void>{};
  Served next;
  if (!version.empty()) {
    std::string wanted = version;
    auto loaded = co_await load(std::move(wanted));
    if (!loaded) co_return loaded.error();
    next = *loaded;
  }
  shadow_.replace(before, next);
  co_return Result<void>{};
}

Task<Result<void>> Champion::follow() {
  Served before = current();
  auto roles = co_await registry_.roles();
  if (!roles) co_return roles.error();
  // A shadow that cannot be loaded must not keep the champion from being followed.
  auto shadowed = co_await follow_shadow(roles->shadow);
  if (!shadowed) log::warn("no model in shadow", {{"error", shadowed.error().detail}});
  const std::string& version = roles->champion;
  if (version.empty()) co_return not_found("No model has been chosen.");
  if (before && before->version == version) co_return Result<void>{};
  std::string wanted = version;
  auto loaded = co_await load(std::move(wanted));
  if (!loaded) co_return loaded.error();
  // Not when promote() came in between: what it serves is newer than what was read here.
  if (served_.replace(before, *loaded)) log::info("serving the champion", {{"model_version", version}});
  co_return Result<void>{};
}

void Champion::serve(const Served& chosen) {
  served_.store(chosen);
  if (const Served before = shadow(); before && before->version == chosen->version) shadow_.replace(before, nullptr);
  log::info("a new champion serves", {{"model_version", chosen->version}});
}

Task<Result<void>> Champion::promote(std::string version, std::string expected) {
  std::string wanted = version;
  auto loaded = co_await load(std::move(wanted));
  if (!loaded) co_return loaded.error();
  auto chosen = co_await registry_.set_champion(std::move(version), std::move(expected));
  if (!chosen) co_return chosen.error();
  serve(*loaded);
  co_return Result<void>{};
}

Task<Result<void>> Champion::go_back(std::string version, std::string former) {
  std::string wanted = former;
  auto loaded = co_await load(std::move(wanted));
  if (!loaded) co_return loaded.error();
  auto gone = co_await registry_.go_back(std::move(version), std::move(former));
  if (!gone) co_return gone.error();
  serve(*loaded);
  co_return Result<void>{};
}

Task<Result<void>> Champion::put_in_shadow(std::string version) {
  std::string wanted = version, named = version;
  auto loaded = co_await load(std::move(wanted));
  if (!loaded) co_return loaded.error();
  auto chosen = co_await registry_.set_shadow(std::move(named));
  if (!chosen) co_return chosen.error();
  shadow_.store(*loaded);
  log::info("a model scores in shadow", {{"model_version", version}});
  co_return Result<void>{};
}

}  // namespace qm::reco
