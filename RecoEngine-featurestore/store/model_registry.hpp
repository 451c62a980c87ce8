// The versions of the model, and which of them is the champion: records of the store, so that every instance on it has
// them all. A version is a record of the set "model", written last, and its bytes in parts of the set "model_part".
#pragma once
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/model_stage.hpp"
#include "platform/kv/store.hpp"

namespace qm::reco {

struct StoredModel {
  std::string version;
  std::string model;     // in XGBoost's own format
  std::string metadata;  // JSON
};

// Who is who; a version that is none of these is a candidate. Empty: nobody.
struct ModelRoles {
  std::string champion;
  std::string former;  // was champion before it
  std::string shadow;
  std::vector<std::string> served;  // that ever were champion, the latest kKeepServed of them

  ModelStage stage_of(const std::string& version) const;
};

// Thread-safe.
class ModelRegistry {
 public:
  static constexpr std::size_t kKeepVersions = 10;
  static constexpr std::size_t kKeepServed = 32;
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
  // NotFound.
  Task<Result<std::string>> metadata(std::string version);
  // Removes the oldest versions beyond kKeepVersions, never the champion, the one before it or the one in shadow. One
  // that a cluster brings back is removed the next time.
  Task<Result<void>> remove_old();

  // NotFound before the first.
  Task<Result<std::string>> champion();
  // All of one moment: they are one record.
  Task<Result<ModelRoles>> roles();
  // The champion until then becomes the former one; a version in shadow that becomes champion leaves the shadow.
  // Unavailable when others change it all the time.
  Task<Result<void>> set_champion(std::string version);
  // As above; the champion itself stays what it is.
  Task<Result<void>> set_shadow(std::string version);

 private:
  struct HeldRoles;
  Task<Result<HeldRoles>> read_roles();
  Task<Result<void>> write_roles(ModelRoles roles, std::uint32_t generation);
  Task<Result<void>> remove(std::string version);

  kv::Store& store_;
};

}  // namespace qm::reco
