#include "QuickMart-backend/app/tell_stock.hpp"

namespace qm::shop {
namespace {

constexpr int kMaxCrossings = 3;  // of one look: what comes then is the next look's

}  // namespace

Task<Result<void>> TellStock::run(Stock seen) {
  for (int i = 0; i < kMaxCrossings && has_to_tell(seen, low_below_); ++i) {
    auto crossed = co_await uses_.stock.cross_level(seen.sku, low_below_, uses_.clock.now());
    if (!crossed) co_return crossed.error();
    seen = std::move(*crossed);
    auto event = untold_event(seen, low_below_);
    if (!event) continue;
    auto noted = co_await uses_.events.note(std::move(*event));
    if (!noted) co_return noted;
    auto told = co_await uses_.stock.level_told(seen.sku, seen.level.number);
    if (!told) co_return told.error();
    seen = std::move(*told);
  }
  co_return Result<void>{};
}

}  // namespace qm::shop
