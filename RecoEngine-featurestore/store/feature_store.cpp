#include "RecoEngine-featurestore/store/feature_store.hpp"

namespace qm::reco {

namespace {

// When each feature of the record was written: name → milliseconds.
constexpr const char* kWrittenAt = "at";

kv::Value to_kv(const FeatureValue& value) {
  struct Convert {
    kv::Value operator()(bool v) const { return v; }
    kv::Value operator()(std::int64_t v) const { return v; }
    kv::Value operator()(double v) const { return v; }
    kv::Value operator()(const std::string& v) const { return v; }
    kv::Value operator()(const Shares& v) const { return kv::Map(v.begin(), v.end()); }
  };
  return std::visit(Convert{}, value);
}

std::optional<FeatureValue> from_kv(const kv::Value& value) {
  if (const auto* v = value.as<bool>()) return *v;
  if (const auto* v = value.as<std::int64_t>()) return *v;
  if (const auto* v = value.as<double>()) return *v;
  if (const auto* v = value.as<std::string>()) return *v;
  const auto* map = value.as<kv::Map>();
  if (map == nullptr) return std::nullopt;
  Shares shares;
  for (const auto& [category, share] : *map) {
    if (const auto* number = share.as<double>()) shares[category] = *number;
  }
  return shares;
}

void add_record(FeatureGroup group, const kv::Record& record, FeatureVector& into) {
  const auto* written_at = record.get<kv::Map>(kWrittenAt);
  if (written_at == nullptr) return;
  for (const auto& [name, stored] : record.bins) {
    const std::size_t feature = find_feature(group, name);
    const auto at = written_at->find(name);
    if (feature == kNoFeature || at == written_at->end()) continue;
    const auto* at_ms = at->second.as<std::int64_t>();
    auto value = from_kv(stored);
    if (at_ms == nullptr || !value) continue;
    // The table may have changed since it was written: what no longer fits is unknown.
    auto accepted = accept(feature_table()[feature], *value);
    if (accepted) into.set(feature, std::move(*accepted), Timestamp{std::chrono::milliseconds{*at_ms}});
  }
}

}  // namespace

Task<Result<void>> FeatureStore::merge(UserId user, FeatureGroup group, std::vector<FeatureChange> changes,
                                       Timestamp now) {
  std::vector<kv::Op> steps;
  for (const auto& [feature, value] : changes) {
    const std::string name{feature_table()[feature].name};
    steps.push_back(kv::Op::set(name, value ? to_kv(*value) : kv::Value{}));
    steps.push_back(value ? kv::Op::map_put(kWrittenAt, name, now.time_since_epoch().count())
                          : kv::Op::map_remove(kWrittenAt, name));
  }
  if (steps.empty()) co_return Result<void>{};
  kv::Key key{std::string{to_string(group)}, user.str()};
  kv::OperateOptions options;
  options.ttl = time_to_live(group);
  options.durable = false;  // features are told again; what must not be lost is decided from them
  auto written = co_await store_.operate(std::move(key), std::move(steps), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<FeatureVector>> FeatureStore::read(UserId user) {
  std::vector<kv::Key> keys;
  for (const auto group : kFeatureGroups) keys.push_back({std::string{to_string(group)}, user.str()});
  auto records = co_await store_.get_many(std::move(keys));
  if (!records) co_return records.error();
  FeatureVector features;
  for (std::size_t i = 0; i < kFeatureGroups.size(); ++i) {
    if ((*records)[i]) add_record(kFeatureGroups[i], *(*records)[i], features);
  }
  if (features.empty()) co_return not_found("Nothing is known of the user " + user.str() + ".");
  co_return features;
}

}  // namespace qm::reco
