#include "platform/kv/memory_store.hpp"

#include <mutex>

#include "platform/kv/deadline.hpp"
#include "platform/kv/index.hpp"
#include "platform/kv/record_change.hpp"

namespace qm::kv {

namespace {

class MemoryStore final : public Store {
 public:
  MemoryStore(std::string name_space, const Clock& clock) : name_space_(std::move(name_space)), clock_(clock) {}

  Task<Result<Record>> get(Key key, std::vector<std::string> bins, ReadOptions options) override {
    if (is_past(options.deadline)) co_return past_deadline();
    if (auto good = check_names(key); !good) co_return good.error();
    auto record = read(key);
    if (!record) co_return not_found("There is no such record.");
    select_bins(*record, bins);
    co_return std::move(*record);
  }

  Task<Result<std::vector<std::optional<Record>>>> get_many(std::vector<Key> keys, ReadOptions options) override {
    if (is_past(options.deadline)) co_return past_deadline();
    if (keys.size() > kMaxBatchKeys) co_return Error{ErrorKind::TooLarge, "At most 1000 keys are read at once."};
    if (auto good = check_names(keys); !good) co_return good.error();
    std::vector<std::optional<Record>> records;
    for (const auto& key : keys) records.push_back(read(key));
    co_return records;
  }

  Task<Result<bool>> exists(Key key, ReadOptions options) override {
    if (is_past(options.deadline)) co_return past_deadline();
    if (auto good = check_names(key); !good) co_return good.error();
    co_return read(key).has_value();
  }

  Task<Result<std::uint32_t>> put(Key key, Bins bins, WriteOptions options) override {
    auto changed = write(Change::put(std::move(key), std::move(bins), options));
    if (!changed) co_return changed.error();
    co_return changed->generation;
  }

  Task<Result<std::vector<Result<std::uint32_t>>>> put_many(std::vector<Put> puts) override {
    if (auto good = check_puts(puts); !good) co_return good.error();
    std::vector<Result<std::uint32_t>> results;
    results.reserve(puts.size());
    for (Put& each : puts) {
      auto changed = write(Change::put(std::move(each.key), std::move(each.bins), each.options));
      if (changed) results.emplace_back(changed->generation);
      else results.emplace_back(changed.error());
    }
    co_return results;
  }

  Task<Result<Operated>> operate(Key key, std::vector<Op> ops, OperateOptions options) override {
    auto changed = write(Change::operate(std::move(key), std::move(ops), std::move(options)));
    if (!changed) co_return changed.error();
    Operated operated;
    operated.results = std::move(changed->results);
    operated.generation = changed->generation;
    co_return operated;
  }

  Task<Result<bool>> remove(Key key, WriteOptions options) override {
    auto changed = write(Change::remove(std::move(key), options));
    if (!changed) co_return changed.error();
    co_return changed->existed;
  }

  Task<Result<Page>> scan(std::string set, std::string cursor, std::size_t limit, ReadOptions options) override {
    if (is_past(options.deadline)) co_return past_deadline();
    if (auto good = check_set(set); !good) co_return good.error();
    Page page;
    std::lock_guard lock{mutex_};
    const auto now = clock_.now();
    auto at = cursor.empty() ? records_.lower_bound(Key{set, ""}) : records_.upper_bound(Key{set, cursor});
    for (; at != records_.end() && at->first.set == set; ++at) {
      if (!is_live(at->second, now)) continue;
      if (page.entries.size() == std::clamp<std::size_t>(limit, 1, kMaxPageRecords)) {
        page.cursor = page.entries.back().key.id;
        break;
      }
      page.entries.push_back({at->first, at->second});
    }
    co_return page;
  }

  Task<Result<Page>> find(std::string set, std::string bin, IndexRange range, std::string cursor, std::size_t limit,
                          ReadOptions options) override {
    if (is_past(options.deadline)) co_return past_deadline();
    const auto type = indexes_.find(set, bin);
    if (!type) co_return not_found("There is no index on '" + bin + "' of '" + set + "'.");
    std::map<std::string, Entry> ordered;  // by index_entry()
    {
      std::lock_guard lock{mutex_};
      const auto now = clock_.now();
      for (auto at = records_.lower_bound(Key{set, ""}); at != records_.end() && at->first.set == set; ++at) {
        if (!is_live(at->second, now) || !lies_in(*type, at->second, bin, range)) continue;
        const auto bytes = index_bytes(*type, at->second.bins.at(bin));
        ordered.emplace(index_entry(*bytes, at->first.id), Entry{at->first, at->second});
      }
    }
    Page page;
    std::string last;
    for (auto at = ordered.upper_bound(cursor); at != ordered.end(); ++at) {
      if (page.entries.size() == std::clamp<std::size_t>(limit, 1, kMaxPageRecords)) {
        page.cursor = last;
        break;
      }
      last = at->first;
      page.entries.push_back(std::move(at->second));
    }
    co_return page;
  }

  Task<Result<void>> ensure_index(std::string set, std::string bin, IndexType type) override {
    if (auto good = check_set(set); !good) co_return good.error();
    if (auto good = check_bin(bin); !good) co_return good.error();
    auto declared = indexes_.declare(set, bin, type);
    if (!declared) co_return declared.error();
    co_return Result<void>{};
  }

  Task<Result<HealthReport>> health() override { co_return HealthReport{Health::Ok, "memory", ""}; }

  Task<Result<Stats>> stats() override {
    Stats stats{.name_space = name_space_};
    std::lock_guard lock{mutex_};
    for (const auto& [key, record] : records_) {
      if (stats.sets.empty() || stats.sets.back().set != key.set) stats.sets.push_back({key.set, 0, 0});
      ++stats.sets.back().records;
      stats.sets.back().bytes += static_cast<std::int64_t>(key.id.size() + size_of(record.bins));
    }
    co_return stats;
  }

 private:
  std::optional<Record> read(const Key& key) const {
    std::lock_guard lock{mutex_};
    const auto found = records_.find(key);
    if (found == records_.end() || !is_live(found->second, clock_.now())) return std::nullopt;
    return found->second;
  }

  Result<Changed> write(const Change& change) {
    if (is_past(change.deadline)) return past_deadline();
    if (auto good = check_names(change); !good) return good.error();
    std::lock_guard lock{mutex_};
    const auto found = records_.find(change.key);
    auto changed = apply(found == records_.end() ? std::nullopt : std::optional{found->second}, change, clock_.now());
    if (!changed || !changed->written) return changed;
    if (changed->record) {
      records_[change.key] = *changed->record;
    } else if (found != records_.end()) {
      records_.erase(found);
    }
    return changed;
  }

  const std::string name_space_;
  const Clock& clock_;
  IndexCatalog indexes_;
  mutable std::mutex mutex_;
  std::map<Key, Record> records_;
};

}  // namespace

std::unique_ptr<Store> make_memory_store(std::string name_space, const Clock& clock) {
  return std::make_unique<MemoryStore>(std::move(name_space), clock);
}

}  // namespace qm::kv
