// RecoEngine's settings: the flags and environment variables that `reco-engine --help` lists.
#pragma once
#include <cstdint>
#include <string>

#include "platform/service/service_config.hpp"

namespace qm::reco {

struct Config : service::ServiceConfig {
  Config() {
    port = 8000;
    data_dir = "var/reco";
    name_space = "churn_features";
  }

  std::string tokenless = "loopback";  // in development
  std::string quickmart_api_url = "http://localhost:3010";
  std::string nudge_rules;  // empty: looked for beside the program
  std::int64_t first_training_samples = 5'000;
  std::int64_t nudge_cool_down_h = 24;
  std::int64_t event_keep_days = 900;
  std::int64_t event_late_days = 7;
  std::int64_t model_shadow_min_scores = 200;
};

// → −1 and `config` filled, or the exit code.
int read_config(int argc, const char* const* argv, Config& config);
// Fills in what was left open. Rejected, with a sentence that says what to set and shows no secret, when the settings
// do not fit together.
Result<void> complete_config(Config& config);

}  // namespace qm::reco
