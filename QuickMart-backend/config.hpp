// The shop's settings: the flags and environment variables that `quickmart-backend --help` lists.
#pragma once
#include <cstdint>
#include <string>

#include "platform/service/service_config.hpp"

namespace qm::shop {

struct Config : service::ServiceConfig {
  Config() {
    port = 3010;
    data_dir = "var/shop";
    name_space = "quick_mart";
  }

  std::string reco_engine_url = "http://localhost:8000";
  std::string jwt_secret;     // empty: the development secret, which production refuses
  std::string demo_data_dir;  // empty: looked for beside the program
  std::int64_t access_token_min = 30;
};

// → −1 and `config` filled, or the exit code.
int read_config(int argc, const char* const* argv, Config& config);
// Fills in what was left open. Rejected, with a sentence that says what to set, when the settings do not fit together.
Result<void> complete_config(Config& config);

}  // namespace qm::shop
