#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "QuickMart-backend/api/audit_api.hpp"
#include "QuickMart-backend/api/product_lines.hpp"
#include "QuickMart-backend/api/staff_catalog_api.hpp"

namespace qm::shop {

BOOST_DESCRIBE_ENUM(FileFormat, csv, jsonl)
BOOST_DESCRIBE_ENUM(OnBadLine, skip, refuse)
BOOST_DESCRIBE_ENUM(ImportState, checking, writing, done, refused, failed, interrupted)

namespace wire {

struct ImportAsked {
  std::optional<FileFormat> format;  // empty: as the Content-Type says
  OnBadLine on_error = OnBadLine::refuse;
  bool dry_run = false;
};
BOOST_DESCRIBE_STRUCT(ImportAsked, (), (format, on_error, dry_run))
inline auto constraints(const ImportAsked*) {
  return json::fields(json::field(&ImportAsked::on_error, json::defaulted()),
                      json::field(&ImportAsked::dry_run, json::defaulted()));
}

struct ExportAsked {
  FileFormat format = FileFormat::csv;
};
BOOST_DESCRIBE_STRUCT(ExportAsked, (), (format))
inline auto constraints(const ExportAsked*) {
  return json::fields(json::field(&ExportAsked::format, json::defaulted()));
}

struct OfImport {
  ImportId import_id;
};
BOOST_DESCRIBE_STRUCT(OfImport, (), (import_id))

struct BadLine {
  std::int64_t line = 0;
  std::string field;  // empty: the line as a whole
  std::string message;
};
BOOST_DESCRIBE_STRUCT(BadLine, (), (line, field, message))

struct ImportProgress {
  ImportId import_id;
  ImportState state = ImportState::checking;
  OnBadLine on_error = OnBadLine::skip;
  bool dry_run = false;
  std::int64_t bytes = 0;
  std::int64_t lines_read = 0;
  std::int64_t created = 0;
  std::int64_t changed = 0;
  std::int64_t unchanged = 0;
  std::int64_t quantities_kept = 0;
  std::int64_t bad_lines = 0;
  std::vector<BadLine> errors;  // the first ones
  std::optional<std::string> failure;
  std::string started_by;
  Timestamp started_at{};
  Timestamp updated_at{};
};
BOOST_DESCRIBE_STRUCT(ImportProgress, (),
                      (import_id, state, on_error, dry_run, bytes, lines_read, created, changed, unchanged,
                       quantities_kept, bad_lines, errors, failure, started_by, started_at, updated_at))

}  // namespace wire

namespace {

using http::Access;
using http::Answer;
using http::Call;
using http::None;

constexpr std::size_t kMaxImportBytes = std::size_t{1} << 30;
constexpr std::size_t kSpoolPieceBytes = 1024 * 1024;
constexpr std::size_t kExportPage = 200;
constexpr std::chrono::hours kUploadTimeout{1};

// A file without a name: it is gone with the last who holds it, and a crash leaves nothing behind.
class SpoolFile {
 public:
  // Throws std::runtime_error when there is no room for it.
  explicit SpoolFile(const std::string& directory) {
    std::filesystem::create_directories(directory);
    std::string name = directory + "/import-XXXXXX";
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ < 0) throw std::runtime_error("a file for an import cannot be made");
    ::unlink(name.c_str());
  }
  ~SpoolFile() { ::close(fd_); }
  SpoolFile(const SpoolFile&) = delete;

  bool append(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
  }
  // Opens the file anew, at its beginning.
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_ = -1;
};
using Spool = std::shared_ptr<SpoolFile>;

// The body as it comes, onto the disk; → how long it was.
Task<Result<std::int64_t>> spool_body(CpuPool& pool, Spool file, http::BodyParts parts) {
  std::int64_t bytes = 0;
  std::string piece;
  for (bool more = true; more;) {
    auto part = co_await parts();
    if (!part) co_return part.error();
    more = !part->empty();
    piece += *part;
    if (more && piece.size() < kSpoolPieceBytes) continue;
    bytes += static_cast<std::int64_t>(piece.size());
    auto append = [file, &piece] { return file->append(piece); };
    auto appended = co_await pool.run(std::move(append));
    if (!appended) co_return appended.error();
    if (!*appended) co_return unavailable("There is no room for the file.", std::chrono::seconds{60});
    piece.clear();
  }
  co_return bytes;
}

std::optional<FileFormat> format_of(const wire::ImportAsked& asked, std::string_view content_type) {
  if (asked.format) return asked.format;
  if (content_type.starts_with("text/csv")) return FileFormat::csv;
  for (const char* jsonl : {"application/x-ndjson", "application/jsonl", "application/json-lines"})
    if (content_type.starts_with(jsonl)) return FileFormat::jsonl;
  return std::nullopt;
}

wire::ImportProgress to_wire(ProductImport&& import) {
  wire::ImportProgress progress;
  progress.import_id = std::move(import.id);
  progress.state = import.state;
  progress.on_error = import.on_error;
  progress.dry_run = import.dry_run;
  progress.bytes = import.bytes;
  progress.lines_read = import.lines_read;
  progress.created = import.created;
  progress.changed = import.changed;
  progress.unchanged = import.unchanged;
  progress.quantities_kept = import.quantities_kept;
  progress.bad_lines = import.bad_lines;
  for (ImportFault& fault : import.faults)
    progress.errors.push_back({fault.line, std::move(fault.field), std::move(fault.message)});
  if (!import.failure.empty()) progress.failure = std::move(import.failure);
  progress.started_by = std::move(import.started_by);
  progress.started_at = import.started_at;
  progress.updated_at = import.updated_at;
  return progress;
}

using ImportCall = Call<None, wire::ImportAsked>;
using ImportAnswer = Answer<wire::ImportProgress>;

Task<Result<ImportAnswer>> take_file(StaffCatalogApp app, ImportCall call) {
  const auto format = format_of(call.query, call.request->header("content-type"));
  if (!format) co_return invalid({Fault{{"query", "format"}, "field required", "value_error.missing"}});
  const Spool file = std::make_shared<SpoolFile>(app.spool_dir);
  http::BodyParts parts = http::parts_of(*call.request);
  auto bytes = co_await spool_body(app.pool, file, std::move(parts));
  if (!bytes) co_return bytes.error();
  ImportRequest request;
  request.on_error = call.query.on_error;
  request.dry_run = call.query.dry_run;
  request.bytes = *bytes;
  request.started_by = call.principal().subject;
  request.open = [file, format = *format]() -> ImportSource {
    const auto lines = std::make_shared<ProductLines>(file->path(), format);
    return [lines](std::size_t limit) { return lines->next(limit); };
  };
  const std::string how = std::to_string(*bytes) + " bytes" + (request.dry_run ? ", a trial" : "");
  AuditEntry entry = audit_entry(*call.request, "product.import", {"product", "file"}, how);
  auto work = app.imports.start(std::move(request));
  std::function<std::string(const ProductImport&)> tell = [](const ProductImport& import) { return import.id.str(); };
  auto begun = co_await app.audit.around(std::move(entry), std::move(work), std::move(tell));
  if (!begun) co_return begun.error();
  ImportAnswer answer;
  answer.status = 202;
  answer.headers.emplace_back("Location", "/api/admin/imports/" + begun->id.str());
  answer.body = to_wire(std::move(*begun));
  co_return answer;
}

struct Export {
  EditProduct& products;
  FileFormat format;
  std::string cursor;
  bool begun = false;
  bool done = false;
};

// Page by page, as the caller takes them.
Task<Result<std::string>> export_part(std::shared_ptr<Export> state) {
  std::string part;
  if (!std::exchange(state->begun, true)) print_header(state->format, part);
  while (part.empty() && !state->done) {
    auto page = co_await state->products.page(state->cursor, kExportPage);
    if (!page) co_return page.error();
    for (const Product& product : page->products) print_line(state->format, product, part);
    state->cursor = std::move(page->cursor);
    state->done = state->cursor.empty();
  }
  co_return part;
}

http::EndpointInfo file_route(std::string name, std::string summary) {
  http::EndpointInfo info;
  info.name = std::move(name);
  info.summary = std::move(summary);
  info.tag = "admin";
  info.access = Access::Staff;
  info.errors = {403};
  return info;
}

}  // namespace

void add_product_file_routes(http::Api& api, StaffCatalogApp app) {
  http::EndpointInfo taken = file_route("import_products",
                                        "Takes a file of products, CSV or JSON lines, and imports it; 202");
  taken.streams_body = true;
  taken.max_body_bytes = kMaxImportBytes;
  taken.timeout_ms = kUploadTimeout;
  taken.errors = {403, 413, 503};
  api.post("/api/admin/products/import", std::move(taken),
           [app](ImportCall call) { return take_file(app, std::move(call)); });

  http::EndpointInfo progress = file_route("import_progress", "How far an import is, and its bad lines");
  progress.errors = {403, 404};
  ImportProducts& imports = app.imports;
  api.get("/api/admin/imports/{import_id}", std::move(progress),
          [&imports](Call<wire::OfImport> call) -> Task<Result<wire::ImportProgress>> {
            auto import = co_await imports.get(std::move(call.path.import_id));
            if (!import) co_return import.error();
            co_return to_wire(std::move(*import));
          });

  http::EndpointInfo exported = file_route("export_products", "All products as a file, CSV or JSON lines");
  exported.answer_type = "text/csv";
  EditProduct& products = app.products;
  api.get("/api/admin/products/export", std::move(exported),
          [&products](Call<None, wire::ExportAsked> call) -> Task<Result<http::Streamed>> {
            const bool is_csv = call.query.format == FileFormat::csv;
            auto state = std::make_shared<Export>(Export{products, call.query.format, {}});
            http::Streamed answer;
            answer.parts = [state] { return export_part(state); };
            answer.content_type = is_csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
            answer.headers.emplace_back("Content-Disposition", is_csv ? "attachment; filename=\"products.csv\""
                                                                      : "attachment; filename=\"products.jsonl\"");
            co_return answer;
          });
}

}  // namespace qm::shop
