// The payment sandbox's settings: the flags and environment variables that `payment-sandbox --help` lists.
#pragma once
#include <string>

#include "platform/service/service_config.hpp"

namespace qm::sandbox {

struct Config : service::ServiceConfig {
  Config() {
    port = 3020;
    data_dir = "var/payments";
    name_space = "payments";
  }

  std::string webhook_url;     // empty: nobody is told
  std::string webhook_secret;  // empty: the development one
};

// → −1 and `config` filled, or the exit code.
int read_config(int argc, const char* const* argv, Config& config);
// Fills in what was left open. Rejected, with a sentence that says what to set and shows no secret, when the settings
// do not fit together.
Result<void> complete_config(Config& config);

}  // namespace qm::sandbox
