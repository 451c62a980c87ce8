#include "QuickMart-backend/api/stock_api.hpp"

#include <boost/describe.hpp>

#include "platform/json/describe.hpp"
#include "platform/security/password.hpp"
#include "QuickMart-backend/api/audit_api.hpp"
#include "QuickMart-backend/api/idempotency_key.hpp"

namespace qm::shop {
namespace wire {

struct StockAdjustment {
  std::string adjustment_id;
  std::int64_t change = 0;
  std::string reason;
  std::string by;
  Timestamp at{};
};
BOOST_DESCRIBE_STRUCT(StockAdjustment, (), (adjustment_id, change, reason, by, at))

// available + what is reserved = on_hand; initial + adjusted = on_hand + sold − restocked.
struct Stock {
  std::string sku;
  std::int64_t available = 0;
  std::int64_t on_hand = 0;
  std::int64_t initial = 0;
  std::int64_t adjusted = 0;
  std::int64_t sold = 0;
  std::int64_t restocked = 0;
  std::map<std::string, std::int64_t> reserved;  // by order id
  std::vector<StockAdjustment> adjustments;      // the last ones, oldest first
  std::optional<std::int64_t> low_below;         // its own; left out: the shop's
};
BOOST_DESCRIBE_STRUCT(Stock, (),
                      (sku, available, on_hand, initial, adjusted, sold, restocked, reserved, adjustments, low_below))

struct StockList {
  std::vector<Stock> stock;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(StockList, (), (stock, cursor))

struct StockPaging {
  std::int64_t limit = 100;
  std::optional<std::string> cursor;  // of the answer before
};
BOOST_DESCRIBE_STRUCT(StockPaging, (), (limit, cursor))
inline auto constraints(const StockPaging*) {
  return json::fields(json::field(&StockPaging::limit, json::defaulted(), json::range(1, 500)),
                      json::field(&StockPaging::cursor, json::length(1, 1'024)));
}

struct BySku {
  SkuId sku;
};
BOOST_DESCRIBE_STRUCT(BySku, (), (sku))

struct NewThreshold {
  std::optional<std::int64_t> low_below;  // left out: the shop's
};
BOOST_DESCRIBE_STRUCT(NewThreshold, (), (low_below))
inline auto constraints(const NewThreshold*) {
  return json::fields(json::field(&NewThreshold::low_below, json::range(0, 1'000'000)));
}

struct NewAdjustment {
  std::int64_t change = 0;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(NewAdjustment, (), (change, reason))
inline auto constraints(const NewAdjustment*) {
  return json::fields(json::field(&NewAdjustment::change, json::range(-1e9, 1e9)),
                      json::field(&NewAdjustment::reason, json::length(1, 200)));
}

}  // namespace wire

namespace {

using http::Call;
using http::None;

constexpr std::size_t kAdjustmentIdDigits = 26;

http::EndpointInfo stock_staff(std::string name, std::string summary, std::vector<int> errors) {
  http::EndpointInfo info;
  info.name = std::move(name);
  info.summary = std::move(summary);
  info.tag = "admin";
  info.access = http::Access::Staff;
  info.errors = std::move(errors);
  return info;
}

wire::Stock to_wire(const Stock& stock) {
  wire::Stock out{stock.sku.str(),  stock.available, stock.on_hand,   stock.initial,
                  stock.adjusted, stock.sold,      stock.restocked, stock.reserved, {}, stock.low_below};
  for (const StockAdjustment& each : stock.adjustments)
    out.adjustments.push_back({each.id, each.change, each.reason, each.by, each.at});
  return out;
}

}  // namespace

void add_stock_routes(http::Api& api, StaffStock& stock, Audit& audit, const Clock& clock) {
  api.get("/api/admin/stock", stock_staff("admin_stock", "Stock that is counted, in no particular order", {403}),
          [&stock](Call<None, wire::StockPaging> call) -> Task<Result<wire::StockList>> {
            std::string cursor = std::move(call.query.cursor).value_or("");
            auto page = co_await stock.page(std::move(cursor), static_cast<std::size_t>(call.query.limit));
            if (!page) co_return page.error();
            wire::StockList out;
            for (const Stock& each : page->stocks) out.stock.push_back(to_wire(each));
            if (!page->cursor.empty()) out.cursor = std::move(page->cursor);
            co_return out;
          });
  api.get("/api/admin/stock/{sku}",
          stock_staff("admin_stock_of", "Stock of one SKU, with its reservations", {403, 404}),
          [&stock](Call<wire::BySku> call) -> Task<Result<wire::Stock>> {
            auto found = co_await stock.get(std::move(call.path.sku));
            if (!found) co_return found.error();
            co_return to_wire(*found);
          });
  api.post("/api/admin/stock/{sku}/adjust",
           stock_staff("adjust_stock", "Counts up or down, with a reason, once per Idempotency-Key", {403, 404, 409}),
           [&stock, &audit, &clock](Call<wire::BySku, None, wire::NewAdjustment> call) -> Task<Result<wire::Stock>> {
             auto key = idempotency_key_of(*call.request, "adjustment");
             if (!key) co_return key.error();
             StockAdjustment adjustment;
             adjustment.id = "adj_" + security::sha256_hex({call.path.sku.str(), *key}).substr(0, kAdjustmentIdDigits);
             adjustment.change = call.body.change;
             adjustment.reason = std::move(call.body.reason);
             adjustment.by = call.principal().subject;
             adjustment.at = clock.now();
             AuditEntry entry = audit_entry(*call.request, "stock.adjust", {"stock", call.path.sku.str()},
                                            std::to_string(adjustment.change) + ": " + adjustment.reason);
             auto work = stock.adjust(std::move(call.path.sku), std::move(adjustment));
             std::function<std::string(const Stock&)> tell = [](const Stock& now) {
               return "available: " + std::to_string(now.available);
             };
             auto adjusted = co_await audit.around(std::move(entry), std::move(work), std::move(tell));
             if (!adjusted) co_return adjusted.error();
             co_return to_wire(*adjusted);
           });
  api.put("/api/admin/stock/{sku}/threshold",
          stock_staff("set_stock_threshold", "Of how few on a SKU is low in stock: the events stock.low tell of it",
                      {403, 404}),
          [&stock, &audit](Call<wire::BySku, None, wire::NewThreshold> call) -> Task<Result<wire::Stock>> {
            const auto low_below = call.body.low_below;
            AuditEntry entry = audit_entry(*call.request, "stock.threshold", {"stock", call.path.sku.str()},
                                           low_below ? "low below " + std::to_string(*low_below) : "as the shop's");
            auto work = stock.set_low_below(std::move(call.path.sku), low_below);
            auto set = co_await audit.around(std::move(entry), std::move(work));
            if (!set) co_return set.error();
            co_return to_wire(*set);
          });
}

}  // namespace qm::shop
