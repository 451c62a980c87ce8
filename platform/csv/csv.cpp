#include "platform/csv/csv.hpp"

#include <utility>

namespace qm::csv {
namespace {

constexpr const char* kTooLong = "the record is too long";

void note(Record& record, const char* fault) {
  if (record.fault.empty()) record.fault = fault;
}

}  // namespace

Reader::Reader(std::istream& in) : in_(in.rdbuf()) {
  constexpr int kMark[] = {0xEF, 0xBB, 0xBF};
  for (const int byte : kMark) {
    if (peek() != byte) break;  // part of a mark is no UTF-8 anyway
    in_->sbumpc();
  }
}

int Reader::take() {
  const int c = in_->sbumpc();
  if (c == std::char_traits<char>::eof()) return kEnd;
  if (c == '\n') ++line_;
  ++bytes_;
  return c;
}

bool Reader::at_line_end(int c) {
  if (c == '\r' && peek() == '\n') {
    take();
    return true;
  }
  return c == '\n' || c == kEnd;
}

std::optional<Record> Reader::next() {
  while (true) {
    Record record;
    record.line = line_;
    bytes_ = 0;
    if (peek() == std::char_traits<char>::eof()) return std::nullopt;
    std::string field;
    bool bare = true;  // nothing but the line's end so far
    while (true) {
      const int c = take();
      if (at_line_end(c)) break;
      bare = false;
      if (bytes_ > kMaxRecordBytes || record.fields.size() >= kMaxFields) {
        note(record, kTooLong);
        skip_line();
        break;
      }
      if (c == ',') {
        record.fields.push_back(std::exchange(field, {}));
      } else if (c != '"') {
        field += static_cast<char>(c);
      } else if (!field.empty()) {
        note(record, "a quote stands within a field that is not quoted");
        field += '"';
      } else {
        read_quoted(record, field);
      }
    }
    if (bare) continue;
    record.fields.push_back(std::move(field));
    return record;
  }
}

// Up to the closing quote; what stands between it and the next comma or line end is a fault.
void Reader::read_quoted(Record& record, std::string& field) {
  while (true) {
    const int c = take();
    if (c == kEnd) return note(record, "a quote is not closed");
    if (bytes_ > kMaxRecordBytes) return note(record, kTooLong);
    if (c == '"') {
      if (peek() != '"') break;
      take();
    }
    field += static_cast<char>(c);
  }
  for (int next = peek(); next != ',' && next != '\n' && next != '\r' && next != std::char_traits<char>::eof();
       next = peek()) {
    note(record, "text follows a closing quote");
    if (bytes_ > kMaxRecordBytes) return;
    field += static_cast<char>(take());
  }
}

void Reader::skip_line() {
  for (int c = take(); !at_line_end(c); c = take()) {
  }
}

void append(const std::vector<std::string>& fields, std::string& out) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i != 0) out += ',';
    const std::string& field = fields[i];
    // A record of one empty field would be an empty line.
    const bool quoted = field.find_first_of(",\"\r\n") != std::string::npos || (fields.size() == 1 && field.empty());
    if (!quoted) {
      out += field;
      continue;
    }
    out += '"';
    for (const char c : field) {
      if (c == '"') out += '"';
      out += c;
    }
    out += '"';
  }
  out += "\r\n";
}

}  // namespace qm::csv
