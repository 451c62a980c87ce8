#include "QuickMart-backend/app/shop_health.hpp"

namespace qm::shop {
namespace {

constexpr std::chrono::seconds kKeepFor{1};

}  // namespace

Task<ShopHealthReport> ShopHealth::measure() {
  const auto last = last_.load();
  if (last) {
    const auto age = clock_.now() - last->at;
    if (age < kKeepFor && age >= age.zero()) co_return *last;
    if (measuring_.exchange(true)) co_return *last;  // somebody is at it
  }
  struct Done {
    std::atomic<bool>& measuring;
    ~Done() { measuring = false; }
  } done{measuring_};
  ShopHealthReport fresh = co_await measure_anew();
  last_.store(std::make_shared<const ShopHealthReport>(fresh));
  co_return fresh;
}

Task<ShopHealthReport> ShopHealth::measure_anew() {
  ShopHealthReport report;
  auto store = co_await store_.health();
  if (store) {
    report.store = std::move(*store);
  } else {
    report.store.health = kv::Health::Down;
    report.store.detail = store.error().detail;
  }
  report.reco_engine_alive = co_await reco_.is_alive();
  report.at = clock_.now();
  co_return report;
}

}  // namespace qm::shop
