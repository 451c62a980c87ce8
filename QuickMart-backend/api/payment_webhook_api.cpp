#include "QuickMart-backend/api/payment_webhook_api.hpp"

#include <algorithm>
#include <array>

#include "contracts/payment.hpp"
#include "platform/json/parse.hpp"
#include "platform/security/webhook_signature.hpp"
#include "QuickMart-backend/api/stripe_event.hpp"

namespace qm::shop {
namespace wire {

struct ByProvider {
  std::string provider;
};
BOOST_DESCRIBE_STRUCT(ByProvider, (), (provider))

struct WebhookReceipt {
  bool received = true;
  bool duplicate = false;  // it had been dealt with before
};
BOOST_DESCRIBE_STRUCT(WebhookReceipt, (), (received, duplicate))

}  // namespace wire

namespace {

constexpr std::size_t kMaxWebhookBytes = 256 * 1024;
constexpr const char* kStripeSignatureHeader = "Stripe-Signature";

constexpr std::array<std::pair<std::string_view, PaymentEventKind>, 6> kSandboxTypes{
    {{"payment.authorised", PaymentEventKind::authorised},
     {"payment.declined", PaymentEventKind::declined},
     {"payment.captured", PaymentEventKind::captured},
     {"payment.cancelled", PaymentEventKind::cancelled},
     {"payment.refunded", PaymentEventKind::refunded},
     {"payment.disputed", PaymentEventKind::disputed}}};

Result<PaymentEvent> parse_sandbox_event(const std::string& body) {
  auto said = json::parse<contracts::PaymentEvent>(body, "body");
  if (!said) return said.error();
  PaymentEvent event;
  event.provider = "sandbox";
  event.id = std::move(said->id);
  for (const auto& [type, kind] : kSandboxTypes)
    if (type == said->type) event.kind = kind;
  auto order = OrderId::parse(said->payment.payment_id);
  if (!order) return order.error();
  event.order = std::move(*order);
  const std::string& code = said->payment.currency;
  event.amount = Money{said->refund ? said->refund->amount_minor : said->payment.amount_minor,
                       code.size() == 3 ? Currency{code} : Currency{}};
  event.is_ours = said->refund && said->refund->refund_id.starts_with(contracts::kShopsRefunds);
  return event;
}

// 400 without a word on what was wrong with it: that would help only who tries.
Result<void> check(const http::Request& request, const PaymentWebhooks& webhooks, Timestamp now) {
  const char* header = webhooks.provider == "stripe" ? kStripeSignatureHeader : contracts::kPaymentSignatureHeader;
  const auto verdict = security::check_webhook(webhooks.secret, request.header(header), request.body, now,
                                               webhooks.tolerance);
  if (verdict != security::SignatureVerdict::good) return rejected("The webhook's signature is not valid.");
  return {};
}

}  // namespace

void add_payment_webhook_routes(http::Api& api, ReceivePaymentEvent& receive, PaymentWebhooks webhooks,
                                const Clock& clock) {
  http::EndpointInfo info;
  info.name = "payment_webhook";
  info.summary = "What a payment gateway tells of its own accord; signed";
  info.tag = "payments";
  info.errors = {400, 404, 503};
  info.max_body_bytes = kMaxWebhookBytes;
  api.post("/api/payments/webhooks/{provider}", std::move(info),
           [&receive, &clock, webhooks = std::move(webhooks)](http::Call<wire::ByProvider> call)
               -> Task<Result<wire::WebhookReceipt>> {
             if (webhooks.provider.empty() || call.path.provider != webhooks.provider)
               co_return not_found("There is no such payment gateway here.");
             if (auto good = check(*call.request, webhooks, clock.now()); !good) co_return good.error();
             auto event = webhooks.provider == "stripe" ? parse_stripe_event(call.request->body)
                                                        : parse_sandbox_event(call.request->body);
             if (!event) co_return event.error();
             auto is_new = co_await receive.run(std::move(*event));
             if (!is_new) co_return is_new.error();
             wire::WebhookReceipt receipt;
             receipt.duplicate = !*is_new;
             co_return receipt;
           });
}

}  // namespace qm::shop
