// Whether the sandbox can reach its books.
#pragma once
#include "platform/kv/store.hpp"

namespace qm::sandbox {

class SandboxHealth {
 public:
  explicit SandboxHealth(kv::Store& store) : store_(store) {}

  Task<bool> is_well() {
    auto report = co_await store_.health();
    co_return report && report->health != kv::Health::Down;
  }

 private:
  kv::Store& store_;
};

}  // namespace qm::sandbox
