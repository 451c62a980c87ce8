// Files of products: one line (in CSV one record, which may span lines) for each product.
//
// JSON lines: an object as in wire::KeptProduct. CSV: RFC 4180 with a first line of names; the columns are the members
// of KeptProduct in any order, product_id among them; others are ignored. Lists and maps are JSON within their cell,
// variants included, so that a product is one line however many SKUs it has. An empty cell says nothing: a new product
// gets the member's default, a known one keeps what it has. In JSON lines null takes a member away.
#pragma once
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/csv/csv.hpp"
#include "QuickMart-backend/app/import_products.hpp"

namespace qm::shop {

enum class FileFormat { csv, jsonl };

class ProductLines {
 public:
  // Throws std::runtime_error when the file cannot be opened.
  ProductLines(const std::string& path, FileFormat format);

  // The next lines, bad ones too; none at the end.
  std::vector<ImportLine> next(std::size_t limit);

 private:
  void read_header();
  std::optional<ImportLine> next_csv();
  std::optional<ImportLine> next_json();

  std::ifstream in_;
  FileFormat format_;
  std::optional<csv::Reader> csv_;
  std::vector<std::string> columns_;
  std::optional<ImportLine> header_fault_;
  std::int64_t line_ = 0;
  bool ended_ = false;
};

// Appended to `out`. A file that is imported into an empty shop makes the same products again, but for updated_at.
void print_header(FileFormat format, std::string& out);
void print_line(FileFormat format, const Product& product, std::string& out);

}  // namespace qm::shop
