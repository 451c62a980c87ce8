#include "QuickMart-backend/config.hpp"

#include "platform/security/jwt.hpp"

namespace qm::shop {
namespace {

// So that tokens stay valid over restarts on a developer's machine. Production refuses it.
constexpr std::string_view kDevelopmentJwtSecret = "development-only-jwt-secret-not-a-secret";

}  // namespace

int read_config(int argc, const char* const* argv, Config& config) {
  config::Options options{"quickmart-backend", "QuickMart: accounts, catalog, coupons and orders of the shop."};
  service::add_service_options(options, config, "QUICKMART");
  options.text("reco-engine-url", "RECO_ENGINE_URL", config.reco_engine_url, "Where customers' risk is scored.");
  options.text("jwt-secret", "JWT_SECRET", config.jwt_secret, "Key that signs access tokens, at least 32 bytes.");
  options.text("demo-data-dir", "DEMO_DATA_DIR", config.demo_data_dir, "Directory with the demo shop; development only.");
  options.integer("access-token-lifetime", "ACCESS_TOKEN_MIN", config.access_token_min, 1, 1'440, "min",
                  "How long an access token is valid.");
  return options.parse(argc, argv);
}

Result<void> complete_config(Config& config) {
  if (config.demo_data_dir.empty()) config.demo_data_dir = service::find_beside_program("QuickMart-backend/data");
  if (auto completed = service::complete_config(config); !completed) return completed;
  const std::string setting = "JWT_SECRET (--jwt-secret)";
  if (config.production()) return service::check_production_secret(config.jwt_secret, kDevelopmentJwtSecret, setting);
  if (config.jwt_secret.empty()) config.jwt_secret = kDevelopmentJwtSecret;
  if (config.jwt_secret.size() < security::kMinSecretBytes) return rejected(setting + " needs at least 32 bytes.");
  return {};
}

}  // namespace qm::shop
