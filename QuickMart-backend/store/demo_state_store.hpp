// Which version of the demo data the shop was filled with, and when: set "demo", one record. Thread-safe.
#pragma once
#include <string>

#include "platform/kv/store.hpp"

namespace qm::shop {

struct DemoState {
  std::string version;       // of demo_data_version()
  Timestamp histories_at{};  // the moment the customers' histories are relative to
};

class DemoStateStore {
 public:
  explicit DemoStateStore(kv::Store& store) : store_(store) {}

  Task<Result<void>> put(DemoState state);
  Task<Result<DemoState>> get();  // NotFound before the first load

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
