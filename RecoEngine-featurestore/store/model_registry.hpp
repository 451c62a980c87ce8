// The versions of the model, and which of them is the champion: records of the store, so that every instance on it has
// them all. A version is a record of the set "model", written last, and its bytes in parts of the set "model_part".
#pragma once
#include <string>
#include <vector>

#include "platform/kv/store.hpp"

namespace qm::reco {

struct StoredModel {
  std::string version;
  std::string model;     // in XGBoost's own format
  std::string metadata;  // JSON
};

// Thread-safe.
class ModelRegistry {
 public:
  static constexpr std::size_t kKeepVersions = 10;
  static constexpr std::size_t kPartBytes = 256 * 1024;
  static constexpr std::size_t kMaxModelBytes = 64 * 1024 * 1024;

  // `store` outlives the registry.
  explicit ModelRegistry(kv::Store& store) : store_(store) {}

  // All or nothing: until everything is written, nobody sees the version. AlreadyExists; TooLarge.
  Task<Result<void>> save(StoredModel model);
  // NotFound when there is no such version, or a part of it is missing.
  Task<Result<StoredModel>> load(std::string version);
  // Oldest first.
  Task<Result<std::vector<std::string>>> versions();
  // Removes the oldest versions beyond kKeepVersions, never `champion`. One that a cluster brings back is removed the
  // next time.
  Task<Result<void>> remove_old(std::string champion);

  // NotFound before the first.
  Task<Result<std::string>> champion();
  Task<Result<void>> set_champion(std::string version);

 private:
  Task<Result<void>> remove(std::string version);

  kv::Store& store_;
};

}  // namespace qm::reco
