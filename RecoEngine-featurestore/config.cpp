#include "RecoEngine-featurestore/config.hpp"

#include <filesystem>
#include <sstream>
#include <thread>

#include "contracts/service_token.hpp"
#include "platform/config/config.hpp"
#include "platform/core/id.hpp"

namespace qm::reco {

int read_config(int argc, const char* const* argv, Config& config) {
  config::Options options{"reco-engine", "RecoEngine: scores the risk that a customer leaves, says why, and picks a nudge."};
  options.text("address", "RECO_ADDRESS", config.address, "Address to listen on.");
  options.integer("port", "RECO_PORT", config.port, 0, 65'535, "", "Port to listen on; 0 takes any free one.");
  options.text("port-file", "RECO_PORT_FILE", config.port_file, "File that receives the port once the service listens.");
  options.text("data-dir", "RECO_DATA_DIR", config.data_dir, "Directory of the embedded store and of the models.");
  options.choice("store", "RECO_STORE", config.store, {"rocksdb", "memory"}, "Engine of the embedded store.");
  options.text("namespace", "AEROSPIKE_NAMESPACE", config.name_space, "Namespace of the store.");
  options.integer("threads", "RECO_THREADS", config.threads, 0, 256, "", "Worker threads; 0: one per core.");
  options.choice("env", "NODE_ENV", config.env, {"development", "production"}, "Production insists on secrets.");
  options.choice("log-level", "LOG_LEVEL", config.log_level, {"debug", "info", "warn", "error"}, "Least severe line to log.");
  options.text("service-token", "SERVICE_TOKEN", config.service_token,
               "Secret shared by the two services, at least 32 bytes.");
  options.text("quickmart-api-url", "QUICKMART_API_URL", config.quickmart_api_url, "Where coupons are assigned.");
  options.text("cors-origins", "CORS_ORIGINS", config.cors_origins,
               "Origins that browsers may call from, separated by commas; empty: any in development, none in production.");
  options.text("swagger-dir", "SWAGGER_DIR", config.swagger_dir, "Directory with the files of swagger-ui-dist.");
  options.text("nudge-rules", "NUDGE_RULES_FILE", config.nudge_rules, "The nudge rules; read again when the file changes.");
  options.integer("first-training-samples", "FIRST_TRAINING_SAMPLES", config.first_training_samples, 0, 100'000, "samples",
                  "Synthetic customers for the first model, in development; 0: wait for POST /train/start.");
  options.integer("nudge-cool-down", "NUDGE_COOL_DOWN_H", config.nudge_cool_down_h, 0, 8'760, "h",
                  "How long a customer keeps a rule's nudge before it may be sent anew.");
  options.milliseconds("drain-timeout", "DRAIN_TIMEOUT_MS", config.drain_timeout_ms, 0, 120'000,
                       "How long requests in flight may take after SIGTERM.");
  options.flag("healthcheck", "", config.healthcheck, "Ask the service on --port whether it lives, and exit 0 or 1.");
  const int code = options.parse(argc, argv);
  if (code < 0 && config.threads == 0) config.threads = std::clamp<std::int64_t>(std::thread::hardware_concurrency(), 1, 256);
  return code;
}

Result<void> check_config(Config& config) {
  if (!is_valid_id(config.name_space) || config.name_space.front() == '.') {
    return rejected("AEROSPIKE_NAMESPACE (--namespace) must be 1 to 128 letters, digits or _ and not begin with a dot.");
  }
  const bool is_default = config.service_token.empty() || config.service_token == contracts::kDevelopmentServiceToken;
  if (!config.production()) {
    if (is_default) config.service_token = contracts::kDevelopmentServiceToken;
    return {};
  }
  if (is_default) return rejected("Production needs a secret of its own: set SERVICE_TOKEN (--service-token), the same for both services.");
  if (config.service_token.size() < contracts::kMinServiceTokenBytes) {
    return rejected("SERVICE_TOKEN (--service-token) is too short for production: set one of at least 32 bytes.");
  }
  return {};
}

std::vector<std::string> Config::allowed_origins() const {
  std::vector<std::string> origins;
  std::stringstream list{cors_origins};
  for (std::string origin; std::getline(list, origin, ',');) {
    if (!origin.empty()) origins.push_back(origin);
  }
  if (origins.empty() && !production()) origins.emplace_back("*");
  return origins;
}

std::string find_beside_program(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (fs::exists(path, ignored)) return path;
  for (fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    if (fs::exists(folder / path, ignored)) return (folder / path).string();
  }
  return path;
}

}  // namespace qm::reco
