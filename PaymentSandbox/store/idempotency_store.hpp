// What calls with an Idempotency-Key were answered: set "idempotency_key", id = the key's SHA-256, kept for a day.
// Thread-safe.
#pragma once
#include <optional>
#include <string>

#include "platform/kv/store.hpp"
#include "PaymentSandbox/domain/payment.hpp"

namespace qm::sandbox {

inline constexpr std::size_t kMaxIdempotencyKeyBytes = 255;
inline constexpr std::chrono::hours kKeepAnswer{24};

struct KeptAnswer {
  std::string fingerprint;             // of the request
  Payment payment;                     // as it then was
  std::optional<std::string> refusal;  // why the business refused, instead
};

class IdempotencyStore {
 public:
  explicit IdempotencyStore(kv::Store& store) : store_(store) {}

  // Nothing when the key is new.
  Task<Result<std::optional<KeptAnswer>>> find(std::string key);
  // The first one stays.
  Task<Result<void>> keep(std::string key, KeptAnswer answer);

 private:
  kv::Store& store_;
};

}  // namespace qm::sandbox
