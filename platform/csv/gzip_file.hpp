// A file as a stream, unpacked while it is read when it is gzip's. Thread-compatible.
#pragma once
#include <array>
#include <istream>
#include <memory>
#include <streambuf>
#include <string>

#include "platform/core/result.hpp"

namespace qm::csv {

// Memory stays the same however long the file is. What is not gzip's is read as it stands.
class GzipFile {
 public:
  // NotFound when there is no such file, Rejected when it cannot be read.
  static Result<GzipFile> open(const std::string& path);
  GzipFile(GzipFile&& from) noexcept;
  GzipFile& operator=(GzipFile&&) = delete;
  ~GzipFile();

  // Its text; ends where the file does, or where it is damaged.
  std::istream& stream() { return *stream_; }
  // To be asked at the end: empty, or why the file ended too early ("unexpected end of file").
  const std::string& fault() const;

 private:
  class Buffer;
  explicit GzipFile(std::unique_ptr<Buffer> buffer);

  std::unique_ptr<Buffer> buffer_;
  std::unique_ptr<std::istream> stream_;
};

}  // namespace qm::csv
