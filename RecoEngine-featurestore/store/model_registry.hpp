// The versions of the model: one folder each under `<data-dir>/models`, in XGBoost's own format beside a metadata file,
// and which of them is the champion (a record of the store).
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"

namespace qm::reco {

struct ModelFiles {
  std::string version;
  std::string model;     // bytes of model.ubj
  std::string metadata;  // text of metadata.json
};

// Thread-safe. The file operations block: call them at start or on the training thread.
class ModelRegistry {
 public:
  static constexpr std::size_t kKeepVersions = 10;

  // `store` outlives the registry.
  ModelRegistry(kv::Store& store, std::filesystem::path folder) : store_(store), folder_(std::move(folder)) {}

  // All or nothing, also over a power loss. Unavailable when the disk refuses. AlreadyExists.
  Result<void> save(const ModelFiles& files) const;
  // NotFound when there is no such version (or a part of it is missing).
  Result<ModelFiles> load(const std::string& version) const;
  // Oldest first.
  std::vector<std::string> versions() const;
  // Removes the oldest versions beyond kKeepVersions, never `champion`.
  void remove_old(const std::string& champion) const;

  // NotFound before the first.
  Task<Result<std::string>> champion();
  Task<Result<void>> set_champion(std::string version);

 private:
  kv::Store& store_;
  std::filesystem::path folder_;
};

}  // namespace qm::reco
