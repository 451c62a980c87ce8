// What the routes of both services say of the service itself.
#pragma once
#include <string>

#include "platform/core/clock.hpp"
#include "platform/json/describe.hpp"

namespace qm::contracts {

// GET /
struct Greeting {
  std::string message;
  std::string version;
  std::string status;
};
BOOST_DESCRIBE_STRUCT(Greeting, (), (message, version, status))

// GET /health/live and /health/ready
struct Liveness {
  std::string status;  // "alive", "ready"
};
BOOST_DESCRIBE_STRUCT(Liveness, (), (status))

}  // namespace qm::contracts
