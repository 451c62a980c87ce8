#include "QuickMart-backend/api/idempotency_key.hpp"

#include "QuickMart-backend/domain/idempotency_key.hpp"

namespace qm::shop {

Result<std::string> idempotency_key_of(const http::Request& request, const char* what) {
  const std::string_view key = request.header("idempotency-key");
  if (!key.empty() && key.size() <= kMaxIdempotencyKeyBytes) return std::string{key};
  Fault fault;
  fault.loc = {"header", "idempotency-key"};
  fault.msg = "ensure this has at most 255 characters";
  if (key.empty())
    fault.msg = std::string{"field required: a text of your own that names this "} + what + ", such as a UUID";
  fault.type = key.empty() ? "value_error.missing" : "value_error.any_str.max_length";
  std::vector<Fault> faults;
  faults.push_back(std::move(fault));
  return invalid(std::move(faults));
}

}  // namespace qm::shop
