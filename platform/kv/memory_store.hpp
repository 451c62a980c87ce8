// The store in memory, for tests: all of the port's meaning, none of its durability.
#pragma once
#include <memory>
#include <string>

#include "platform/kv/store.hpp"

namespace qm::kv {

// `clock` outlives the store.
std::unique_ptr<Store> make_memory_store(std::string name_space, const Clock& clock);

}  // namespace qm::kv
