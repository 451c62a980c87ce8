#include "platform/csv/csv.hpp"

#include <gtest/gtest.h>

#include <random>
#include <sstream>

namespace qm::csv {
namespace {

// Each record as «line:field|field», with its fault behind an exclamation mark.
std::string read_all(const std::string& text) {
  std::istringstream in{text};
  Reader reader{in};
  std::string all;
  while (auto record = reader.next()) {
    all += std::to_string(record->line) + ":";
    for (std::size_t i = 0; i < record->fields.size(); ++i) all += (i == 0 ? "" : "|") + record->fields[i];
    if (!record->fault.empty()) all += "!" + record->fault;
    all += " ";
  }
  return all;
}

TEST(Csv, ReadsWhatRfc4180AndSpreadsheetsWrite) {
  struct CsvCase {
    const char *what, *text, *expected;
  };
  const CsvCase cases[] = {
      {"CR LF", "a,b\r\nc,d\r\n", "1:a|b 2:c|d "},
      {"LF, and no end of the last line", "a,b\nc,d", "1:a|b 2:c|d "},
      {"quotes, commas and line ends within quotes", "\"a,\"\"b\"\"\",\"c\r\nd\"\r\ne\r\n", "1:a,\"b\"|c\r\nd 3:e "},
      {"empty fields", ",\r\n\"\",\"\"\r\n", "1:| 2:| "},
      {"empty lines", "\r\n\na\r\n\r\n", "3:a "},
      {"a byte order mark", "\xEF\xBB\xBF\"a\",b", "1:a|b "},
      {"blanks belong to the field", " a , b ", "1: a | b  "},
      {"a lone CR is text", "a\rb,c\n", "1:a\rb|c "},
      {"a quote not closed", "a,\"b\nc", "1:a|b\nc!a quote is not closed "},
      {"text behind a quote", "\"a\"b,c\nd", "1:ab|c!text follows a closing quote 2:d "},
      {"a quote within", "a\"b\"\nd", "1:a\"b\"!a quote stands within a field that is not quoted 2:d "},
      {"nothing", "", ""},
  };
  for (const CsvCase& each : cases) EXPECT_EQ(read_all(each.text), each.expected) << each.what;
}

TEST(Csv, KeepsItsLimitsAndGoesOnBehind) {
  const std::string wide(2 * kMaxFields, ',');
  const std::string longest(2 * kMaxRecordBytes, 'x');
  for (const std::string& bad : {wide, longest, '"' + longest + '"'}) {
    std::istringstream in{bad + "\nb\n"};
    Reader reader{in};
    const auto first = reader.next();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->fault, "the record is too long");
    std::size_t held = 0;
    for (const std::string& field : first->fields) held += field.size();
    EXPECT_LE(held, kMaxRecordBytes + 1);
    const auto second = reader.next();
    ASSERT_TRUE(second);
    EXPECT_EQ(second->fields, std::vector<std::string>{"b"});
    EXPECT_EQ(second->line, 2);
  }
}

TEST(Csv, ReadsBackWhateverItWrote) {
  std::mt19937 random{20261125};
  const std::string letters = "ab ,\"\r\n\xC3\xA9'\t=";
  for (int round = 0; round < 2'000; ++round) {
    std::vector<std::vector<std::string>> records(1 + random() % 4);
    std::string text;
    for (auto& record : records) {
      record.resize(1 + random() % 5);
      for (std::string& field : record)
        for (std::size_t left = random() % 8; left > 0; --left) field += letters[random() % letters.size()];
      append(record, text);
    }
    std::istringstream in{text};
    Reader reader{in};
    for (const auto& record : records) {
      const auto read = reader.next();
      ASSERT_TRUE(read) << text;
      EXPECT_EQ(read->fault, "") << text;
      EXPECT_EQ(read->fields, record) << text;
    }
    EXPECT_FALSE(reader.next()) << text;
  }
}

TEST(Csv, EndsOnWhateverItReads) {
  std::mt19937 random{4180};
  const std::string letters = "a,\"\r\n";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t left = random() % 24; left > 0; --left) text += letters[random() % letters.size()];
    std::istringstream in{text};
    Reader reader{in};
    std::size_t records = 0;
    std::int64_t line = 0;
    while (const auto record = reader.next()) {
      ASSERT_LT(++records, 30u) << text;
      EXPECT_GT(record->line, line) << text;
      line = record->line;
    }
  }
}

}  // namespace
}  // namespace qm::csv
