#include "QuickMart-backend/store/hourly_log.hpp"

#include <algorithm>
#include <charconv>

#include "QuickMart-backend/store/monthly_list.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kEntries = "entries";
constexpr std::size_t kEntriesPerPage = 500;
constexpr std::size_t kMaxHoursNoted = 10'000;

std::int64_t hour_of(Timestamp at) { return std::chrono::floor<std::chrono::hours>(at).time_since_epoch().count(); }
Timestamp hour_begins(std::int64_t hour) { return Timestamp{std::chrono::hours{hour}}; }
std::string hour_mark(const std::string& owner, std::int64_t hour) { return owner + "/" + std::to_string(hour); }

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string HourlyLog::Place::str() const { return std::to_string(at.time_since_epoch().count()) + "." + id; }

Result<HourlyLog::Place> HourlyLog::Place::parse(const std::string& text) {
  const auto dot = text.find('.');
  const auto ms = parse_number(std::string_view{text}.substr(0, dot));
  if (dot == std::string::npos || !ms) return rejected("This is no cursor of an answer before.");
  return Place{Timestamp{std::chrono::milliseconds{*ms}}, text.substr(dot + 1)};
}

Task<Result<void>> HourlyLog::open() { co_return co_await store_.ensure_index(set_, kHour, kv::IndexType::String); }

void HourlyLog::mark(const std::string& owner, Timestamp at, kv::Bins& bins) {
  bins[kHour] = hour_mark(owner, hour_of(at));
  bins[kAt] = to_value(at);
}

Task<Result<void>> HourlyLog::put_entry(std::string id, std::string entry) {
  kv::Key key{set_ + "_hours", std::move(id)};
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::map_put(kEntries, std::move(entry), kv::Value{1}));
  auto written = co_await store_.operate(std::move(key), std::move(ops));
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<void>> HourlyLog::note_hour(std::string owner, Timestamp at) {
  std::string mark = hour_mark(owner, hour_of(at));
  {
    std::lock_guard lock{mutex_};
    if (noted_.contains(mark)) co_return Result<void>{};
  }
  const std::string month = month_of(at);
  std::string of_month = owner + "/" + month;  // no id has a slash
  std::string hour = std::to_string(hour_of(at));
  auto noted = co_await put_entry(std::move(owner), month);
  if (!noted) co_return noted;
  noted = co_await put_entry(std::move(of_month), std::move(hour));
  if (!noted) co_return noted;
  std::lock_guard lock{mutex_};
  if (noted_.size() >= kMaxHoursNoted) noted_.clear();
  noted_.insert(std::move(mark));
  co_return noted;
}

Task<Result<void>> HourlyLog::add(std::string owner, std::string id, Timestamp at, kv::Bins bins,
                                  std::optional<std::chrono::seconds> ttl) {
  // First, as an hour without records is skipped, and a record without its hour would be lost.
  auto noted = co_await note_hour(owner, at);
  if (!noted) co_return noted;
  mark(owner, at, bins);
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  options.ttl = ttl;
  kv::Key key{set_, std::move(id)};
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<void>> HourlyLog::walk(std::string owner, Place from, Timestamp since, Visit visit) {
  kv::Key key{set_ + "_hours", owner};
  auto root = co_await store_.get(std::move(key));
  if (!root && root.error().kind == ErrorKind::NotFound) co_return Result<void>{};
  if (!root) co_return root.error();
  const kv::Map months = RecordFields{*root}.map(kEntries);
  const std::string first_month = from.at == Timestamp::max() ? "9999-99" : month_of(from.at);
  const std::string last_month = month_of(since);
  for (auto month = months.rbegin(); month != months.rend(); ++month) {
    if (month->first > first_month) continue;
    if (month->first < last_month) break;
    kv::Key of_month{set_ + "_hours", owner + "/" + month->first};
    auto record = co_await store_.get(std::move(of_month));
    if (!record && record.error().kind == ErrorKind::NotFound) continue;
    if (!record) co_return record.error();
    std::vector<std::int64_t> hours;
    for (const auto& [text, ignored] : RecordFields{*record}.map(kEntries))
      if (const auto hour = parse_number(text)) hours.push_back(*hour);
    std::sort(hours.rbegin(), hours.rend());
    for (const std::int64_t hour : hours) {
      if (hour_begins(hour) > from.at) continue;
      if (hour_begins(hour + 1) <= since) co_return Result<void>{};
      auto more = co_await walk_hour(owner, hour, from, since, visit);
      if (!more) co_return more.error();
      if (!*more) co_return Result<void>{};
    }
  }
  co_return Result<void>{};
}

Task<Result<bool>> HourlyLog::walk_hour(std::string owner, std::int64_t hour, Place from, Timestamp since,
                                        const Visit& visit) {
  const std::string mark = hour_mark(owner, hour);
  std::map<std::pair<Timestamp, std::string>, kv::Record> found;
  std::string cursor;
  do {
    kv::IndexRange range;
    range.low = range.high = mark;
    auto page = co_await store_.find(set_, kHour, std::move(range), std::move(cursor), kEntriesPerPage);
    if (!page) co_return page.error();
    for (kv::Entry& entry : page->entries) {
      std::pair place{RecordFields{entry.record}.time(kAt), std::move(entry.key.id)};
      const bool is_before = place.first < from.at || (place.first == from.at && place.second < from.id);
      if (is_before && place.first >= since) found.emplace(std::move(place), std::move(entry.record));
    }
    cursor = std::move(page->cursor);
  } while (!cursor.empty());
  for (auto each = found.rbegin(); each != found.rend(); ++each) {
    auto more = visit(Item{each->first.second, std::move(each->second)});
    if (!more || !*more) co_return more;
  }
  co_return true;
}

}  // namespace qm::shop
