// The secret by which the services know each other (Authorization: Bearer …).
#pragma once
#include <string_view>

namespace qm::contracts {

// So that both services find each other on a developer's machine with nothing configured. Production refuses it.
inline constexpr std::string_view kDevelopmentServiceToken = "development-only-service-token-not-a-secret";
inline constexpr std::size_t kMinServiceTokenBytes = 32;

}  // namespace qm::contracts
