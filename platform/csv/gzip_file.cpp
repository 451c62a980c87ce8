#include "platform/csv/gzip_file.hpp"

#include <zlib.h>

#include <cerrno>
#include <filesystem>

namespace qm::csv {

class GzipFile::Buffer final : public std::streambuf {
 public:
  explicit Buffer(gzFile file) : file_(file) {}
  ~Buffer() override { gzclose(file_); }
  const std::string& fault() const { return fault_; }

 protected:
  int_type underflow() override {
    if (!fault_.empty()) return traits_type::eof();
    const int read = gzread(file_, bytes_.data(), static_cast<unsigned>(bytes_.size()));
    int code = Z_OK;
    const char* text = gzerror(file_, &code);
    // At the end of a file that was cut off, zlib hands out what there is and notes it here.
    if (read < 0 || (read == 0 && code != Z_OK && code != Z_STREAM_END))
      fault_ = code == Z_BUF_ERROR ? "unexpected end of file" : text == nullptr || *text == 0 ? "damaged" : text;
    if (read <= 0) return traits_type::eof();
    setg(bytes_.data(), bytes_.data(), bytes_.data() + read);
    return traits_type::to_int_type(*gptr());
  }

 private:
  gzFile file_;
  std::array<char, 64 * 1024> bytes_;
  std::string fault_;
};

GzipFile::GzipFile(std::unique_ptr<Buffer> buffer)
    : buffer_(std::move(buffer)), stream_(std::make_unique<std::istream>(buffer_.get())) {}
GzipFile::GzipFile(GzipFile&& from) noexcept = default;
GzipFile::~GzipFile() = default;

const std::string& GzipFile::fault() const { return buffer_->fault(); }

Result<GzipFile> GzipFile::open(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return not_found("There is no file " + path + ".");
  if (!std::filesystem::is_regular_file(path, ignored)) return rejected(path + " is no file.");
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return rejected(path + " cannot be read.");
  return GzipFile{std::make_unique<Buffer>(file)};
}

}  // namespace qm::csv
