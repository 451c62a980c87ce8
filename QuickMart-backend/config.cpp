#include "QuickMart-backend/config.hpp"

#include "platform/config/config.hpp"

namespace qm::shop {

int read_config(int argc, const char* const* argv, Config& config) {
  config::Options options{"quickmart-backend", "QuickMart's shop: catalog, accounts, coupons, orders."};
  service::add_service_options(options, config, "SHOP");
  options.text("jwt-secret", "JWT_SECRET", config.jwt_secret,
               "Secret that signs access tokens, at least 32 bytes; a public one in development when left out.");
  options.text("reco-engine-url", "RECO_ENGINE_URL", config.reco_engine_url, "Where RecoEngine answers.");
  options.integer("cart-abandon-after", "CART_ABANDON_AFTER_MIN", config.cart_abandon_after_min, 1, 43'200, "min",
                  "How long a cart is left filled before RecoEngine is told that it is abandoned.");
  options.text("demo-data-dir", "DEMO_DATA_DIR", config.demo_data_dir,
               "Directory of the demo data, loaded in development; empty: looked for beside the program.");
  return options.parse(argc, argv);
}

Result<void> complete_config(Config& config) {
  constexpr const char* kSetting = "JWT_SECRET (--jwt-secret)";
  if (auto completed = service::complete_config(static_cast<service::ServiceConfig&>(config)); !completed)
    return completed;
  if (config.demo_data_dir.empty()) config.demo_data_dir = service::find_beside_program("QuickMart-backend/data");
  if (config.production())
    return service::check_production_secret(config.jwt_secret, kDevelopmentJwtSecret, kSetting);
  if (config.jwt_secret.empty()) config.jwt_secret = kDevelopmentJwtSecret;
  if (config.jwt_secret.size() < service::kMinSecretBytes) {
    return rejected("JWT_SECRET (--jwt-secret) is too short: set one of at least 32 bytes, or none in development.");
  }
  return {};
}

}  // namespace qm::shop
