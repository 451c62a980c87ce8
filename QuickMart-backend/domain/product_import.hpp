// An import of products from a file: what was asked, and how far it is. Plain values.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"

namespace qm::shop {

struct ImportTag {
  static constexpr const char* prefix = "imp";
};
using ImportId = Id<ImportTag>;

inline constexpr std::size_t kMaxImportFaults = 100;      // named; all are counted
inline constexpr std::int64_t kMaxImportLines = 1'000'000;  // products in one file

enum class OnBadLine { skip, refuse };
enum class ImportState {
  checking,     // reads the file for the first time; nothing is written yet
  writing,
  done,
  refused,      // bad lines, and the whole was to be refused; nothing was written
  failed,       // by trouble, as `failure` says; what was written stays, and the import can be begun again
  interrupted,  // its process ended; as failed
};

struct ImportFault {
  std::int64_t line = 0;  // of the file, from 1, where the record begins
  std::string field;      // "variants.0.sku"; empty: the line as a whole
  std::string message;
  friend bool operator==(const ImportFault&, const ImportFault&) = default;
};

struct ProductImport {
  ImportId id;
  OnBadLine on_error = OnBadLine::skip;
  bool dry_run = false;  // checks, and counts what would be; writes nothing
  ImportState state = ImportState::checking;
  std::int64_t bytes = 0;       // of the file
  std::int64_t lines_read = 0;  // records, of the pass under way
  std::int64_t created = 0, changed = 0, unchanged = 0;
  std::int64_t quantities_kept = 0;  // known products whose line gave another quantity, which an import does not change
  std::int64_t bad_lines = 0;
  std::vector<ImportFault> faults;  // the first ones
  std::string failure;
  std::string started_by;  // account
  Timestamp started_at{};
  Timestamp updated_at{};
  friend bool operator==(const ProductImport&, const ProductImport&) = default;

  bool is_running() const noexcept { return state == ImportState::checking || state == ImportState::writing; }
};

const char* to_text(ImportState state) noexcept;
ImportState parse_import_state(const std::string& text) noexcept;  // failed for one that is unknown

}  // namespace qm::shop
