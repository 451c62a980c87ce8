#include "QuickMart-backend/app/import_products.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "platform/core/join.hpp"
#include "platform/log/log.hpp"

namespace qm::shop {
namespace {

// Taken without a pause on a thread that serves others too: some milliseconds.
constexpr std::size_t kBatchLines = 64;
// A durable write waits for the disk; so many wait together.
constexpr std::size_t kWritesAtOnce = 32;
constexpr std::size_t kMaxCheckedSkus = 4'000'000;
// While it goes on. Many changes are not told one by one, and then every instance reads the whole catalog.
constexpr std::chrono::seconds kPublishEvery{1}, kPublishManyEvery{30};
constexpr auto kFewProducts = static_cast<std::size_t>(kMaxNotedChanges);

std::string joined_path(const std::vector<std::string>& loc) {
  std::string path;
  for (std::size_t i = 1; i < loc.size(); ++i) path += (i == 1 ? "" : ".") + loc[i];
  return path;
}

}  // namespace

// Touched on its own thread only, but for `source`, which the pool calls while the job waits for it.
struct ImportProducts::Job {
  ImportRequest request;
  ProductImport import;
  std::set<CategoryId> categories;
  ImportSource source;
  std::vector<ImportLine> ahead;  // read, and not yet of a batch
  bool at_end = false;
  // Of the batch under way; one slot each.
  std::vector<ImportLine> lines;
  std::vector<std::optional<StoredProduct>> known;
  std::size_t next = 0;
  std::optional<Error> trouble;
  std::unordered_map<std::string, std::string> owners;  // SKU → product, of the lines checked so far
  Timestamp published_at{};
  std::vector<ProductId> changed;  // and not yet published; one more than few stands for many
  std::vector<ProductId> touched;  // whether this run changed them or one that died before it could tell; likewise

  void note_fault(std::int64_t line, std::string field, std::string message) {
    if (import.faults.size() < kMaxImportFaults)
      import.faults.push_back({line, std::move(field), std::move(message)});
  }
  void note_bad(std::int64_t line, const Error& error) {
    ++import.bad_lines;
    if (error.faults.empty()) note_fault(line, {}, error.detail);
    for (const Fault& fault : error.faults) note_fault(line, joined_path(fault.loc), fault.msg);
  }
  void note(const WrittenProduct& written) {
    switch (written.outcome) {
      case ProductOutcome::created: ++import.created; break;
      case ProductOutcome::changed: ++import.changed; break;
      case ProductOutcome::unchanged: ++import.unchanged; break;
    }
    if (written.kept_quantities) ++import.quantities_kept;
  }
  void note_written(const ProductId& id, const WrittenProduct& written) {
    note(written);
    if (touched.size() <= kFewProducts) touched.push_back(id);
    if (written.outcome != ProductOutcome::unchanged && changed.size() <= kFewProducts) changed.push_back(id);
  }
};

Task<Result<ProductImport>> ImportProducts::get(ImportId id) {
  auto import = co_await uses_.imports.get(std::move(id));
  if (!import && import.error().kind == ErrorKind::NotFound) co_return not_found("There is no such import.");
  if (!import) co_return import.error();
  if (import->is_running() && uses_.clock.now() - import->updated_at > kImportSilence) {
    import->state = ImportState::interrupted;
    import->failure = "The process that ran it has ended. Start the import again: what is done is not done twice.";
  }
  co_return import;
}

Task<Result<ProductImport>> ImportProducts::start(ImportRequest request) {
  if (running_.fetch_add(1) >= kMaxImportsAtOnce) {
    running_.fetch_sub(1);
    co_return unavailable("Other imports are running; please try again later.", std::chrono::seconds{30});
  }
  const Timestamp now = uses_.clock.now();
  auto job = std::make_shared<Job>();
  job->import.id = ImportId::make(now);
  job->import.on_error = request.on_error;
  job->import.dry_run = request.dry_run;
  job->import.bytes = request.bytes;
  job->import.started_by = request.started_by;
  job->import.started_at = job->import.updated_at = job->published_at = now;
  job->request = std::move(request);
  auto noted = co_await uses_.imports.put(job->import);
  if (!noted) {
    running_.fetch_sub(1);
    co_return noted.error();
  }
  ProductImport begun = job->import;
  const Executor executor = co_await boost::asio::this_coro::executor;
  boost::asio::co_spawn(executor, work(*this, std::move(job)), boost::asio::detached);
  co_return begun;
}

Task<void> ImportProducts::work(ImportProducts& self, std::shared_ptr<Job> job) {
  std::string failure;
  try {
    auto done = co_await self.run(job);
    if (!done) failure = done.error().detail;
  } catch (const std::exception& broken) {
    log::error("an import failed", {{"import", job->import.id.str()}, {"error", broken.what()}});
    failure = "Something went wrong on our side.";
  }
  if (!failure.empty()) {
    job->import.state = ImportState::failed;
    job->import.failure = std::move(failure);
  }
  auto reported = co_await self.report(job);
  if (!reported) log::error("an import's end cannot be noted", {{"error", reported.error().detail}});
  log::info("import ended", {{"import", job->import.id.str()},
                             {"state", to_text(job->import.state)},
                             {"created", job->import.created},
                             {"changed", job->import.changed},
                             {"bad_lines", job->import.bad_lines}});
  self.running_.fetch_sub(1);
}

Task<Result<void>> ImportProducts::run(std::shared_ptr<Job> job) {
  auto categories = co_await uses_.store.categories();
  if (!categories) co_return categories.error();
  for (const Category& each : *categories) job->categories.insert(each.id);
  ProductImport& import = job->import;
  if (import.dry_run || import.on_error == OnBadLine::refuse) {
    auto checked = co_await pass(job, false);
    if (!checked) co_return checked.error();
    job->owners = {};
    const bool is_refused = import.bad_lines > 0 && import.on_error == OnBadLine::refuse;
    if (is_refused || import.dry_run) {
      import.state = is_refused ? ImportState::refused : ImportState::done;
      co_return Result<void>{};
    }
    import.created = import.changed = import.unchanged = import.quantities_kept = import.lines_read = 0;
  }
  import.state = ImportState::writing;
  auto written = co_await pass(job, true);
  // What was written shows, however the pass ended.
  auto published = co_await publish(std::move(job->touched));
  if (!written) co_return written.error();
  if (!published) co_return published.error();
  import.state = ImportState::done;
  co_return Result<void>{};
}

Task<Result<void>> ImportProducts::pass(std::shared_ptr<Job> job, bool writes) {
  job->at_end = false;
  auto open = [job] {
    job->source = job->request.open();
    return true;
  };
  auto opened = co_await uses_.pool.run(std::move(open));
  if (!opened) co_return opened.error();
  while (true) {
    auto done = co_await batch(job, writes);
    if (!done) co_return done.error();
    if (job->lines.empty()) co_return Result<void>{};
    if (job->import.lines_read > kMaxImportLines)
      co_return rejected("A file holds at most " + std::to_string(kMaxImportLines) + " products.");
    auto reported = co_await report(job);
    if (!reported) co_return reported.error();
    const auto pause = job->changed.size() <= kFewProducts ? kPublishEvery : kPublishManyEvery;
    if (job->changed.empty() || uses_.clock.now() - job->published_at < pause) continue;
    std::vector<ProductId> changed = std::exchange(job->changed, {});
    auto published = co_await publish(std::move(changed));
    if (!published) co_return published.error();
    job->published_at = uses_.clock.now();
  }
}

Task<Result<void>> ImportProducts::publish(std::vector<ProductId> products) {
  if (products.empty()) co_return Result<void>{};
  if (products.size() > kFewProducts) co_return co_await uses_.catalog.publish();
  co_return co_await uses_.catalog.publish(std::move(products));
}

// Reads lines of different products, so that they can be written at the same time, and takes them.
Task<Result<void>> ImportProducts::batch(std::shared_ptr<Job> job, bool writes) {
  if (job->ahead.size() < kBatchLines && !job->at_end) {
    auto read = [job] { return job->source(kBatchLines); };
    auto more = co_await uses_.pool.run(std::move(read));
    if (!more) co_return more.error();
    job->at_end = more->empty();
    for (ImportLine& line : *more) job->ahead.push_back(std::move(line));
  }
  job->lines.clear();
  std::set<ProductId> ids;
  std::size_t taken = 0;
  for (; taken < job->ahead.size() && taken < kBatchLines; ++taken) {
    const ProductId& id = job->ahead[taken].id;
    if (!id.empty() && !ids.insert(id).second) break;
    job->lines.push_back(std::move(job->ahead[taken]));
  }
  job->ahead.erase(job->ahead.begin(), job->ahead.begin() + static_cast<std::ptrdiff_t>(taken));

  std::vector<ProductId> wanted{ids.begin(), ids.end()};
  job->known.assign(job->lines.size(), std::nullopt);
  if (!wanted.empty()) {
    auto known = co_await uses_.store.stored_products(wanted);
    if (!known) co_return known.error();
    for (std::size_t i = 0; i < job->lines.size(); ++i) {
      const auto at = std::lower_bound(wanted.begin(), wanted.end(), job->lines[i].id);
      if (at != wanted.end() && *at == job->lines[i].id)
        job->known[i] = std::move((*known)[static_cast<std::size_t>(at - wanted.begin())]);
    }
  }
  job->next = 0;
  std::vector<Task<void>> tasks;
  for (std::size_t i = 0; i < std::min(kWritesAtOnce, job->lines.size()); ++i) tasks.push_back(take_lines(job, writes));
  co_await join_all(std::move(tasks));
  if (job->trouble) co_return *job->trouble;
  co_return Result<void>{};
}

Task<void> ImportProducts::take_lines(std::shared_ptr<Job> job, bool writes) {
  while (job->next < job->lines.size() && !job->trouble) {
    const std::size_t index = job->next++;
    auto taken = co_await take_line(job, index, writes);
    if (taken) continue;
    // What input causes is a bad line; anything else ends the import.
    const Error error = taken.error();
    const bool is_bad = error.kind == ErrorKind::Invalid || error.kind == ErrorKind::Rejected ||
                        error.kind == ErrorKind::Conflict || error.kind == ErrorKind::TooLarge;
    if (is_bad) job->note_bad(job->lines[index].line, error);
    else job->trouble = error;
  }
}

Task<Result<void>> ImportProducts::take_line(std::shared_ptr<Job> job, std::size_t index, bool writes) {
  ++job->import.lines_read;
  const ImportLine& line = job->lines[index];
  const StoredProduct* known = job->known[index] ? &*job->known[index] : nullptr;
  auto made = line.make(known);
  if (!made) co_return made.error();
  if (!job->categories.contains(made->category)) {
    std::vector<FieldFault> faults = faults_of(*made);
    faults.push_back({{"category"}, "there is no such category"});
    co_return invalid_fields(faults);
  }
  if (!writes) co_return co_await check(job, index, std::move(*made));
  // Most lines of a file that is imported again are as they shall be, which needs no second reading.
  WrittenProduct as_it_is;
  if (known != nullptr) {
    Product next = merge_product(*made, known, known->product.updated_at, as_it_is.kept_quantities);
    if (next == known->product) {
      job->note_written(line.id, as_it_is);
      co_return Result<void>{};
    }
  }
  ProductWrite write;
  write.product = std::move(*made);
  write.may_create = write.may_change = true;
  write.category_is_known = true;
  auto written = co_await uses_.edit.write(std::move(write));
  if (!written) co_return written.error();
  job->note_written(line.id, *written);
  co_return Result<void>{};
}

Task<Result<void>> ImportProducts::check(std::shared_ptr<Job> job, std::size_t index, Product wanted) {
  const StoredProduct* known = job->known[index] ? &*job->known[index] : nullptr;
  std::vector<FieldFault> faults = faults_of(wanted);
  WrittenProduct would_be;
  const Timestamp then = known == nullptr ? uses_.clock.now() : known->product.updated_at;
  Product next = merge_product(std::move(wanted), known, then, would_be.kept_quantities);
  std::vector<SkuId> fresh = new_skus(next, known);
  std::vector<SkuId> taken;
  for (const SkuId& sku : fresh) {
    const auto [owner, is_first] = job->owners.try_emplace(sku.str(), next.id.str());
    if (!is_first && owner->second != next.id.str()) taken.push_back(sku);
  }
  if (job->owners.size() > kMaxCheckedSkus)
    co_return unavailable("The file has too many SKUs to be checked as a whole.");
  if (taken.empty() && faults.empty()) {
    auto found = co_await uses_.claims.find_taken(next.id, fresh);
    if (!found) co_return found.error();
    taken = std::move(*found);
  }
  for (FieldFault& fault : faults_of_taken(next, taken)) faults.push_back(std::move(fault));
  if (!faults.empty()) co_return invalid_fields(faults);
  if (known == nullptr) would_be.outcome = ProductOutcome::created;
  else if (next != known->product) would_be.outcome = ProductOutcome::changed;
  job->note(would_be);
  co_return Result<void>{};
}

Task<Result<void>> ImportProducts::report(std::shared_ptr<Job> job) {
  job->import.updated_at = uses_.clock.now();
  co_return co_await uses_.imports.put(job->import);
}

}  // namespace qm::shop
