// Whether the service can do its work.
#pragma once
#include <memory>

#include "RecoEngine-featurestore/app/champion.hpp"
#include "RecoEngine-featurestore/app/nudge_rules.hpp"
#include "platform/kv/store.hpp"

namespace qm::reco {

// unhealthy: nothing can be stored or read. degraded: no model, no rules, or a store that is not whole.
enum class HealthStatus { healthy, degraded, unhealthy };

struct HealthFigures {
  HealthStatus status = HealthStatus::unhealthy;
  kv::HealthReport store;
  std::shared_ptr<const ServedModel> model;  // nullptr: none
  std::size_t rules = 0;
  Timestamp rules_loaded_at{};
  Timestamp at{};
};

// Thread-safe.
class ServiceHealth {
 public:
  // All of them outlive it.
  ServiceHealth(kv::Store& store, const Champion& champion, const NudgeRules& rules, const Clock& clock)
      : store_(store), champion_(champion), rules_(rules), clock_(clock) {}

  // Never fails: a store that does not answer is Down.
  Task<HealthFigures> run();

 private:
  kv::Store& store_;
  const Champion& champion_;
  const NudgeRules& rules_;
  const Clock& clock_;
};

}  // namespace qm::reco
