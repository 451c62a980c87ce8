#include "RecoEngine-featurestore/store/feature_store.hpp"

namespace qm::reco {

namespace {

// When each feature of the record was written: name → milliseconds.
constexpr const char* kWrittenAt = "at";
// Beside the count of abandoned carts: which events it counted (id → milliseconds), and AbandonedCarts' two times.
constexpr const char* kAbandonCount = "abandon_count";
constexpr const char* kCounted = "counted";
constexpr const char* kCountedAt = "counted_at";
constexpr const char* kGivenAt = "given_at";
constexpr int kMaxAdvanceAttempts = 50;

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

Timestamp to_time(const kv::Value& ms) {
  const auto* count = ms.as<std::int64_t>();
  return Timestamp{std::chrono::milliseconds{count == nullptr ? 0 : *count}};
}
kv::Value to_kv(Timestamp at) { return std::int64_t{at.time_since_epoch().count()}; }

kv::Map written_times(const kv::Bins& bins) {
  const auto found = bins.find(kWrittenAt);
  const auto* times = found == bins.end() ? nullptr : found->second.as<kv::Map>();
  return times == nullptr ? kv::Map{} : *times;
}

// Whether the record's group has something as new of this feature.
bool stands(const kv::Bins& bins, const kv::Map& times, const DatedFeature& dated) {
  const std::string_view name = feature_table()[dated.feature].name;
  const auto value = bins.find(name);
  const auto at = times.find(name);
  if (value == bins.end() || at == times.end()) return false;
  const Timestamp known_at = to_time(at->second);
  if (known_at != dated.at) return known_at > dated.at;
  const auto known = from_kv(value->second);
  return known && *known >= dated.value;
}

AbandonedCarts to_abandoned(const kv::Bins& bins, const kv::Map& times) {
  AbandonedCarts known;
  if (const auto found = bins.find(kAbandonCount); found != bins.end())
    if (const auto* count = found->second.as<std::int64_t>()) known.count = *count;
  if (const auto at = times.find(kAbandonCount); at != times.end()) known.at = to_time(at->second);
  if (const auto found = bins.find(kCounted); found != bins.end())
    if (const auto* counted = found->second.as<kv::Map>())
      for (const auto& [id, at] : *counted) known.counted[id] = to_time(at);
  if (const auto found = bins.find(kCountedAt); found != bins.end()) known.counted_at = to_time(found->second);
  if (const auto found = bins.find(kGivenAt); found != bins.end()) known.given_at = to_time(found->second);
  return known;
}

void put_abandoned(const AbandonedCarts& carts, kv::Bins& bins, kv::Map& times) {
  if (!carts.count) return;
  kv::Map counted;
  for (const auto& [id, at] : carts.counted) counted[id] = to_kv(at);
  bins[kAbandonCount] = *carts.count;
  bins[kCounted] = std::move(counted);
  bins[kCountedAt] = to_kv(carts.counted_at);
  bins[kGivenAt] = to_kv(carts.given_at);
  times[kAbandonCount] = to_kv(carts.at);
}

// → whether there is something to write.
bool advance_bins(kv::Bins& bins, const std::vector<DatedFeature>& dated, const std::vector<Event>& abandoned,
                  Timestamp now) {
  kv::Map times = written_times(bins);
  bool changed = false;
  for (const DatedFeature& each : dated) {
    if (stands(bins, times, each)) continue;
    const std::string name{feature_table()[each.feature].name};
    bins[name] = to_kv(each.value);
    times[name] = to_kv(each.at);
    changed = true;
  }
  if (!abandoned.empty()) {
    const AbandonedCarts before = to_abandoned(bins, times);
    const AbandonedCarts after = count_abandoned(before, abandoned, now);
    if (!(after == before)) {
      put_abandoned(after, bins, times);
      changed = true;
    }
  }
  bins[kWrittenAt] = std::move(times);
  return changed;
}

}  // namespace

Task<Result<void>> FeatureStore::advance(UserId user, FeatureGroup group, std::vector<DatedFeature> dated,
                                         std::vector<Event> abandoned, Timestamp now) {
  const kv::Key key{std::string{to_string(group)}, user.str()};
  for (int attempt = 0; attempt < kMaxAdvanceAttempts; ++attempt) {
    auto record = co_await store_.get(key);
    if (!record && record.error().kind != ErrorKind::NotFound) co_return record.error();
    kv::Bins bins = record ? record->bins : kv::Bins{};
    if (!advance_bins(bins, dated, abandoned, now)) co_return Result<void>{};
    kv::WriteOptions options;
    options.mode = record ? kv::WriteMode::UpdateOnly : kv::WriteMode::CreateOnly;
    if (record) options.expect_generation = record->generation;
    options.ttl = time_to_live(group);
    options.durable = false;  // as merge(); the events themselves are kept, and sent again until this has been done
    auto written = co_await store_.put(key, std::move(bins), options);
    if (written) co_return Result<void>{};
    const ErrorKind kind = written.error().kind;
    const bool was_slower = kind == ErrorKind::GenerationMismatch || kind == ErrorKind::AlreadyExists ||
                            kind == ErrorKind::NotFound;  // expired meanwhile
    if (!was_slower) co_return written.error();
  }
  co_return unavailable("The features are being changed elsewhere; please try again.");
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
