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
  options.milliseconds("order-lease", "ORDER_LEASE_MS", config.order_lease_ms, 500, 600'000,
                       "How long an order waits for the process that works on it before another takes it over.");
  options.choice("payment-gateway", "PAYMENT_GATEWAY", config.payment_gateway, {"auto", "local", "sandbox", "stripe"},
                 "Who moves the money: nobody (local: the sandbox's rules in this process), the payment sandbox's "
                 "process, Stripe; auto: the sandbox where PAYMENT_GATEWAY_URL is set, else local.");
  options.text("payment-gateway-url", "PAYMENT_GATEWAY_URL", config.payment_gateway_url,
               "Where the gateway answers; empty: http://localhost:3020 for the sandbox, https://api.stripe.com.");
  options.milliseconds("payment-timeout", "PAYMENT_TIMEOUT_MS", config.payment_timeout_ms, 100, 20'000,
                       "How long the gateway may take to answer.");
  options.text("payment-webhook-secret", "PAYMENT_WEBHOOK_SECRET", config.payment_webhook_secret,
               "Secret that the gateway's webhooks are signed with, at least 32 bytes; a public one in development.");
  options.integer("payment-webhook-tolerance", "PAYMENT_WEBHOOK_TOLERANCE_S", config.payment_webhook_tolerance_s, 1,
                  3'600, "s", "How far a webhook's time may lie from this machine's.");
  options.text("stripe-secret-key", "STRIPE_SECRET_KEY", config.stripe_secret_key,
               "Stripe's secret or restricted key (sk_…, rk_…), for the gateway stripe.");
  options.integer("low-stock-below", "LOW_STOCK_BELOW", config.low_stock_below, 0, 1'000'000, "pieces",
                  "Fewer of a SKU than this are low in stock, unless the SKU has a number of its own.");
  options.milliseconds("webhook-timeout-ms", "WEBHOOK_TIMEOUT_MS", config.webhook_timeout_ms, 100, 60'000,
                       "How long an endpoint of a webhook may take to answer.");
  options.milliseconds("webhook-first-pause-ms", "WEBHOOK_FIRST_PAUSE_MS", config.webhook_first_pause_ms, 10, 3'600'000,
                       "Pause after the first failed attempt of a webhook; each further one is four times as long.");
  return options.parse(argc, argv);
}

namespace {

// Fills in what the choice of the gateway leaves open, and checks what it needs.
Result<void> complete_payment_config(Config& config) {
  if (config.payment_gateway == "auto")
    config.payment_gateway = config.payment_gateway_url.empty() ? "local" : "sandbox";
  const bool is_stripe = config.payment_gateway == "stripe";
  if (config.payment_gateway == "local") {
    if (!config.payment_gateway_url.empty())
      return rejected("PAYMENT_GATEWAY is local, but PAYMENT_GATEWAY_URL (--payment-gateway-url) names another.");
    return {};
  }
  if (config.payment_gateway_url.empty())
    config.payment_gateway_url = is_stripe ? "https://api.stripe.com" : "http://localhost:3020";
  if (is_stripe && !config.stripe_secret_key.starts_with("sk_") && !config.stripe_secret_key.starts_with("rk_"))
    return rejected("The gateway stripe needs STRIPE_SECRET_KEY (--stripe-secret-key), as in sk_… or rk_….");
  if (is_stripe && config.production() && !config.payment_gateway_url.starts_with("https://"))
    return rejected("PAYMENT_GATEWAY_URL (--payment-gateway-url) must begin with https:// for Stripe in production.");
  constexpr const char* kSetting = "PAYMENT_WEBHOOK_SECRET (--payment-webhook-secret)";
  if (config.production())
    return service::check_production_secret(config.payment_webhook_secret, service::kDevelopmentWebhookSecret,
                                            kSetting);
  if (config.payment_webhook_secret.empty()) config.payment_webhook_secret = service::kDevelopmentWebhookSecret;
  if (config.payment_webhook_secret.size() < service::kMinSecretBytes)
    return rejected(std::string{kSetting} + " is too short: set one of at least 32 bytes, or none in development.");
  return {};
}

}  // namespace

Result<void> complete_config(Config& config) {
  constexpr const char* kSetting = "JWT_SECRET (--jwt-secret)";
  if (auto completed = service::complete_config(static_cast<service::ServiceConfig&>(config)); !completed)
    return completed;
  if (auto completed = complete_payment_config(config); !completed) return completed;
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
