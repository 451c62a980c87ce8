#include "RecoEngine-featurestore/store/feature_store.hpp"

#include "RecoEngine-featurestore/store/customer_state_bytes.hpp"
#include "RecoEngine-featurestore/store/feature_telling_bytes.hpp"

namespace qm::reco {

namespace {

// When each feature of the record was written: name → milliseconds.
constexpr const char* kWrittenAt = "at";
constexpr const char* kTellings = "tellings";
// Never part of an id, so that no customer's name can be taken for another's month.
constexpr char kBeforeHistoryMonth = '~';

// So that no engine's clock takes a value away that is not stale yet.
constexpr std::chrono::hours kKeptBeyondStale{1};

kv::Key history_key(const UserId& user, std::int32_t month) {
  return {"feature_history", user.str() + kBeforeHistoryMonth + std::to_string(month)};
}

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

Task<Result<void>> FeatureStore::keep_telling(UserId user, FeatureTelling telling) {
  kv::Key key = history_key(user, month_of(telling.at));
  std::vector<kv::Op> steps;
  steps.push_back(kv::Op::append(kTellings, kv::Bytes{to_bytes(telling)}));
  steps.push_back(kv::Op::trim_keep_last(kTellings, kMaxTellingsPerMonth));
  kv::OperateOptions options;
  options.ttl = keep_;
  options.durable = false;
  auto written = co_await store_.operate(std::move(key), std::move(steps), std::move(options));
  if (!written) co_return written.error();
  co_return Result<void>{};
}

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
  // First: what is shown to the model must be found again. Told twice, after a failure, it says the same.
  UserId whose = user;
  FeatureTelling telling{now, std::move(changes)};
  auto kept = co_await keep_telling(std::move(whose), std::move(telling));
  if (!kept) co_return kept.error();
  kv::Key key{std::string{to_string(group)}, user.str()};
  kv::OperateOptions options;
  options.ttl = time_to_live(group) + kKeptBeyondStale;
  options.durable = false;  // features are told again; what must not be lost is decided from them
  auto written = co_await store_.operate(std::move(key), std::move(steps), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<KnownFeatures>> FeatureStore::read(UserId user) {
  std::vector<kv::Key> keys;
  for (const auto group : kFeatureGroups) keys.push_back({std::string{to_string(group)}, user.str()});
  keys.push_back(state_key(user));
  auto records = co_await store_.get_many(std::move(keys));
  if (!records) co_return records.error();
  KnownFeatures known;
  for (std::size_t i = 0; i < kFeatureGroups.size(); ++i) {
    if ((*records)[i]) add_record(kFeatureGroups[i], *(*records)[i], known.ingested);
  }
  if (const auto& record = records->back()) known.state = state_of(*record);
  if (known.ingested.empty() && !known.state)
    co_return not_found("Nothing is known of the user " + user.str() + ".");
  co_return known;
}

Task<Result<std::vector<FeatureTelling>>> FeatureStore::history(UserId user, Timestamp now) {
  std::vector<kv::Key> keys;
  for (std::int32_t month = month_of(now - keep_); month <= month_of(now); ++month)
    keys.push_back(history_key(user, month));
  auto records = co_await store_.get_many(std::move(keys));
  if (!records) co_return records.error();
  std::vector<FeatureTelling> tellings;
  for (const auto& record : *records) {
    const auto* list = record ? record->get<kv::List>(kTellings) : nullptr;
    if (list == nullptr) continue;
    for (const kv::Value& each : *list) {
      const auto* bytes = each.as<kv::Bytes>();
      auto telling = bytes == nullptr ? std::nullopt : telling_from_bytes(bytes->data);
      if (telling && telling->at <= now) tellings.push_back(std::move(*telling));
    }
  }
  co_return tellings;
}

}  // namespace qm::reco
