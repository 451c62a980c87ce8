// How the shop itself is, and whether RecoEngine answers it.
#pragma once
#include <atomic>
#include <memory>

#include "platform/core/clock.hpp"
#include "platform/core/snapshot.hpp"
#include "platform/kv/store.hpp"
#include "QuickMart-backend/clients/reco_client.hpp"

namespace qm::shop {

struct ShopHealthReport {
  kv::HealthReport store;
  bool reco_engine_alive = false;
  Timestamp at{};  // when it was measured
};

// Measures at most once a second, so that asking costs nothing: callers in between get the last report. Thread-safe.
class ShopHealth {
 public:
  ShopHealth(kv::Store& store, RecoClient& reco, const Clock& clock) : store_(store), reco_(reco), clock_(clock) {}

  // A store that cannot be asked is reported as down.
  Task<ShopHealthReport> measure();

 private:
  Task<ShopHealthReport> measure_anew();

  kv::Store& store_;
  RecoClient& reco_;
  const Clock& clock_;
  Snapshot<ShopHealthReport> last_;
  std::atomic<bool> measuring_{false};
};

}  // namespace qm::shop
