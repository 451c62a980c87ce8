// The payment sandbox's composition root.
#include "PaymentSandbox/api/authenticator.hpp"
#include "PaymentSandbox/api/fault_api.hpp"
#include "PaymentSandbox/api/health_api.hpp"
#include "PaymentSandbox/api/payment_api.hpp"
#include "PaymentSandbox/app/send_webhooks.hpp"
#include "PaymentSandbox/clients/http_merchant_client.hpp"
#include "PaymentSandbox/config.hpp"
#include "platform/http/probe.hpp"
#include "platform/log/log.hpp"
#include "platform/service/service_host.hpp"

namespace qm::sandbox {
namespace {

constexpr const char* kProgram = "payment-sandbox";

service::Identity identity() {
  service::Identity identity;
  identity.program = kProgram;
  identity.title = "Payment sandbox";
  identity.about = "Payments without money, with trouble on demand.";
  return identity;
}

// As the merchant is a program that may be restarted at any moment, it is asked again soon.
jobs::QueueOptions queue_options() {
  jobs::QueueOptions options;
  options.poll_ms = std::chrono::milliseconds{100};  // delayed webhooks are due between wake-ups
  return options;
}

metrics::Family counter(const char* name, const char* help, std::int64_t value) {
  metrics::Family family;
  family.name = name;
  family.help = help;
  family.kind = metrics::Kind::Counter;
  metrics::Sample sample;
  sample.value = static_cast<double>(value);
  family.samples.push_back(std::move(sample));
  return family;
}

class PaymentSandbox {
 public:
  PaymentSandbox(service::ServiceHost& host, const Config& config)
      : host_(host),
        config_(config),
        ledger_(host.store()),
        answers_(host.store()),
        health_(host.store()),
        payments_(ledger_, host.clock(), teller()),
        calls_(payments_, ledger_, answers_, faults_) {
    if (config.webhook_url.empty()) return;
    merchant_ = std::make_unique<HttpMerchantClient>(config.webhook_url, config.webhook_secret, host.clock());
    webhooks_ = std::make_unique<SendWebhooks>(host.queue(), *merchant_, ledger_, faults_, host.clock());
  }

  void prepare() {
    auto opened = host_.finish(ledger_.open());
    if (!opened) throw std::runtime_error("the books cannot be opened: " + opened.error().detail);
    if (!webhooks_) return;
    host_.queue().handle(SendWebhooks::kJobKind, [this](const jobs::Job& job) { return webhooks_->handle(job); });
    auto owed = host_.finish(webhooks_->owe_recent());
    if (!owed) log::warn("recent webhooks could not be queued", {{"error", owed.error().detail}});
  }

  void add_routes() {
    http::Api& api = host_.api();
    api.authenticate_with(make_authenticator(config_.service_token));
    add_payment_routes(api, calls_, payments_);
    add_fault_routes(api, faults_);
    add_health_route(api, health_, service::version());
  }

  void add_metrics() {
    if (!webhooks_) return;
    host_.metrics().add_source([this] {
      std::vector<metrics::Family> families;
      families.push_back(counter("payments_webhooks_sent_total", "Webhooks that were taken.", webhooks_->sent()));
      families.push_back(
          counter("payments_webhooks_dropped_total", "Webhooks dropped on purpose.", webhooks_->dropped()));
      return families;
    });
  }

 private:
  SandboxPayments::Tell teller() {
    return [this](Payment payment, PaymentEvent event) -> Task<Result<void>> {
      if (!webhooks_) co_return Result<void>{};
      co_return co_await webhooks_->owe(std::move(payment), std::move(event));
    };
  }

  service::ServiceHost& host_;
  const Config& config_;
  PaymentLedger ledger_;
  IdempotencyStore answers_;
  Faults faults_;
  SandboxHealth health_;
  std::unique_ptr<HttpMerchantClient> merchant_;  // null: nobody is told
  std::unique_ptr<SendWebhooks> webhooks_;        // as above
  SandboxPayments payments_;
  PaymentCalls calls_;
};

int run(int argc, const char* const* argv) {
  Config config;
  if (const int code = read_config(argc, argv, config); code >= 0) return code;
  if (config.healthcheck) return http::probe_health(static_cast<std::uint16_t>(config.port)) ? 0 : 1;
  if (auto completed = complete_config(config); !completed) throw std::runtime_error(completed.error().detail);
  service::ServiceHost host{identity(), config, queue_options()};
  PaymentSandbox sandbox{host, config};
  sandbox.prepare();
  sandbox.add_routes();
  sandbox.add_metrics();
  return host.serve();
}

}  // namespace
}  // namespace qm::sandbox

int main(int argc, char** argv) {
  return qm::service::run_program(qm::sandbox::kProgram, [&] { return qm::sandbox::run(argc, argv); });
}
