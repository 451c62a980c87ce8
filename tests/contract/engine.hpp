// The engines of kv::Store, as the contract's cases see them. The cases know no engine; engines.cpp alone does.
#pragma once
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"

namespace qm::contract {

// An opened namespace of its own, empty at first, removed at the end.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual kv::Store& store() = 0;
  // Closes the namespace and opens it again. Only where EngineKind::keeps says so.
  virtual void reopen() = 0;
};

struct EngineKind {
  std::string name;
  bool keeps = false;          // what was acknowledged is there after reopen()
  // Times to live are measured by the given clock, not by the engine's own, which counts seconds.
  bool follows_clock = false;
  bool forgets_expired = false;  // remove() takes an expired record for none
  bool finds_in_order = false;
  bool finds_text_ranges = false;  // otherwise texts by equality only
  bool checks_sums = false;        // a sum over 64 bits is refused, otherwise it wraps
  std::string name_space = "contract";
  std::function<bool()> is_there = [] { return true; };  // otherwise its cases are skipped
  std::function<std::unique_ptr<Engine>(const Clock&)> make;  // the clock outlives the engine
};

// As a test's parameter an engine is called by its name.
inline void PrintTo(const EngineKind& kind, std::ostream* out) { *out << kind.name; }

std::vector<EngineKind> engines();

}  // namespace qm::contract
