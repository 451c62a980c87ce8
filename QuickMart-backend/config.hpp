// The shop's settings: the flags and environment variables that `quickmart-backend --help` lists.
#pragma once
#include <string>
#include <string_view>

#include "platform/service/service_config.hpp"

namespace qm::shop {

// Signs access tokens on a developer's machine with nothing configured, so that they outlive a restart. It is public:
// production refuses it.
inline constexpr std::string_view kDevelopmentJwtSecret = "development-only-jwt-secret-not-a-secret";

struct Config : service::ServiceConfig {
  Config() {
    port = 3010;
    data_dir = "var/shop";
    name_space = "quick_mart";
  }

  std::string jwt_secret;     // empty: the development one
  std::string reco_engine_url = "http://localhost:8000";
  std::int64_t cart_abandon_after_min = 30;
  std::int64_t low_stock_below = 5;
  std::chrono::milliseconds webhook_timeout_ms{10'000};
  std::chrono::milliseconds webhook_first_pause_ms{10'000};
  std::string demo_data_dir;  // empty: looked for beside the program
  std::chrono::milliseconds order_lease_ms{30'000};
  std::string payment_gateway = "auto";  // complete_config() makes of it: local, sandbox, stripe
  std::string payment_gateway_url;       // empty: the gateway's usual one
  std::string payment_webhook_secret;    // empty: the development one, or no webhooks
  std::string stripe_secret_key;
  std::chrono::milliseconds payment_timeout_ms{3'000};
  std::int64_t payment_webhook_tolerance_s = 300;
};

// → −1 and `config` filled, or the exit code.
int read_config(int argc, const char* const* argv, Config& config);
// Fills in what was left open. Rejected, with a sentence that says what to set and shows no secret, when the settings
// do not fit together.
Result<void> complete_config(Config& config);

}  // namespace qm::shop
