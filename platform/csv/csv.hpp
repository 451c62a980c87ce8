// Comma-separated values as RFC 4180 has them, and as spreadsheets write them: lines may end with LF alone, and a
// UTF-8 byte order mark at the beginning is skipped, as are empty lines. Thread-compatible.
//
// Of our own, as the libraries at hand do not say in which line a fault is, or do not read a line end within quotes.
#pragma once
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qm::csv {

inline constexpr std::size_t kMaxRecordBytes = 256 * 1024;
inline constexpr std::size_t kMaxFields = 256;

struct Record {
  std::int64_t line = 0;  // in which it begins, from 1
  std::vector<std::string> fields;
  std::string fault;  // empty: none; else what is wrong, as in "a quote is not closed"
};

class Reader {
 public:
  // `in` outlives the reader.
  explicit Reader(std::istream& in);

  // The next record; nothing at the end. A faulty record ends where its line does, and reading goes on behind it.
  std::optional<Record> next();

 private:
  static constexpr int kEnd = -1;
  int take();
  int peek() const { return in_->sgetc(); }
  bool at_line_end(int c);  // takes the LF of a CR LF
  void read_quoted(Record& record, std::string& field);
  void skip_line();

  std::streambuf* in_;
  std::int64_t line_ = 1;
  std::size_t bytes_ = 0;  // of this record
};

// Appends a record, CR LF included; quoted where it has to be.
void append(const std::vector<std::string>& fields, std::string& out);

}  // namespace qm::csv
