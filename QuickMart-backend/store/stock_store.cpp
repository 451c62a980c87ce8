#include "QuickMart-backend/store/stock_store.hpp"

#include <algorithm>
#include <array>

#include "QuickMart-backend/domain/idempotency_key.hpp"
#include "QuickMart-backend/domain/stock_level.hpp"
#include "QuickMart-backend/store/change_record.hpp"
#include "QuickMart-backend/store/record_fields.hpp"

namespace qm::shop {
namespace {

constexpr const char* kStockSet = "stock";
constexpr const char* kAvailable = "available";
constexpr const char* kReserved = "reserved";
constexpr std::size_t kStockPerPage = 500;

kv::Map encode_by_order(const std::map<std::string, std::int64_t>& quantities) {
  kv::Map map;
  for (const auto& [order, quantity] : quantities) map[order] = kv::Value{quantity};
  return map;
}

std::map<std::string, std::int64_t> decode_by_order(const kv::Map& map) {
  std::map<std::string, std::int64_t> quantities;
  for (const auto& [order, value] : map)
    if (const auto* quantity = value.as<std::int64_t>()) quantities[order] = *quantity;
  return quantities;
}

kv::List encode_adjustments(const std::vector<StockAdjustment>& adjustments) {
  kv::List list;
  for (const StockAdjustment& each : adjustments) {
    kv::Map fields;
    fields["id"] = each.id;
    fields["change"] = each.change;
    fields["reason"] = each.reason;
    fields["by"] = each.by;
    fields["at"] = to_value(each.at);
    list.emplace_back(std::move(fields));
  }
  return list;
}

std::vector<StockAdjustment> decode_adjustments(const kv::List& list) {
  std::vector<StockAdjustment> adjustments;
  for (const kv::Value& each : list) {
    const auto* map = each.as<kv::Map>();
    if (map == nullptr) continue;
    const RecordFields fields{*map};
    adjustments.push_back(
        {fields.text("id"), fields.integer("change"), fields.text("reason"), fields.text("by"), fields.time("at")});
  }
  return adjustments;
}

constexpr std::array<std::string_view, 3> kCrossings{"low", "out", "back"};  // as in StockCrossing

void encode_level(const StockLevelNote& level, kv::Bins& bins) {
  if (level.said) bins["level"] = std::string{to_string(*level.said)};
  if (level.number > 0) bins["level_number"] = level.number;
  if (level.untold) bins["level_untold"] = std::string{kCrossings[static_cast<std::size_t>(*level.untold)]};
  if (level.number > 0) bins["level_at"] = to_value(level.crossed_at);
}

StockLevelNote decode_level(const RecordFields& fields) {
  StockLevelNote level;
  level.said = parse_stock_level(fields.text("level"));
  level.number = fields.integer("level_number");
  const auto untold = std::ranges::find(kCrossings, fields.text("level_untold"));
  if (untold != kCrossings.end()) level.untold = static_cast<StockCrossing>(untold - kCrossings.begin());
  level.crossed_at = fields.time("level_at");
  return level;
}

kv::Bins encode_stock(const Stock& stock) {
  kv::Bins bins;
  bins["initial"] = stock.initial;
  bins["adjusted"] = stock.adjusted;
  bins["on_hand"] = stock.on_hand;
  bins[kAvailable] = stock.available;
  bins["sold"] = stock.sold;
  bins["restocked"] = stock.restocked;
  if (!stock.reserved.empty()) bins[kReserved] = encode_by_order(stock.reserved);
  if (!stock.adjustments.empty()) bins["adjustments"] = encode_adjustments(stock.adjustments);
  if (!stock.returned.empty()) bins["returned"] = encode_by_order(stock.returned);
  if (stock.low_below) bins["low_below"] = *stock.low_below;
  encode_level(stock.level, bins);
  return bins;
}

Stock decode_stock(const std::string& sku, const kv::Record& record) {
  const RecordFields fields{record};
  Stock stock;
  stock.sku = SkuId{sku};
  stock.initial = fields.integer("initial");
  stock.adjusted = fields.integer("adjusted");
  stock.on_hand = fields.integer("on_hand");
  stock.available = fields.integer(kAvailable);
  stock.sold = fields.integer("sold");
  stock.restocked = fields.integer("restocked");
  stock.reserved = decode_by_order(fields.map(kReserved));
  stock.adjustments = decode_adjustments(fields.list("adjustments"));
  stock.returned = decode_by_order(fields.map("returned"));
  stock.low_below = fields.maybe_integer("low_below");
  stock.level = decode_level(fields);
  return stock;
}

Stock fresh_stock(SkuId sku, std::int64_t quantity) {
  Stock stock;
  stock.sku = std::move(sku);
  stock.initial = stock.on_hand = stock.available = quantity;
  return stock;
}

Error too_few() { return {ErrorKind::Conflict, "There are not that many in stock."}; }

}  // namespace

Task<Result<Stock>> StockStore::get(SkuId sku) {
  kv::Key key{kStockSet, sku.str()};
  auto record = co_await store_.get(std::move(key));
  if (!record) co_return record.error();
  co_return decode_stock(sku.str(), *record);
}

Task<Result<void>> StockStore::begin(SkuId sku, std::int64_t quantity) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::CreateOnly;
  kv::Key key{kStockSet, sku.str()};
  kv::Bins bins = encode_stock(fresh_stock(std::move(sku), quantity));
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written && written.error().kind != ErrorKind::AlreadyExists) co_return written.error();
  co_return Result<void>{};
}

Task<Result<void>> StockStore::reset(SkuId sku, std::int64_t quantity) {
  kv::WriteOptions options;
  options.mode = kv::WriteMode::Replace;
  kv::Key key{kStockSet, sku.str()};
  kv::Bins bins = encode_stock(fresh_stock(std::move(sku), quantity));
  auto written = co_await store_.put(std::move(key), std::move(bins), options);
  if (!written) co_return written.error();
  co_return Result<void>{};
}

Task<Result<Stock>> StockStore::change(SkuId sku, Change change) {
  kv::Key key{kStockSet, sku.str()};
  Stock stock;
  RecordChange apply = [&](const kv::Record* record) -> Result<std::optional<kv::Bins>> {
    if (record == nullptr) return not_found("This product is not counted.");
    stock = decode_stock(sku.str(), *record);
    auto changed = change(stock);
    if (!changed) return changed.error();
    return *changed ? std::optional{encode_stock(stock)} : std::nullopt;
  };
  auto changed = co_await change_record(store_, std::move(key), std::move(apply),
                                        "This product is in too much demand; please try again.");
  if (!changed) co_return changed.error();
  co_return stock;
}

Task<Result<Stock>> StockStore::adjust(SkuId sku, StockAdjustment adjustment) {
  Change change = [&adjustment](Stock& stock) -> Result<bool> {
    const auto known = std::ranges::find(stock.adjustments, adjustment.id, &StockAdjustment::id);
    if (known != stock.adjustments.end()) {
      if (known->change == adjustment.change && known->reason == adjustment.reason) return false;
      return key_reused("adjustment");
    }
    if (stock.available + adjustment.change < 0) return too_few();
    stock.adjusted += adjustment.change;
    stock.on_hand += adjustment.change;
    stock.available += adjustment.change;
    stock.adjustments.push_back(adjustment);
    if (stock.adjustments.size() > kMaxAdjustments) stock.adjustments.erase(stock.adjustments.begin());
    return true;
  };
  co_return co_await this->change(std::move(sku), std::move(change));
}

Task<Result<void>> StockStore::reserve(SkuId sku, OrderId order, std::int64_t quantity) {
  kv::OperateOptions options;
  options.mode = kv::WriteMode::UpdateOnly;
  options.only_if.push_back(kv::Condition{kAvailable, kv::Compare::GreaterOrEqual, kv::Value{quantity}});
  std::vector<kv::Op> ops;
  ops.push_back(kv::Op::add(kAvailable, kv::Value{-quantity}));
  ops.push_back(kv::Op::map_put(kReserved, order.str(), kv::Value{quantity}));
  kv::Key key{kStockSet, sku.str()};
  auto done = co_await store_.operate(std::move(key), std::move(ops), std::move(options));
  if (done) co_return Result<void>{};
  if (done.error().kind == ErrorKind::ConditionFailed) co_return too_few();
  co_return done.error();
}

Task<Result<void>> StockStore::release(SkuId sku, OrderId order) {
  Change change = [&order](Stock& stock) -> Result<bool> {
    const auto at = stock.reserved.find(order.str());
    if (at == stock.reserved.end()) return false;
    stock.available += at->second;
    stock.reserved.erase(at);
    return true;
  };
  auto changed = co_await this->change(std::move(sku), std::move(change));
  if (!changed && changed.error().kind != ErrorKind::NotFound) co_return changed.error();
  co_return Result<void>{};
}

Task<Result<void>> StockStore::commit(SkuId sku, OrderId order) {
  Change change = [&order](Stock& stock) -> Result<bool> {
    const auto at = stock.reserved.find(order.str());
    if (at == stock.reserved.end()) return false;
    stock.on_hand -= at->second;
    stock.sold += at->second;
    stock.reserved.erase(at);
    return true;
  };
  auto changed = co_await this->change(std::move(sku), std::move(change));
  if (!changed) co_return changed.error();
  co_return Result<void>{};
}

Task<Result<void>> StockStore::put_back(SkuId sku, PutBack back, std::int64_t quantity) {
  Change change = [&back, quantity](Stock& stock) -> Result<bool> {
    if (!stock.returned.emplace(back.mark(), quantity).second) return false;
    stock.on_hand += quantity;
    stock.available += quantity;
    stock.restocked += quantity;
    return true;
  };
  auto changed = co_await this->change(std::move(sku), std::move(change));
  if (!changed) co_return changed.error();
  co_return Result<void>{};
}

Task<Result<void>> StockStore::forget_put_back(SkuId sku, PutBack back) {
  Change change = [&back](Stock& stock) -> Result<bool> { return stock.returned.erase(back.mark()) > 0; };
  auto changed = co_await this->change(std::move(sku), std::move(change));
  if (!changed) co_return changed.error();
  co_return Result<void>{};
}

Task<Result<Stock>> StockStore::set_low_below(SkuId sku, std::optional<std::int64_t> low_below) {
  Change change = [low_below](Stock& stock) -> Result<bool> {
    if (stock.low_below == low_below) return false;
    stock.low_below = low_below;
    return true;
  };
  co_return co_await this->change(std::move(sku), std::move(change));
}

Task<Result<Stock>> StockStore::cross_level(SkuId sku, std::int64_t low_below, Timestamp now) {
  Change change = [low_below, now](Stock& stock) -> Result<bool> {
    return qm::shop::cross_level(stock, low_below, now);
  };
  co_return co_await this->change(std::move(sku), std::move(change));
}

Task<Result<Stock>> StockStore::level_told(SkuId sku, std::int64_t number) {
  Change change = [number](Stock& stock) -> Result<bool> {
    if (stock.level.number != number || !stock.level.untold) return false;
    stock.level.untold.reset();
    return true;
  };
  co_return co_await this->change(std::move(sku), std::move(change));
}

Task<Result<StockPage>> StockStore::page(std::string cursor, std::size_t limit) {
  auto found = co_await store_.scan(kStockSet, std::move(cursor), limit);
  if (!found) co_return found.error();
  StockPage page;
  for (const kv::Entry& entry : found->entries) page.stocks.push_back(decode_stock(entry.key.id, entry.record));
  page.cursor = std::move(found->cursor);
  co_return page;
}

Task<Result<std::vector<Stock>>> StockStore::list() {
  std::vector<Stock> all;
  std::string cursor;
  do {
    auto found = co_await page(cursor, kStockPerPage);
    if (!found) co_return found.error();
    std::ranges::move(found->stocks, std::back_inserter(all));
    cursor = std::move(found->cursor);
  } while (!cursor.empty());
  co_return all;
}

}  // namespace qm::shop
