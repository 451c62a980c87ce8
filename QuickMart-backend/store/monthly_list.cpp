#include "QuickMart-backend/store/monthly_list.hpp"

#include <algorithm>
#include <cstdio>

#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kMonths = "months";  // "2026-11" → 1
constexpr const char* kIds = "ids";        // id → created at, in milliseconds
constexpr std::size_t kMaxKeysPerRead = 1'000;

// The keys of one month's things, newest first.
std::vector<kv::Key> newest_first(const kv::Record& month, const std::string& set) {
  std::vector<std::pair<std::int64_t, std::string>> newest;
  for (const auto& [id, at] : RecordFields{month}.map(kIds))
    if (const auto* ms = at.as<std::int64_t>()) newest.emplace_back(*ms, id);
  std::sort(newest.rbegin(), newest.rend());
  if (newest.size() > kMaxKeysPerRead) newest.resize(kMaxKeysPerRead);
  std::vector<kv::Key> keys;
  for (auto& each : newest) keys.push_back(kv::Key{set, std::move(each.second)});
  return keys;
}

}  // namespace

std::string month_of(Timestamp at) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(at)};
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()));
  return text;
}

Task<Result<void>> MonthlyList::put_entry(std::string id, std::string bin, std::string entry, std::int64_t value) {
  kv::Key key{list_set_, std::move(id)};
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::map_put(std::move(bin), std::move(entry), kv::Value{value}));
  kv::OperateOptions options;
  options.durable = false;  // what is listed is written next, and durable
  auto written = co_await store_.operate(std::move(key), std::move(ops), std::move(options));
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<void>> MonthlyList::add(std::string owner, std::string id, Timestamp at) {
  std::string month = month_of(at);
  std::string of_month = owner + "/" + month;  // no id has a slash
  auto listed = co_await put_entry(std::move(owner), kMonths, std::move(month), 1);
  if (!listed) co_return listed.error();
  const std::int64_t created_at = at.time_since_epoch().count();
  co_return co_await put_entry(std::move(of_month), kIds, std::move(id), created_at);
}

Task<Result<void>> MonthlyList::walk(std::string owner, Visit visit) {
  kv::Key key{list_set_, owner};
  auto record = co_await store_.get(std::move(key));
  if (!record) {
    if (record.error().kind == ErrorKind::NotFound) co_return Result<void>{};
    co_return record.error();
  }
  // Months sort as text, so going backwards meets the newest first and can stop early.
  const kv::Map months = RecordFields{*record}.map(kMonths);
  for (auto month = months.rbegin(); month != months.rend(); ++month) {
    auto more = co_await walk_month(owner, month->first, visit);
    if (!more) co_return more.error();
    if (!*more) break;
  }
  co_return Result<void>{};
}

Task<Result<bool>> MonthlyList::walk_month(std::string owner, std::string month, Visit visit) {
  kv::Key key{list_set_, owner + "/" + month};
  auto entries = co_await store_.get(std::move(key));
  if (!entries) {
    if (entries.error().kind == ErrorKind::NotFound) co_return true;
    co_return entries.error();
  }
  const std::vector<kv::Key> keys = newest_first(*entries, item_set_);
  auto records = co_await store_.get_many(keys);
  if (!records) co_return records.error();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!(*records)[i]) continue;
    auto more = visit(Item{keys[i].id, month, std::move(*(*records)[i])});
    if (!more || !*more) co_return more;
  }
  co_return true;
}

}  // namespace qm::shop
