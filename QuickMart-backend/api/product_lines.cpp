#include "QuickMart-backend/api/product_lines.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "platform/json/parse.hpp"
#include "platform/json/print.hpp"
#include "QuickMart-backend/api/product_wire.hpp"

namespace qm::shop {
namespace {

enum class CellKind { text, json };
struct Column {
  const char* name;
  CellKind kind;
};
constexpr std::array kColumns{
    Column{"product_id", CellKind::text},     Column{"name", CellKind::text},
    Column{"description", CellKind::text},    Column{"category", CellKind::text},
    Column{"subcategory", CellKind::text},    Column{"brand", CellKind::text},
    Column{"price", CellKind::json},          Column{"original_price", CellKind::json},
    Column{"stock_quantity", CellKind::json}, Column{"is_featured", CellKind::json},
    Column{"is_active", CellKind::json},      Column{"rating", CellKind::json},
    Column{"review_count", CellKind::json},   Column{"tags", CellKind::json},
    Column{"images", CellKind::json},         Column{"specifications", CellKind::json},
    Column{"variants", CellKind::json},       Column{"created_at", CellKind::text},
};

const Column* find_column(std::string_view name) {
  const auto at = std::find_if(kColumns.begin(), kColumns.end(), [&](const Column& each) { return each.name == name; });
  return at == kColumns.end() ? nullptr : &*at;
}

Fault line_fault(std::string field, std::string message, std::string type) {
  Fault fault;
  fault.loc = {"body"};
  if (!field.empty()) fault.loc.push_back(std::move(field));
  fault.msg = std::move(message);
  fault.type = std::move(type);
  return fault;
}

ImportLine bad_line(std::int64_t line, std::vector<Fault> faults) {
  ImportLine bad;
  bad.line = line;
  bad.make = [error = invalid(std::move(faults))](const StoredProduct*) -> Result<Product> { return error; };
  return bad;
}

ImportLine bad_line(std::int64_t line, std::string field, std::string message) {
  std::vector<Fault> faults;
  faults.push_back(line_fault(std::move(field), std::move(message), "value_error"));
  return bad_line(line, std::move(faults));
}

ImportLine line_of(std::int64_t line, boost::json::object&& members) {
  const auto* id = members.if_contains("product_id");
  const auto* text = id == nullptr ? nullptr : id->if_string();
  if (text == nullptr) return bad_line(line, "product_id", "field required");
  auto parsed = ProductId::parse({text->data(), text->size()});
  if (!parsed) return bad_line(line, "product_id", parsed.error().detail);
  ImportLine good;
  good.line = line;
  good.id = std::move(*parsed);
  good.make = [id = good.id, members = std::move(members)](const StoredProduct* known) {
    return wire::patch_product(id, known == nullptr ? nullptr : &known->product, members);
  };
  return good;
}

// Spreadsheets write TRUE.
std::string lower_case_word(std::string cell) {
  const bool is_word = cell == "TRUE" || cell == "FALSE" || cell == "True" || cell == "False";
  if (is_word)
    for (char& c : cell) c = static_cast<char>(c | 0x20);
  return cell;
}

// → the fault, if it is none of what the column holds.
std::optional<Fault> read_cell(const Column& column, std::string cell, boost::json::object& members) {
  std::string json;
  if (column.kind == CellKind::json) json = lower_case_word(std::move(cell));
  else json::print_text(cell, json);
  auto value = json::parse_document(json);
  if (value) {
    members[column.name] = std::move(*value);
    return std::nullopt;
  }
  if (column.kind == CellKind::text) return line_fault(column.name, "the text is not UTF-8", "value_error.utf8");
  return line_fault(column.name, "the cell holds neither a number, true or false, nor a list or object of JSON",
                    "value_error.jsondecode");
}

template <class T>
std::string printed_cell(const std::optional<T>& value) {
  return value ? json::print(*value) : std::string{};
}

std::string cell_of(const wire::KeptProduct& product, std::string_view column) {
  if (column == "product_id") return product.product_id->str();
  if (column == "name") return product.name;
  if (column == "description") return product.description;
  if (column == "category") return product.category.str();
  if (column == "subcategory") return product.subcategory.value_or("");
  if (column == "brand") return product.brand;
  if (column == "price") return printed_cell(product.price);
  if (column == "original_price") return printed_cell(product.original_price);
  if (column == "stock_quantity") return json::print(product.stock_quantity);
  if (column == "is_featured") return json::print(product.is_featured);
  if (column == "is_active") return json::print(product.is_active);
  if (column == "rating") return json::print(product.rating);
  if (column == "review_count") return json::print(product.review_count);
  if (column == "tags") return json::print(product.tags);
  if (column == "images") return json::print(product.images);
  if (column == "specifications") return json::print(product.specifications);
  if (column == "variants") return json::print(product.variants);
  return product.created_at ? to_rfc3339(*product.created_at) : std::string{};
}

}  // namespace

ProductLines::ProductLines(const std::string& path, FileFormat format)
    : in_(path, std::ios::binary), format_(format) {
  if (!in_) throw std::runtime_error("the file of an import cannot be opened");
  if (format_ != FileFormat::csv) return;
  csv_.emplace(in_);
  read_header();
}

void ProductLines::read_header() {
  auto header = csv_->next();
  if (!header) {
    header_fault_ = bad_line(1, {}, "a CSV file begins with the names of its columns");
    return;
  }
  columns_ = std::move(header->fields);
  std::string fault = header->fault;
  for (const char* needed : {"product_id"})
    if (std::find(columns_.begin(), columns_.end(), needed) == columns_.end())
      fault = std::string{"there is no column "} + needed;
  for (const Column& each : kColumns)
    if (std::count(columns_.begin(), columns_.end(), each.name) > 1)
      fault = std::string{"there are two columns "} + each.name;
  if (!fault.empty()) header_fault_ = bad_line(header->line, {}, std::move(fault));
}

std::vector<ImportLine> ProductLines::next(std::size_t limit) {
  std::vector<ImportLine> lines;
  if (header_fault_) {  // no line can be understood
    ended_ = true;
    lines.push_back(std::move(*header_fault_));
    header_fault_.reset();
    return lines;
  }
  while (!ended_ && lines.size() < limit) {
    auto line = format_ == FileFormat::csv ? next_csv() : next_json();
    if (line) lines.push_back(std::move(*line));
    else ended_ = true;
  }
  return lines;
}

std::optional<ImportLine> ProductLines::next_csv() {
  auto record = csv_->next();
  if (!record) return std::nullopt;
  if (!record->fault.empty()) return bad_line(record->line, {}, std::move(record->fault));
  if (record->fields.size() != columns_.size())
    return bad_line(record->line, {}, "the line has " + std::to_string(record->fields.size()) + " fields, the first " +
                                          std::to_string(columns_.size()));
  boost::json::object members;
  std::vector<Fault> faults;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Column* column = find_column(columns_[i]);
    if (column == nullptr || record->fields[i].empty()) continue;
    if (auto fault = read_cell(*column, std::move(record->fields[i]), members)) faults.push_back(std::move(*fault));
  }
  if (!faults.empty()) return bad_line(record->line, std::move(faults));
  return line_of(record->line, std::move(members));
}

std::optional<ImportLine> ProductLines::next_json() {
  std::streambuf& bytes = *in_.rdbuf();
  constexpr int kEnd = std::char_traits<char>::eof();
  while (bytes.sgetc() != kEnd) {
    ++line_;
    std::string text;
    bool is_too_long = false;
    for (int c = bytes.sbumpc(); c != '\n' && c != kEnd; c = bytes.sbumpc()) {
      is_too_long = text.size() >= csv::kMaxRecordBytes;
      if (!is_too_long) text += static_cast<char>(c);
    }
    if (line_ == 1 && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    if (is_too_long) return bad_line(line_, {}, "the line is too long");
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    auto document = json::parse_document(text);
    if (!document) return bad_line(line_, document.error().faults);
    if (!document->is_object()) return bad_line(line_, {}, "the line is not an object");
    return line_of(line_, std::move(document->get_object()));
  }
  return std::nullopt;
}

void print_header(FileFormat format, std::string& out) {
  if (format != FileFormat::csv) return;
  std::vector<std::string> names;
  for (const Column& each : kColumns) names.emplace_back(each.name);
  csv::append(names, out);
}

void print_line(FileFormat format, const Product& product, std::string& out) {
  wire::KeptProduct kept = wire::to_kept(product);
  kept.updated_at.reset();
  if (format == FileFormat::jsonl) {
    json::print_to(kept, out);
    out += '\n';
    return;
  }
  std::vector<std::string> cells;
  for (const Column& each : kColumns) cells.push_back(cell_of(kept, each.name));
  csv::append(cells, out);
}

}  // namespace qm::shop
