#include "platform/csv/gzip_file.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>
#include <iterator>

#include "platform/core/temp_dir.hpp"

namespace qm::csv {
namespace {

class GzipFileTest : public testing::Test {
 protected:
  std::string path(const char* name) const { return (dir_.path() / name).string(); }
  std::string pack(const char* name, const std::string& text) const {
    const gzFile file = gzopen(path(name).c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    return path(name);
  }
  static std::string read(GzipFile& file) { return {std::istreambuf_iterator<char>{file.stream()}, {}}; }

  TempDir dir_;
};

std::string long_text() {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += std::to_string(i * 7919) + "\n";
  return text;
}

TEST_F(GzipFileTest, GivesWhatWasPacked) {
  auto file = GzipFile::open(pack("long.gz", long_text())).value();
  EXPECT_EQ(read(file), long_text());
  EXPECT_EQ(file.fault(), "");
}

TEST_F(GzipFileTest, ReadsAPlainFileAsItStands) {
  std::ofstream{path("plain.csv")} << "a,b\n";
  auto file = GzipFile::open(path("plain.csv")).value();
  EXPECT_EQ(read(file), "a,b\n");
  EXPECT_EQ(file.fault(), "");
}

TEST_F(GzipFileTest, NoticesAFileThatIsCutOffOrChanged) {
  const auto whole = pack("whole.gz", long_text());
  std::ifstream in{whole, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  std::ofstream{path("cut.gz"), std::ios::binary} << bytes.substr(0, bytes.size() / 2);
  auto cut = GzipFile::open(path("cut.gz")).value();
  EXPECT_LT(read(cut).size(), long_text().size());
  EXPECT_EQ(cut.fault(), "unexpected end of file");

  bytes[bytes.size() - 6] ^= 1;  // of the check sum
  std::ofstream{path("changed.gz"), std::ios::binary} << bytes;
  auto changed = GzipFile::open(path("changed.gz")).value();
  read(changed);
  EXPECT_NE(changed.fault(), "");
}

TEST_F(GzipFileTest, SaysWhatCannotBeOpened) {
  EXPECT_EQ(GzipFile::open(path("none")).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(GzipFile::open(dir_.path().string()).error().kind, ErrorKind::Rejected);
}

}  // namespace
}  // namespace qm::csv
