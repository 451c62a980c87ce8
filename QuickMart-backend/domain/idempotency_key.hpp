// The name that a caller gives to a request that must not happen twice.
#pragma once
#include <string>

#include "platform/core/error.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxIdempotencyKeyBytes = 255;

// The fault of a key that named something else before. `what`: such as "checkout".
inline Error key_reused(const char* what) {
  Fault fault;
  fault.loc = {"header", "idempotency-key"};
  fault.msg = std::string{"this key was used for another "} + what + "; use a new one";
  fault.type = "value_error.reused";
  std::vector<Fault> faults;
  faults.push_back(std::move(fault));
  return invalid(std::move(faults));
}

}  // namespace qm::shop
