#include "QuickMart-backend/store/stock_store.hpp"

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

kv::Bins encode_stock(const Stock& stock) {
  kv::Bins bins;
  bins["initial"] = stock.initial;
  bins["adjusted"] = stock.adjusted;
  bins["on_hand"] = stock.on_hand;
  bins[kAvailable] = stock.available;
  bins["sold"] = stock.sold;
  bins["restocked"] = stock.restocked;
  if (!stock.reserved.empty()) bins[kReserved] = encode_by_order(stock.reserved);
  if (!stock.returned.empty()) bins["returned"] = encode_by_order(stock.returned);
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
  stock.returned = decode_by_order(fields.map("returned"));
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

Task<Result<Stock>> StockStore::adjust(SkuId sku, std::int64_t by) {
  Change change = [by](Stock& stock) -> Result<bool> {
    if (stock.available + by < 0) return too_few();
    stock.adjusted += by;
    stock.on_hand += by;
    stock.available += by;
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

Task<Result<void>> StockStore::put_back(SkuId sku, OrderId order, std::int64_t quantity) {
  Change change = [&order, quantity](Stock& stock) -> Result<bool> {
    if (!stock.returned.emplace(order.str(), quantity).second) return false;
    stock.on_hand += quantity;
    stock.available += quantity;
    stock.restocked += quantity;
    return true;
  };
  auto changed = co_await this->change(std::move(sku), std::move(change));
  if (!changed) co_return changed.error();
  co_return Result<void>{};
}

Task<Result<void>> StockStore::forget_put_back(SkuId sku, OrderId order) {
  Change change = [&order](Stock& stock) -> Result<bool> { return stock.returned.erase(order.str()) > 0; };
  auto changed = co_await this->change(std::move(sku), std::move(change));
  if (!changed) co_return changed.error();
  co_return Result<void>{};
}

Task<Result<std::vector<Stock>>> StockStore::list() {
  std::vector<Stock> all;
  std::string cursor;
  do {
    auto page = co_await store_.scan(kStockSet, cursor, kStockPerPage);
    if (!page) co_return page.error();
    for (const kv::Entry& entry : page->entries) all.push_back(decode_stock(entry.key.id, entry.record));
    cursor = page->cursor;
  } while (!cursor.empty());
  co_return all;
}

}  // namespace qm::shop
