#include "QuickMart-backend/domain/stock_level.hpp"

namespace qm::shop {
namespace {

std::int64_t threshold_of(const Stock& stock, std::int64_t low_below) { return stock.low_below.value_or(low_below); }

// What was said last; of a stock of which nothing was, what it began with.
StockLevel said(const Stock& stock, std::int64_t low_below) {
  return stock.level.said.value_or(level_of(stock.initial, threshold_of(stock, low_below)));
}

}  // namespace

StockLevel level_of(std::int64_t available, std::int64_t low_below) noexcept {
  if (available <= 0) return StockLevel::out;
  return available < low_below ? StockLevel::low : StockLevel::enough;
}

std::string_view to_string(StockLevel level) noexcept {
  switch (level) {
    case StockLevel::out: return "out";
    case StockLevel::low: return "low";
    case StockLevel::enough: return "enough";
  }
  return "";
}

std::optional<StockLevel> parse_stock_level(std::string_view text) noexcept {
  for (const StockLevel level : {StockLevel::out, StockLevel::low, StockLevel::enough})
    if (to_string(level) == text) return level;
  return std::nullopt;
}

bool has_to_tell(const Stock& stock, std::int64_t low_below) {
  return stock.level.untold.has_value() ||
         said(stock, low_below) != level_of(stock.available, threshold_of(stock, low_below));
}

bool cross_level(Stock& stock, std::int64_t low_below, Timestamp now) {
  if (stock.level.untold) return false;
  const StockLevel from = said(stock, low_below);
  const StockLevel to = level_of(stock.available, threshold_of(stock, low_below));
  if (from == to) return false;
  stock.level.said = to;
  if (from == StockLevel::low && to == StockLevel::enough) return true;  // nobody asked
  stock.level.untold = to == StockLevel::out     ? StockCrossing::to_out
                       : from == StockLevel::out ? StockCrossing::back
                                                 : StockCrossing::to_low;
  ++stock.level.number;
  stock.level.crossed_at = now;
  return true;
}

std::optional<MerchantEvent> untold_event(const Stock& stock, std::int64_t low_below) {
  if (!stock.level.untold) return std::nullopt;
  MerchantEvent event;
  switch (*stock.level.untold) {
    case StockCrossing::to_low: event.type = MerchantEventType::stock_low; break;
    case StockCrossing::to_out: event.type = MerchantEventType::stock_out; break;
    case StockCrossing::back: event.type = MerchantEventType::stock_back; break;
  }
  // With the moment, as a stock that is counted anew begins its numbers anew.
  event.id = std::string{to_string(event.type)} + "." + stock.sku.str() + "." + std::to_string(stock.level.number) +
             "." + std::to_string(stock.level.crossed_at.time_since_epoch().count());
  event.at = stock.level.crossed_at;
  event.sku = stock.sku;
  event.available = stock.available;
  event.threshold = threshold_of(stock, low_below);
  return event;
}

}  // namespace qm::shop
