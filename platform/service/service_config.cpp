#include "platform/service/service_config.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "platform/core/id.hpp"
#include "platform/core/runtime.hpp"
#include "platform/service/cluster_nodes.hpp"

namespace qm::service {

void add_service_options(config::Options& options, ServiceConfig& config, const std::string& env_prefix) {
  options.text("address", env_prefix + "_ADDRESS", config.address, "Address to listen on.");
  options.integer("port", env_prefix + "_PORT", config.port, 0, 65'535, "", "Port to listen on; 0 takes any free one.");
  options.text("port-file", env_prefix + "_PORT_FILE", config.port_file,
               "File that receives the port once the service listens.");
  options.text("data-dir", env_prefix + "_DATA_DIR", config.data_dir, "Directory of everything the service keeps.");
  options.choice("store", env_prefix + "_STORE", config.store, {"rocksdb", "memory"}, "Engine of the embedded store.");
  options.integer("store-cache-mb", env_prefix + "_STORE_CACHE_MB", config.store_cache_mb, 8, 65'536, "MB",
                  "Memory for what the embedded store read from disk, at most; it grows with what is asked for.");
  options.text("namespace", "AEROSPIKE_NAMESPACE", config.name_space, "Namespace of the store.");
  options.text("aerospike-host", "AEROSPIKE_HOST", config.aerospike_host,
               "Nodes of an Aerospike cluster, host or host:port, separated by commas; empty: the embedded store.");
  options.integer("aerospike-port", "AEROSPIKE_PORT", config.aerospike_port, 1, 65'535, "",
                  "Port of the nodes that are named without one.");
  options.text("aerospike-user", "AEROSPIKE_USER", config.aerospike_user, "User to log in as; empty: none.");
  options.text("aerospike-password", "AEROSPIKE_PASSWORD", config.aerospike_password, "The user's password.");
  aerospike::TlsOptions& tls = config.aerospike_tls;
  options.flag("aerospike-tls", "AEROSPIKE_TLS", tls.enabled, "Speak TLS to the cluster (1 in the environment).");
  options.text("aerospike-tls-ca-file", "AEROSPIKE_TLS_CA_FILE", tls.ca_file,
               "PEM file of whom to trust for the nodes' certificates; empty: whom the system trusts.");
  options.text("aerospike-tls-cert-file", "AEROSPIKE_TLS_CERT_FILE", tls.certificate_file,
               "PEM file of the service's own certificate, where nodes ask for one.");
  options.text("aerospike-tls-key-file", "AEROSPIKE_TLS_KEY_FILE", tls.key_file, "PEM file of that one's key.");
  options.text("aerospike-tls-name", "AEROSPIKE_TLS_NAME", tls.server_name,
               "Name in the nodes' certificates; empty: the tls-name that they publish, or their host.");
  options.integer("threads", env_prefix + "_THREADS", config.threads, 0, 256, "", "Worker threads; 0: one per core.");
  options.integer("spin-us", env_prefix + "_SPIN_US", config.spin_us, 0, WorkerThreads::kMaxSpin.count(), "µs",
                  "How long a worker without work asks for more before it sleeps; above 0 only with a core for each.");
  options.choice("env", "NODE_ENV", config.env, {"development", "production"}, "Production insists on secrets.");
  options.choice("log-level", "LOG_LEVEL", config.log_level, {"debug", "info", "warn", "error"},
                 "Least severe line to log.");
  options.text("service-token", "SERVICE_TOKEN", config.service_token,
               "Secret shared by the two services, at least 32 bytes.");
  options.text(
      "cors-origins", "CORS_ORIGINS", config.cors_origins,
      "Origins that browsers may call from, separated by commas; empty: any in development, none in production.");
  options.text("swagger-dir", "SWAGGER_DIR", config.swagger_dir,
               "Directory with the files of swagger-ui-dist; empty: looked for beside the program.");
  options.milliseconds("drain-timeout", "DRAIN_TIMEOUT_MS", config.drain_timeout_ms, 0, 120'000,
                       "How long requests in flight may take after SIGTERM.");
  options.flag("healthcheck", "", config.healthcheck, "Ask the service on --port whether it lives, and exit 0 or 1.");
}

Result<void> check_production_secret(std::string_view secret, std::string_view development_secret,
                                     std::string_view setting) {
  if (secret.empty() || secret == development_secret)
    return rejected("Production needs a secret of its own: set " + std::string{setting} + ", at least 32 bytes.");
  if (secret.size() < kMinSecretBytes)
    return rejected(std::string{setting} + " is too short for production: set one of at least 32 bytes.");
  return {};
}

namespace {

Result<void> check_tls(const aerospike::TlsOptions& tls) {
  struct File {
    const char* setting;
    const std::string& path;
  };
  const File files[] = {{"AEROSPIKE_TLS_CA_FILE (--aerospike-tls-ca-file)", tls.ca_file},
                        {"AEROSPIKE_TLS_CERT_FILE (--aerospike-tls-cert-file)", tls.certificate_file},
                        {"AEROSPIKE_TLS_KEY_FILE (--aerospike-tls-key-file)", tls.key_file}};
  for (const File& file : files) {
    if (file.path.empty()) continue;
    if (!tls.enabled) return rejected(std::string{file.setting} + " is set, but AEROSPIKE_TLS (--aerospike-tls) not.");
    if (!std::ifstream{file.path}) return rejected(std::string{file.setting} + ": '" + file.path + "' cannot be read.");
  }
  if (tls.certificate_file.empty() != tls.key_file.empty())
    return rejected("AEROSPIKE_TLS_CERT_FILE and AEROSPIKE_TLS_KEY_FILE go together: set both or none.");
  return {};
}

}  // namespace

Result<void> complete_config(ServiceConfig& config) {
  if (config.threads == 0) config.threads = std::clamp<std::int64_t>(std::thread::hardware_concurrency(), 1, 256);
  if (config.swagger_dir.empty()) config.swagger_dir = find_beside_program("node_modules/swagger-ui-dist");
  if (!is_valid_id(config.name_space) || config.name_space.front() == '.')
    return rejected(
        "AEROSPIKE_NAMESPACE (--namespace) must be 1 to 128 letters, digits or _ and not begin with a dot.");
  if (config.on_cluster()) {
    auto nodes = parse_cluster_nodes(config.aerospike_host, static_cast<std::uint16_t>(config.aerospike_port));
    if (!nodes) return rejected("AEROSPIKE_HOST (--aerospike-host): " + nodes.error().detail);
    if (auto good = check_tls(config.aerospike_tls); !good) return good;
  }
  if (config.production())
    return check_production_secret(config.service_token, kDevelopmentServiceToken, "SERVICE_TOKEN (--service-token)");
  if (config.service_token.empty()) config.service_token = kDevelopmentServiceToken;
  return {};
}

std::vector<std::string> ServiceConfig::allowed_origins() const {
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
  fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (; folder.has_relative_path(); folder = folder.parent_path()) {
    if (fs::exists(folder / path, ignored)) return (folder / path).string();
  }
  return path;
}

}  // namespace qm::service
