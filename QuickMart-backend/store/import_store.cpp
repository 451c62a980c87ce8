#include "QuickMart-backend/store/import_store.hpp"

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kImportSet = "import";
constexpr std::chrono::seconds kKeepImports = std::chrono::days{30};

kv::Bins encode_import(const ProductImport& import) {
  kv::List faults;
  for (const ImportFault& fault : import.faults) {
    kv::Map fields;
    fields["line"] = fault.line;
    fields["field"] = fault.field;
    fields["message"] = fault.message;
    faults.emplace_back(std::move(fields));
  }
  kv::Bins bins;
  bins["state"] = std::string{to_text(import.state)};
  bins["refuses"] = import.on_error == OnBadLine::refuse;
  bins["dry_run"] = import.dry_run;
  bins["bytes"] = import.bytes;
  bins["lines_read"] = import.lines_read;
  bins["created"] = import.created;
  bins["changed"] = import.changed;
  bins["unchanged"] = import.unchanged;
  bins["kept"] = import.quantities_kept;
  bins["bad_lines"] = import.bad_lines;
  bins["faults"] = std::move(faults);
  bins["failure"] = import.failure;
  bins["started_by"] = import.started_by;
  bins["started_at"] = to_value(import.started_at);
  bins["updated_at"] = to_value(import.updated_at);
  return bins;
}

}  // namespace

Task<Result<void>> ImportStore::put(ProductImport import) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::Replace;
  options.ttl = kKeepImports;
  options.durable = false;  // a report; what it reports of is durable
  kv::Key key{kImportSet, import.id.str()};
  kv::Bins bins = encode_import(import);
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<ProductImport>> ImportStore::get(ImportId id) {
  kv::Key key{kImportSet, id.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  const RecordFields fields{*record};
  ProductImport import;
  import.id = std::move(id);
  import.state = parse_import_state(fields.text("state"));
  import.on_error = fields.flag("refuses") ? OnBadLine::refuse : OnBadLine::skip;
  import.dry_run = fields.flag("dry_run");
  import.bytes = fields.integer("bytes");
  import.lines_read = fields.integer("lines_read");
  import.created = fields.integer("created");
  import.changed = fields.integer("changed");
  import.unchanged = fields.integer("unchanged");
  import.quantities_kept = fields.integer("kept");
  import.bad_lines = fields.integer("bad_lines");
  for (const kv::Value& each : fields.list("faults")) {
    const auto* map = each.as<kv::Map>();
    if (map == nullptr) continue;
    const RecordFields fault{*map};
    import.faults.push_back({fault.integer("line"), fault.text("field"), fault.text("message")});
  }
  import.failure = fields.text("failure");
  import.started_by = fields.text("started_by");
  import.started_at = fields.time("started_at");
  import.updated_at = fields.time("updated_at");
  co_return import;
}

}  // namespace qm::shop
