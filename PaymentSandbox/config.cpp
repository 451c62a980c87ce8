#include "PaymentSandbox/config.hpp"

#include "platform/config/config.hpp"

namespace qm::sandbox {

int read_config(int argc, const char* const* argv, Config& config) {
  config::Options options{"payment-sandbox", "Payments without money, with trouble on demand: for tests and trials."};
  service::add_service_options(options, config, "PAYMENTS");
  options.text("webhook-url", "PAYMENT_WEBHOOK_URL", config.webhook_url,
               "Where the merchant is told of payments, http://host:port/path; empty: nobody is told.");
  options.text("webhook-secret", "PAYMENT_WEBHOOK_SECRET", config.webhook_secret,
               "Secret that signs webhooks, at least 32 bytes; a public one in development when left out.");
  return options.parse(argc, argv);
}

Result<void> complete_config(Config& config) {
  constexpr const char* kSetting = "PAYMENT_WEBHOOK_SECRET (--webhook-secret)";
  if (auto completed = service::complete_config(static_cast<service::ServiceConfig&>(config)); !completed)
    return completed;
  if (config.production() && !config.webhook_url.empty())
    return service::check_production_secret(config.webhook_secret, service::kDevelopmentWebhookSecret, kSetting);
  if (config.webhook_secret.empty()) config.webhook_secret = service::kDevelopmentWebhookSecret;
  if (config.webhook_secret.size() < service::kMinSecretBytes)
    return rejected(std::string{kSetting} + " is too short: set one of at least 32 bytes, or none in development.");
  return {};
}

}  // namespace qm::sandbox
