#include "RecoEngine-featurestore/store/model_registry.hpp"

#include <algorithm>
#include <utility>

#include "platform/kv/record_fields.hpp"

namespace qm::reco {

namespace {

constexpr const char* kModels = "model";
constexpr const char* kParts = "model_part";
constexpr const char* kMetadata = "metadata";
constexpr const char* kBytes = "bytes";
constexpr const char* kVersionBin = "version";
constexpr const char* kFormers = "formers";
constexpr const char* kShadow = "shadow";
constexpr const char* kServed = "served";
constexpr std::size_t kModelsPerPage = 32;
constexpr int kMaxAttempts = 20;

// Of a set of its own: to list the versions is to scan theirs.
kv::Key champion_key() { return {"champion", "model"}; }

std::size_t parts_of(std::size_t bytes) { return (bytes + ModelRegistry::kPartBytes - 1) / ModelRegistry::kPartBytes; }

kv::Key part_key(const std::string& version, std::size_t part) {
  return {kParts, version + '/' + std::to_string(part)};
}

std::size_t bytes_of(const kv::Record& record) {
  const auto* bytes = record.get<std::int64_t>(kBytes);
  const auto most = static_cast<std::int64_t>(ModelRegistry::kMaxModelBytes);
  return bytes == nullptr ? 0 : static_cast<std::size_t>(std::clamp<std::int64_t>(*bytes, 0, most));
}

Error no_such(const std::string& version) { return not_found("There is no model of version " + version + "."); }

ModelRoles to_roles(const kv::Record& record) {
  const kv::RecordFields fields{record};
  return {fields.text(kVersionBin), fields.texts(kFormers), fields.text(kShadow), fields.texts(kServed)};
}

void keep_latest(std::vector<std::string>& versions, std::size_t most) {
  if (versions.size() > most) versions.erase(versions.begin());
}

void crown(ModelRoles& roles, const std::string& version) {
  roles.champion = version;
  if (roles.shadow == version) roles.shadow.clear();
  std::erase(roles.served, version);
  roles.served.push_back(version);
  keep_latest(roles.served, ModelRegistry::kKeepServed);
}

Error another_is_champion(const ModelRoles& roles) {
  return {ErrorKind::Conflict, roles.champion.empty() ? "There is no champion."
                                                      : "The champion is " + roles.champion + " now."};
}

}  // namespace

ModelStage ModelRoles::stage_of(const std::string& version) const {
  if (version == champion) return ModelStage::champion;
  if (version == shadow) return ModelStage::shadow;
  return std::ranges::find(served, version) == served.end() ? ModelStage::candidate : ModelStage::retired;
}

struct ModelRegistry::HeldRoles {
  ModelRoles roles;
  std::uint32_t generation = 0;  // 0: no record yet
};

Task<Result<void>> ModelRegistry::save(StoredModel model) {
  if (model.model.size() > kMaxModelBytes) co_return Error{ErrorKind::TooLarge, "The model is too large to be kept."};
  kv::Key key{kModels, model.version};
  kv::Key looked_up = key;
  auto exists = co_await store_.exists(std::move(looked_up));
  if (!exists) co_return exists.error();
  if (*exists) co_return Error{ErrorKind::AlreadyExists, "There is a model of that version."};

  for (std::size_t part = 0; part < parts_of(model.model.size()); ++part) {
    kv::Bins bins;
    bins[kBytes] = kv::Bytes{model.model.substr(part * kPartBytes, kPartBytes)};
    kv::Key part_of_it = part_key(model.version, part);
    auto written = co_await store_.put(std::move(part_of_it), std::move(bins));
    if (!written) co_return written.error();
  }
  kv::Bins bins;
  bins[kBytes] = static_cast<std::int64_t>(model.model.size());
  bins[kMetadata] = std::move(model.metadata);
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<StoredModel>> ModelRegistry::load(std::string version) {
  kv::Key key{kModels, version};
  auto record = co_await store_.get(std::move(key));
  if (!record && record.error().kind == ErrorKind::NotFound) co_return no_such(version);
  if (!record) co_return record.error();
  StoredModel found;
  const auto* metadata = record->get<std::string>(kMetadata);
  if (metadata != nullptr) found.metadata = *metadata;
  const std::size_t bytes = bytes_of(*record);
  for (std::size_t part = 0; part < parts_of(bytes); ++part) {
    kv::Key part_of_it = part_key(version, part);
    auto read = co_await store_.get(std::move(part_of_it));
    if (!read && read.error().kind == ErrorKind::NotFound) co_return no_such(version);
    if (!read) co_return read.error();
    const auto* held = read->get<kv::Bytes>(kBytes);
    if (held != nullptr) found.model += held->data;
  }
  if (found.model.size() != bytes) co_return no_such(version);
  found.version = std::move(version);
  co_return found;
}

Task<Result<std::vector<std::string>>> ModelRegistry::versions() {
  std::vector<std::string> found;
  std::string cursor;
  do {
    auto page = co_await store_.scan(kModels, std::move(cursor), kModelsPerPage);
    if (!page) co_return page.error();
    for (const auto& entry : page->entries) found.push_back(entry.key.id);
    cursor = std::move(page->cursor);
  } while (!cursor.empty());
  std::sort(found.begin(), found.end());  // version ids sort by time
  co_return found;
}

Task<Result<void>> ModelRegistry::remove(std::string version) {
  kv::Key key{kModels, version};
  kv::Key looked_up = key;
  auto record = co_await store_.get(std::move(looked_up));
  if (!record && record.error().kind == ErrorKind::NotFound) co_return Result<void>{};
  if (!record) co_return record.error();
  // Its parts first: what is left after an interruption is still listed, and so removed the next time.
  for (std::size_t part = 0; part < parts_of(bytes_of(*record)); ++part) {
    kv::Key part_of_it = part_key(version, part);
    auto removed = co_await store_.remove(std::move(part_of_it));
    if (!removed) co_return removed.error();
  }
  auto removed = co_await store_.remove(std::move(key));
  if (!removed) co_return removed.error();
  co_return Result<void>{};
}

Task<Result<std::string>> ModelRegistry::metadata(std::string version) {
  kv::Key key{kModels, version};
  auto record = co_await store_.get(std::move(key));
  if (!record && record.error().kind == ErrorKind::NotFound) co_return no_such(version);
  if (!record) co_return record.error();
  co_return kv::RecordFields{*record}.text(kMetadata);
}

Task<Result<void>> ModelRegistry::remove_old() {
  auto named = co_await roles();
  if (!named) co_return named.error();
  auto all = co_await versions();
  if (!all) co_return all.error();
  std::size_t too_many = all->size() > kKeepVersions ? all->size() - kKeepVersions : 0;
  for (const auto& version : *all) {
    if (too_many == 0) break;
    if (version == named->champion || version == named->shadow) continue;
    if (std::ranges::find(named->formers, version) != named->formers.end()) continue;
    std::string old = version;
    auto removed = co_await remove(std::move(old));
    if (!removed) co_return removed.error();
    --too_many;
  }
  co_return Result<void>{};
}

Task<Result<std::string>> ModelRegistry::champion() {
  auto record = co_await store_.get(champion_key());
  if (!record) co_return record.error();
  const auto* version = record->get<std::string>(kVersionBin);
  if (version == nullptr || version->empty()) co_return not_found("No model has been chosen.");
  co_return *version;
}

Task<Result<ModelRegistry::HeldRoles>> ModelRegistry::read_roles() {
  auto record = co_await store_.get(champion_key());
  HeldRoles held;
  if (record) held = {to_roles(*record), record->generation};
  else if (record.error().kind != ErrorKind::NotFound) co_return record.error();
  co_return held;
}

Task<Result<ModelRoles>> ModelRegistry::roles() {
  auto held = co_await read_roles();
  if (!held) co_return held.error();
  co_return std::move(held->roles);
}

Task<Result<void>> ModelRegistry::write_roles(ModelRoles roles, std::uint32_t generation) {
  kv::Bins bins;
  bins[kVersionBin] = roles.champion;
  bins[kFormers] = kv::to_value(roles.formers);
  bins[kShadow] = roles.shadow;
  bins[kServed] = kv::to_value(roles.served);
  kv::WriteOptions options;
  options.mode = generation == 0 ? kv::WriteMode::CreateOnly : kv::WriteMode::Replace;
  if (generation != 0) options.expect_generation = generation;
  auto written = co_await store_.put(champion_key(), std::move(bins), std::move(options));
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<void>> ModelRegistry::change_roles(Change change) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    auto held = co_await read_roles();
    if (!held) co_return held.error();
    const Result<bool> changes = change(held->roles);
    if (!changes) co_return changes.error();
    if (!*changes) co_return Result<void>{};
    auto written = co_await write_roles(std::move(held->roles), held->generation);
    if (written) co_return Result<void>{};
    const ErrorKind kind = written.error().kind;
    if (kind != ErrorKind::GenerationMismatch && kind != ErrorKind::AlreadyExists) co_return written.error();
  }
  co_return unavailable("The champion is being changed elsewhere; please try again.");
}

Task<Result<void>> ModelRegistry::set_champion(std::string version, std::string expected) {
  Change change = [version = std::move(version), expected = std::move(expected)](ModelRoles& roles) -> Result<bool> {
    if (roles.champion == version) return false;
    if (roles.champion != expected) return another_is_champion(roles);
    std::erase(roles.formers, version);
    if (!expected.empty()) roles.formers.push_back(expected);
    keep_latest(roles.formers, kKeepFormers);
    crown(roles, version);
    return true;
  };
  auto changed = co_await change_roles(std::move(change));
  co_return changed;
}

Task<Result<void>> ModelRegistry::go_back(std::string version, std::string former) {
  Change change = [version = std::move(version), former = std::move(former)](ModelRoles& roles) -> Result<bool> {
    if (roles.champion != version) return another_is_champion(roles);
    if (roles.formers.empty() || roles.formers.back() != former)
      return Error{ErrorKind::Conflict, "The champion before " + version + " is not " + former + "."};
    roles.formers.pop_back();
    crown(roles, former);
    return true;
  };
  auto changed = co_await change_roles(std::move(change));
  co_return changed;
}

Task<Result<void>> ModelRegistry::set_shadow(std::string version) {
  Change change = [version = std::move(version)](ModelRoles& roles) -> Result<bool> {
    if (roles.shadow == version || roles.champion == version) return false;
    roles.shadow = version;
    return true;
  };
  auto changed = co_await change_roles(std::move(change));
  co_return changed;
}

}  // namespace qm::reco
