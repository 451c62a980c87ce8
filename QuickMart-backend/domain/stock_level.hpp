// Whether there is enough of a SKU, little, or none; and that each crossing from one to another is told once. Pure.
//
// A crossing is decided from the stock as it stands, so that what goes down and up again before anybody looked (a
// checkout that fails) is none. It is written into the stock with a number; its event's id follows from both, so it is
// one event, whoever tells it, however often. The next one is not decided before it was told.
#pragma once
#include "QuickMart-backend/domain/merchant_event.hpp"
#include "QuickMart-backend/domain/stock.hpp"

namespace qm::shop {

inline constexpr std::int64_t kLowStockBelow = 5;  // where nothing else is set

StockLevel level_of(std::int64_t available, std::int64_t low_below) noexcept;
std::string_view to_string(StockLevel level) noexcept;
std::optional<StockLevel> parse_stock_level(std::string_view text) noexcept;

// Whether cross_level() would change something, or something is untold.
bool has_to_tell(const Stock& stock, std::int64_t low_below);
// Brings the level up to what is available, and notes what there is to tell. → whether it changed anything.
bool cross_level(Stock& stock, std::int64_t low_below, Timestamp now);
// Of what is untold, if anything is. `low_below`: where the stock itself has none.
std::optional<MerchantEvent> untold_event(const Stock& stock, std::int64_t low_below);

}  // namespace qm::shop
