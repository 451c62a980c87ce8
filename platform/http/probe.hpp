// Asks a service on this machine whether it lives: what a container's health check runs.
#pragma once
#include <chrono>
#include <cstdint>

namespace qm::http {

// GET http://127.0.0.1:`port`/health/live, blocking. → whether the answer was 200 within `timeout_ms`.
bool probe_health(std::uint16_t port, std::chrono::milliseconds timeout_ms = std::chrono::milliseconds{2'000});

}  // namespace qm::http
