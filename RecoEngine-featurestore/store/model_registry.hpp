// The versions of the model, and which of them is the champion: records of the store, so that every instance on it has
// them all. A version is a record of the set "model", written last, and its bytes in parts of the set "model_part".
#pragma once
#include <functional>
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
  std::vector<std::string> formers;  // that it took the place of, one after another: a way back, the latest last
  std::string shadow;
  std::vector<std::string> served;  // that ever were champion, the latest kKeepServed of them

  ModelStage stage_of(const std::string& version) const;
};

// Thread-safe.
class ModelRegistry {
 public:
  static constexpr std::size_t kKeepVersions = 10;
  static constexpr std::size_t kKeepServed = 32;
  static constexpr std::size_t kKeepFormers = 3;  // so many steps back are possible
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
  // Removes the oldest versions beyond kKeepVersions, never the champion, those before it or the one in shadow. One
  // that a cluster brings back is removed the next time.
  Task<Result<void>> remove_old();

  // NotFound before the first.
  Task<Result<std::string>> champion();
  // All of one moment: they are one record.
  Task<Result<ModelRoles>> roles();
  // In place of `expected`, the champion that the version was judged against (empty: nobody); it becomes the latest of
  // the formers, and a version in shadow that becomes champion leaves the shadow. Nothing changes when the version is
  // the champion. Conflict when somebody else is; Unavailable when others change the roles all the time.
  Task<Result<void>> set_champion(std::string version, std::string expected);
  // Makes `former`, which must be the latest of the formers, champion again in place of `version`, which must be the
  // champion and does not become a former one: who goes back twice goes two steps. Errors as above.
  Task<Result<void>> go_back(std::string version, std::string former);
  // The champion itself stays what it is. Unavailable as above.
  Task<Result<void>> set_shadow(std::string version);

 private:
  struct HeldRoles;
  using Change = std::function<Result<bool>(ModelRoles&)>;  // → whether anything changes
  Task<Result<HeldRoles>> read_roles();
  Task<Result<void>> change_roles(Change change);
  Task<Result<void>> write_roles(ModelRoles roles, std::uint32_t generation);
  Task<Result<void>> remove(std::string version);

  kv::Store& store_;
};

}  // namespace qm::reco
