// The settings that every service of the platform has.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/aerospike/options.hpp"
#include "platform/config/config.hpp"
#include "platform/core/result.hpp"

namespace qm::service {

struct ServiceConfig {
  std::string address = "127.0.0.1";
  std::int64_t port = 0;
  std::string port_file;
  std::string data_dir;
  std::string store = "rocksdb";
  std::int64_t store_cache_mb = 256;
  std::string name_space;
  std::string aerospike_host;  // empty: the embedded store
  std::int64_t aerospike_port = 3000;
  std::string aerospike_user;
  std::string aerospike_password;
  aerospike::TlsOptions aerospike_tls;
  std::int64_t threads = 0;  // 0: one per core
  std::int64_t spin_us = 0;  // how long a worker without work asks for more before it sleeps
  std::string env = "development";
  std::string log_level = "info";
  std::string service_token;
  std::string cors_origins;
  std::string swagger_dir;
  std::chrono::milliseconds drain_timeout_ms{10'000};
  bool healthcheck = false;

  bool on_cluster() const { return !aerospike_host.empty() && store != "memory"; }
  bool production() const { return env == "production"; }
  // Any ("*") in development, none in production, unless `cors_origins` names some.
  std::vector<std::string> allowed_origins() const;
};

// Adds the options to the program's table; port, data directory and namespace take their defaults from `config`.
// `env_prefix` begins the environment variables of the program's own, as "RECO" in RECO_PORT. `config` outlives
// parse().
void add_service_options(config::Options& options, ServiceConfig& config, const std::string& env_prefix);

// So that the services find each other on a developer's machine with nothing configured. Production refuses it.
inline constexpr std::string_view kDevelopmentServiceToken = "development-only-service-token-not-a-secret";
// As above, for the webhooks that the payment sandbox sends to the shop.
inline constexpr std::string_view kDevelopmentWebhookSecret = "development-only-webhook-secret-not-a-secret";
inline constexpr std::size_t kMinSecretBytes = 32;

// Fills in what was left open. Rejected, with a sentence that says what to set and shows no secret, when the settings
// do not fit together.
Result<void> complete_config(ServiceConfig& config);

// For complete_config() of a program with secrets of its own: Rejected in production when `secret` is missing, the
// development one, or short. `setting` is what to set, as "JWT_SECRET (--jwt-secret)".
Result<void> check_production_secret(std::string_view secret, std::string_view development_secret,
                                     std::string_view setting);

// A file or folder of the repository or image: below the working directory, or below a folder that holds the program.
// `path` as it is when it is nowhere.
std::string find_beside_program(const std::string& path);

}  // namespace qm::service
