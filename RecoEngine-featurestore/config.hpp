// RecoEngine's settings: the flags and environment variables that `reco-engine --help` lists.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/core/result.hpp"

namespace qm::reco {

struct Config {
  std::string address = "127.0.0.1";
  std::int64_t port = 8000;
  std::string port_file;
  std::string data_dir = "var/reco";
  std::string store = "rocksdb";
  std::string name_space = "churn_features";
  std::int64_t threads = 0;  // 0: one per core
  std::string env = "development";
  std::string log_level = "info";
  std::string service_token;  // empty: the development token, which production refuses
  std::string quickmart_api_url = "http://localhost:3010";
  std::string cors_origins;  // empty: any in development, none in production
  std::string swagger_dir;   // empty: looked for beside the program
  std::string nudge_rules;   // empty: looked for beside the program
  std::int64_t first_training_samples = 5'000;
  std::int64_t nudge_cool_down_h = 24;
  std::chrono::milliseconds drain_timeout_ms{10'000};
  bool healthcheck = false;

  bool production() const { return env == "production"; }
  std::vector<std::string> allowed_origins() const;
};

// → −1 and `config` filled, or the exit code.
int read_config(int argc, const char* const* argv, Config& config);
// A sentence that says what to set when the settings do not fit together. Never shows a secret.
Result<void> check_config(Config& config);

// A file of the repository or image: below the working directory or below a folder that holds the program. `path` as it
// is when it is nowhere.
std::string find_beside_program(const std::string& path);

}  // namespace qm::reco
