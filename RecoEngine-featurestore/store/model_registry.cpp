#include "RecoEngine-featurestore/store/model_registry.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "platform/core/id.hpp"

namespace qm::reco {

namespace fs = std::filesystem;

namespace {

constexpr const char* kModelFile = "model.ubj";
constexpr const char* kMetadataFile = "metadata.json";

class File {
 public:
  File(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), path.string());
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t done = ::write(fd_, bytes.data(), bytes.size());
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) throw std::system_error(errno, std::generic_category(), "write");
      bytes.remove_prefix(static_cast<std::size_t>(done));
    }
  }
  void sync() {
    if (::fsync(fd_) != 0) throw std::system_error(errno, std::generic_category(), "fsync");
  }

 private:
  int fd_;
};

void write_durably(const fs::path& path, std::string_view bytes) {
  File file{path, O_WRONLY | O_CREAT | O_TRUNC};
  file.write(bytes);
  file.sync();
}

void sync_folder(const fs::path& path) { File{path, O_RDONLY | O_DIRECTORY}.sync(); }

bool read_whole(const fs::path& path, std::string& into) {
  std::ifstream file{path, std::ios::binary};
  std::stringstream bytes;
  if (!file || !(bytes << file.rdbuf())) return false;
  into = std::move(bytes).str();
  return true;
}

kv::Key champion_key() { return {"model", "champion"}; }

}  // namespace

Result<void> ModelRegistry::save(const ModelFiles& files) const {
  const fs::path final_folder = folder_ / files.version;
  const fs::path unfinished = folder_ / (".unfinished-" + files.version);
  try {
    fs::create_directories(folder_);
    if (fs::exists(final_folder)) return Error{ErrorKind::AlreadyExists, "There is a model of that version."};
    fs::remove_all(unfinished);
    fs::create_directory(unfinished);
    write_durably(unfinished / kModelFile, files.model);
    write_durably(unfinished / kMetadataFile, files.metadata);
    sync_folder(unfinished);
    fs::rename(unfinished, final_folder);
    sync_folder(folder_);
    return {};
  } catch (const std::system_error& refused) {
    std::error_code ignored;
    fs::remove_all(unfinished, ignored);
    return unavailable("The model could not be saved: " + refused.code().message() + ".");
  }
}

Result<ModelFiles> ModelRegistry::load(const std::string& version) const {
  ModelFiles files{version, {}, {}};
  if (!is_valid_id(version) || !read_whole(folder_ / version / kModelFile, files.model) ||
      !read_whole(folder_ / version / kMetadataFile, files.metadata)) {
    return not_found("There is no model of version " + version + ".");
  }
  return files;
}

std::vector<std::string> ModelRegistry::versions() const {
  std::vector<std::string> found;
  std::error_code failed;
  for (fs::directory_iterator it{folder_, failed}, end; !failed && it != end; it.increment(failed)) {
    const std::string name = it->path().filename().string();
    if (name.front() != '.') found.push_back(name);
  }
  std::sort(found.begin(), found.end());  // version ids sort by time
  return found;
}

void ModelRegistry::remove_old(const std::string& champion) const {
  const auto all = versions();
  std::size_t too_many = all.size() > kKeepVersions ? all.size() - kKeepVersions : 0;
  for (const auto& version : all) {
    if (too_many == 0) return;
    if (version == champion) continue;
    std::error_code ignored;
    fs::remove_all(folder_ / version, ignored);
    --too_many;
  }
}

Task<Result<std::string>> ModelRegistry::champion() {
  auto record = co_await store_.get(champion_key());
  if (!record) co_return record.error();
  const auto* version = record->get<std::string>("version");
  if (version == nullptr) co_return not_found("No model has been chosen.");
  co_return *version;
}

Task<Result<void>> ModelRegistry::set_champion(std::string version) {
  kv::Bins bins;
  bins["version"] = std::move(version);
  auto written = co_await store_.put(champion_key(), std::move(bins));
  if (!written) co_return written.error();
  co_return Result<void>{};
}

}  // namespace qm::reco
