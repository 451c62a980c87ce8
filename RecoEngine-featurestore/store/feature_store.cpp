#include "RecoEngine-featurestore/store/feature_store.hpp"

#include "RecoEngine-featurestore/store/customer_record.hpp"
#include "RecoEngine-featurestore/store/customer_state_bytes.hpp"
#include "RecoEngine-featurestore/store/feature_telling_bytes.hpp"

namespace qm::reco {

namespace {

constexpr const char* kTellings = "tellings";
// Never part of an id, so that no customer's name can be taken for another's month.
constexpr char kBeforeHistoryMonth = '~';

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

// A bin per feature, of its name: what it is, and since when.
kv::Value told_bin(const FeatureValue& value, Timestamp at) {
  return kv::List{to_kv(value), kv::Value{at.time_since_epoch().count()}};
}

FeatureVector told_of(const kv::Record& record) {
  FeatureVector told;
  for (const auto& [name, bin] : record.bins) {
    const std::size_t feature = find_feature(name);
    const auto* told_at = bin.as<kv::List>();
    if (feature == kNoFeature || told_at == nullptr || told_at->size() != 2) continue;
    const auto* at_ms = told_at->back().as<std::int64_t>();
    auto value = from_kv(told_at->front());
    if (at_ms == nullptr || !value) continue;
    // The table may have changed since it was written: what no longer fits is unknown.
    auto accepted = accept(feature_table()[feature], *value);
    if (accepted) told.set(feature, std::move(*accepted), Timestamp{std::chrono::milliseconds{*at_ms}});
  }
  return told;
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

Task<Result<void>> FeatureStore::merge(UserId user, std::vector<FeatureChange> changes, Timestamp now) {
  std::vector<kv::Op> steps;
  for (const auto& [feature, value] : changes) {
    std::string name{feature_table()[feature].name};
    steps.push_back(kv::Op::set(std::move(name), value ? told_bin(*value, now) : kv::Value{}));
  }
  if (steps.empty()) co_return Result<void>{};
  // First: what is shown to the model must be found again. Told twice, after a failure, it says the same.
  UserId whose = user;
  FeatureTelling telling{now, std::move(changes)};
  auto kept = co_await keep_telling(std::move(whose), std::move(telling));
  if (!kept) co_return kept.error();
  kv::OperateOptions options;
  options.ttl = customer_time_to_live(keep_);
  options.durable = false;  // features are told again; what must not be lost is decided from them
  auto written = co_await store_.operate(customer_key(user), std::move(steps), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<KnownFeatures>> FeatureStore::read(UserId user) {
  auto record = co_await store_.get(customer_key(user));
  KnownFeatures known;
  if (record) {
    known.ingested = told_of(*record);
    known.state = state_of(*record);
  } else if (record.error().kind != ErrorKind::NotFound) {
    co_return record.error();
  }
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
