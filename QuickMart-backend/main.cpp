// The shop's composition root.
#include <filesystem>
#include <iostream>

#include "platform/http/probe.hpp"
#include "platform/log/log.hpp"
#include "platform/service/service_host.hpp"
#include "QuickMart-backend/api/admin_api.hpp"
#include "QuickMart-backend/api/audit_api.hpp"
#include "QuickMart-backend/api/auth_api.hpp"
#include "QuickMart-backend/api/authenticator.hpp"
#include "QuickMart-backend/api/campaign_api.hpp"
#include "QuickMart-backend/api/cart_api.hpp"
#include "QuickMart-backend/api/catalog_api.hpp"
#include "QuickMart-backend/api/coupon_api.hpp"
#include "QuickMart-backend/api/health_api.hpp"
#include "QuickMart-backend/api/order_api.hpp"
#include "QuickMart-backend/api/payment_webhook_api.hpp"
#include "QuickMart-backend/api/staff_catalog_api.hpp"
#include "QuickMart-backend/api/staff_order_api.hpp"
#include "QuickMart-backend/api/stock_api.hpp"
#include "QuickMart-backend/api/ticket_api.hpp"
#include "QuickMart-backend/api/user_api.hpp"
#include "QuickMart-backend/api/webhook_api.hpp"
#include "QuickMart-backend/app/accounts.hpp"
#include "QuickMart-backend/app/note_views.hpp"
#include "QuickMart-backend/app/orders.hpp"
#include "QuickMart-backend/app/receive_payment_event.hpp"
#include "QuickMart-backend/app/stripe_gateway.hpp"
#include "QuickMart-backend/clients/http_payment_gateway.hpp"
#include "QuickMart-backend/clients/http_reco_client.hpp"
#include "QuickMart-backend/clients/local_payment_gateway.hpp"
#include "QuickMart-backend/clients/http_webhook_sender.hpp"
#include "QuickMart-backend/config.hpp"

namespace qm::shop {
namespace {

constexpr const char* kProgram = "quickmart-backend";
// With the reading itself, what one instance changes is seen by all within two seconds.
constexpr std::chrono::milliseconds kFollowCatalogEvery{500};
constexpr int kLeasesBetweenSweeps = 10;  // what comes after its order was settled comes seldom
constexpr std::chrono::seconds kRecoverOrdersEvery{1};
constexpr std::chrono::seconds kMirrorStockEvery{1};
constexpr std::chrono::seconds kTellEvery{1};
constexpr std::chrono::hours kLookAtDemoDataEvery{1};

service::Identity identity() {
  service::Identity identity;
  identity.program = kProgram;
  identity.title = "QuickMart";
  identity.about = "The shop: catalog, accounts, coupons, orders.";
  return identity;
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

class Shop {
 public:
  Shop(service::ServiceHost& host, const Config& config)
      : host_(host),
        config_(config),
        clock_(host.clock()),
        signer_(config.jwt_secret, "quickmart"),
        catalog_store_(host.store()),
        coupon_store_(host.store()),
        held_(host.store()),
        campaigns_(host.store()),
        first_orders_(host.store()),
        users_(host.store()),
        sessions_(host.store()),
        failures_(host.store()),
        messages_(host.store()),
        orders_(host.store()),
        stock_(host.store()),
        sku_claims_(host.store()),
        import_records_(host.store()),
        carts_(host.store()),
        saga_(host.store()),
        ledger_(saga_.deferred),
        payment_references_(host.store()),
        payment_events_(host.store()),
        histories_(host.store()),
        demo_state_(host.store()),
        tickets_(host.store()),
        audit_store_(host.store()),
        audit_(audit_store_, clock_),
        webhooks_(host.store()),
        deliveries_(host.store()),
        webhook_sender_(!config.production()),
        attempts_(host.add_queue(DeliverWebhooks::queue_options())),
        merchant_events_(host.queue()),
        staff_webhooks_({webhooks_, deliveries_, webhook_sender_, clock_}),
        deliver_webhooks_({attempts_, webhooks_, deliveries_, webhook_sender_, audit_, clock_},
                          {config.webhook_timeout_ms, config.webhook_first_pause_ms}),
        reco_(config.reco_engine_url, config.service_token),
        send_events_(host.queue(), reco_),
        views_(send_events_, clock_),
        catalog_(catalog_store_, std::filesystem::path{config.data_dir} / "search"),
        claim_skus_(sku_claims_, catalog_store_, stock_, clock_),
        edit_product_(catalog_store_, claim_skus_, stock_, catalog_, clock_),
        edit_category_(catalog_store_, catalog_),
        import_products_({edit_product_, claim_skus_, catalog_store_, catalog_, import_records_, host.pool(), clock_}),
        cart_tokens_(config.jwt_secret),
        merge_carts_(carts_, clock_),
        tell_carts_(carts_, catalog_, send_events_, clock_, std::chrono::minutes{config.cart_abandon_after_min}),
        ticket_app_(tickets_, orders_, send_events_, clock_),
        coupons_({coupon_store_, held_, campaigns_, first_orders_, orders_, users_, clock_, send_events_}),
        payments_(make_gateway()),
        order_app_({orders_, stock_, carts_, coupons_, *payments_, catalog_store_, catalog_, saga_, clock_,
                    send_events_, merchant_events_, views_, config.order_lease_ms, config.low_stock_below}),
        receive_payment_event_({orders_, payment_events_, payment_references_, *payments_, clock_}),
        predict_(host.queue(), reco_, users_, coupon_store_, messages_, clock_),
        accounts_(users_, sessions_, failures_, messages_, orders_, predict_, tell_carts_, send_events_, cart_tokens_,
                  merge_carts_, host.pool(), signer_, clock_),
        features_(histories_, orders_, catalog_, clock_),
        send_features_(host.queue(), reco_, features_, clock_),
        demo_(LoadDemoData::Uses{config.demo_data_dir, catalog_store_, catalog_, coupon_store_, held_, users_,
                                 accounts_.register_user, histories_, orders_, demo_state_, send_features_, clock_}),
        health_(host.store(), reco_, clock_) {}

  // What must be there before anybody is served: the catalog and, in development, the people of the demo.
  void prepare() {
    if (!config_.production()) {
      auto loaded = host_.finish(load_demo());
      if (!loaded) log::error("the demo data cannot be loaded", {{"error", loaded.error().detail}});
    }
    auto reloaded = host_.finish(catalog_.reload());
    if (!reloaded) throw std::runtime_error("the catalog cannot be read: " + reloaded.error().detail);
    auto opened = host_.finish(orders_.open());
    if (!opened) throw std::runtime_error("the orders cannot be opened: " + opened.error().detail);
    opened = host_.finish(payment_references_.open());
    if (!opened) throw std::runtime_error("the payments cannot be opened: " + opened.error().detail);
    opened = host_.finish(carts_.open());
    if (!opened) throw std::runtime_error("the carts cannot be opened: " + opened.error().detail);
    opened = host_.finish(tickets_.open());
    if (!opened) throw std::runtime_error("the tickets cannot be opened: " + opened.error().detail);
    opened = host_.finish(audit_store_.open());
    if (!opened) throw std::runtime_error("the audit log cannot be opened: " + opened.error().detail);
    opened = host_.finish(deliveries_.open());
    if (!opened) throw std::runtime_error("the webhooks cannot be opened: " + opened.error().detail);
    auto mirrored = host_.finish(order_app_.mirror.run_for_all());
    if (!mirrored) log::warn("the stock could not be brought into the catalog", {{"error", mirrored.error().detail}});
  }

  void add_jobs() {
    host_.queue().handle(PredictAfterLogin::kJobKind, [this](const jobs::Job& job) { return predict_.handle(job); });
    host_.queue().handle(SendFeatures::kJobKind, [this](const jobs::Job& job) { return send_features_.handle(job); });
    host_.queue().handle(SendEvents::kJobKind, [this](const jobs::Job& job) { return send_events_.handle(job); });
    host_.every(kTellEvery, "merging guests' carts", [this] { return merge_carts(); });
    host_.every(kTellEvery, "telling of carts", [this] { return tell_carts(); });
    host_.every(kTellEvery, "telling of tickets", [this] { return tell_tickets(); });
    host_.every(kTellEvery, "telling of views", [this] { return tell_views(); });
    host_.queue().handle(MerchantEvents::kJobKind,
                         [this](const jobs::Job& job) { return deliver_webhooks_.fan_out(job); });
    attempts_.handle(DeliverWebhooks::kJobKind,
                     [this](const jobs::Job& job) { return deliver_webhooks_.attempt(job); });
    host_.every(kFollowCatalogEvery, "following the catalog", [this] { return catalog_.follow(); });
    host_.every(kMirrorStockEvery, "bringing the stock into the catalog", [this] { return order_app_.mirror.run(); });
    host_.every(kRecoverOrdersEvery, "settling orders that a crash left open", [this] { return recover_orders(); });
    host_.every(kLeasesBetweenSweeps * config_.order_lease_ms, "sweeping after settled orders",
                [this] { return sweep_orders(); });
    host_.every(kLeasesBetweenSweeps * config_.order_lease_ms, "settling coupons that a crash left pending",
                [this] { return recover_coupons(); });
    if (!config_.production())
      host_.every(kLookAtDemoDataEvery, "keeping the demo data up to date", [this] { return load_demo(); });
  }

  void add_routes() {
    http::Api& api = host_.api();
    const http::Authenticator authenticator = make_authenticator(signer_, config_.service_token, clock_);
    api.authenticate_with(authenticator);
    add_catalog_routes(api, catalog_, watch_with(authenticator));
    add_coupon_routes(api, coupons_);
    add_campaign_routes(api, coupons_, audit_);
    add_cart_routes(api, order_app_, CartCallers{authenticator, cart_tokens_, clock_});
    add_order_routes(api, order_app_);
    PaymentWebhooks webhooks;
    if (config_.payment_gateway != "local") webhooks.provider = config_.payment_gateway;
    webhooks.secret = config_.payment_webhook_secret;
    webhooks.tolerance = std::chrono::seconds{config_.payment_webhook_tolerance_s};
    add_payment_webhook_routes(api, receive_payment_event_, std::move(webhooks), clock_);
    add_ticket_routes(api, ticket_app_, audit_);
    add_staff_order_routes(api, order_app_, audit_);
    add_stock_routes(api, order_app_.staff_stock, audit_, clock_);
    add_audit_routes(api, audit_);
    add_webhook_routes(api, WebhookApp{staff_webhooks_, deliver_webhooks_, audit_});
    add_auth_routes(api, accounts_);
    add_user_routes(api, accounts_);
    const bool development = !config_.production();
    add_admin_routes(api, AdminApp{demo_, coupons_, catalog_store_, users_, clock_, audit_, development, development});
    const StaffCatalogApp keeping{edit_product_, edit_category_, import_products_, audit_,
                                  host_.pool(),  clock_,         config_.data_dir + "/imports"};
    add_staff_product_routes(api, keeping);
    add_staff_category_routes(api, keeping);
    add_product_file_routes(api, keeping);
    add_health_route(api, health_, service::version(), host_.store_warnings());
  }

  void add_metrics() {
    host_.metrics().add_source([this] {
      std::vector<metrics::Family> families;
      families.push_back(counter("quickmart_logins_total", "Logins that owe a prediction.", predict_.owed()));
      families.push_back(counter("quickmart_messages_total", "Messages left for customers.", predict_.messages_left()));
      families.push_back(
          counter("quickmart_coupons_assigned_total", "Coupons given to customers.", coupons_.assign.given()));
      families.push_back(counter("quickmart_coupons_redeemed_total", "Coupons spent.",
                                 coupons_.hold.redeemed() + order_app_.hold.redeemed()));
      families.push_back(
          counter("quickmart_events_sent_total", "Events that RecoEngine has taken.", send_events_.sent()));
      families.push_back(
          counter("quickmart_events_ignored_total", "Events that RecoEngine does not take.", send_events_.ignored()));
      families.push_back(
          counter("quickmart_views_dropped_total", "Views and searches that were not told.", views_.dropped()));
      families.push_back(counter("quickmart_webhook_attempts_succeeded_total", "Messages that an endpoint took.",
                                 deliver_webhooks_.succeeded()));
      families.push_back(counter("quickmart_webhook_attempts_failed_total", "Messages that an endpoint did not take.",
                                 deliver_webhooks_.failed()));
      return families;
    });
  }

 private:
  // As the settings say. What it uses was made before it.
  std::unique_ptr<PaymentGateway> make_gateway() {
    if (config_.payment_gateway == "local") {
      if (config_.production()) log::warn("PAYMENT_GATEWAY is local: no money moves");
      return std::make_unique<LocalPaymentGateway>(ledger_, clock_);
    }
    if (config_.payment_gateway == "stripe") {
      HttpStripeClient::Options options;
      options.base_url = config_.payment_gateway_url;
      options.secret_key = config_.stripe_secret_key;
      options.timeout_ms = config_.payment_timeout_ms;
      stripe_ = std::make_unique<HttpStripeClient>(std::move(options));
      return std::make_unique<StripeGateway>(*stripe_, payment_references_);
    }
    HttpPaymentGateway::Options options;
    options.base_url = config_.payment_gateway_url;
    options.service_token = config_.service_token;
    options.timeout_ms = config_.payment_timeout_ms;
    return std::make_unique<HttpPaymentGateway>(std::move(options));
  }

  // Views and searches are everybody's; those of customers who show a valid token are told.
  CatalogWatch watch_with(http::Authenticator authenticator) {
    const auto customer = [authenticator](const http::Request& request) -> std::optional<http::Principal> {
      if (request.header("Authorization").empty()) return std::nullopt;
      auto principal = authenticator(request, http::Access::User);
      return principal ? std::optional{std::move(*principal)} : std::nullopt;
    };
    CatalogWatch watch;
    watch.viewed = [this, customer](const http::Request& request, const Product& product) {
      auto who = customer(request);
      if (!who) return;
      UserId user{who->subject};
      if (product.in_stock()) views_.viewed(std::move(user), std::move(who->session), product.id);
      else views_.found_none(std::move(user), std::move(who->session), product.id);
    };
    watch.searched = [this, customer](const http::Request& request, std::string_view words) {
      if (auto who = customer(request)) views_.searched(UserId{who->subject}, std::move(who->session), words);
    };
    return watch;
  }

  Task<Result<void>> merge_carts() {
    auto merged = co_await merge_carts_.recover();
    if (!merged) co_return merged.error();
    if (*merged > 0) log::info("guests' carts merged", {{"count", *merged}});
    co_return Result<void>{};
  }

  Task<Result<void>> tell_carts() {
    auto told = co_await tell_carts_.run();
    if (!told) co_return told.error();
    co_return Result<void>{};
  }

  // That RecoEngine is away is said by /health; the views wait.
  Task<Result<void>> tell_views() {
    static_cast<void>(co_await views_.run());
    co_return Result<void>{};
  }

  Task<Result<void>> tell_tickets() {
    auto told = co_await ticket_app_.run();
    if (!told) co_return told.error();
    co_return Result<void>{};
  }

  Task<Result<void>> load_demo() {
    auto report = co_await demo_.bring_up_to_date();
    if (!report) co_return report.error();
    for (const std::string& error : report->errors) log::error("demo data", {{"error", error}});
    if (!report->loaded.empty()) log::info("demo data loaded", {{"users", report->loaded["users"]}});
    co_return Result<void>{};
  }

  Task<Result<void>> recover_coupons() {
    auto settled = co_await coupons_.recover.run();
    if (!settled) co_return settled.error();
    if (*settled > 0) log::info("coupons settled", {{"count", *settled}});
    co_return Result<void>{};
  }

  Task<Result<void>> recover_orders() {
    auto settled = co_await order_app_.recover.run();
    if (!settled) co_return settled.error();
    if (*settled > 0) log::info("orders settled", {{"count", *settled}});
    co_return Result<void>{};
  }

  Task<Result<void>> sweep_orders() {
    auto swept = co_await order_app_.recover.sweep();
    if (!swept) co_return swept.error();
    if (*swept > 0) log::info("what came after its order was settled is given back", {{"count", *swept}});
    co_return co_await order_app_.mirror.run_for_all();
  }

  service::ServiceHost& host_;
  const Config& config_;
  const Clock& clock_;
  security::TokenSigner signer_;
  CatalogStore catalog_store_;
  CouponStore coupon_store_;
  UserCouponStore held_;
  CampaignStore campaigns_;
  FirstOrderStore first_orders_;
  UserStore users_;
  SessionStore sessions_;
  LoginFailureStore failures_;
  MessageStore messages_;
  OrderStore orders_;
  StockStore stock_;
  SkuClaimStore sku_claims_;
  ImportStore import_records_;
  CartStore carts_;
  SagaStores saga_;
  sandbox::PaymentLedger ledger_;
  PaymentReferenceStore payment_references_;
  PaymentEventStore payment_events_;
  CustomerHistoryStore histories_;
  DemoStateStore demo_state_;
  TicketStore tickets_;
  AuditStore audit_store_;
  Audit audit_;
  WebhookStore webhooks_;
  DeliveryStore deliveries_;
  HttpWebhookSender webhook_sender_;
  jobs::Queue& attempts_;
  MerchantEvents merchant_events_;
  StaffWebhooks staff_webhooks_;
  DeliverWebhooks deliver_webhooks_;
  HttpRecoClient reco_;
  SendEvents send_events_;
  NoteViews views_;
  CatalogApp catalog_;
  ClaimSkus claim_skus_;
  EditProduct edit_product_;
  EditCategory edit_category_;
  ImportProducts import_products_;
  CartTokens cart_tokens_;
  MergeCarts merge_carts_;
  TellCarts tell_carts_;
  Tickets ticket_app_;
  CouponApp coupons_;
  std::unique_ptr<HttpStripeClient> stripe_;  // of the gateway stripe
  std::unique_ptr<PaymentGateway> payments_;
  OrderApp order_app_;
  ReceivePaymentEvent receive_payment_event_;
  PredictAfterLogin predict_;
  AccountApp accounts_;
  CustomerFeatures features_;
  SendFeatures send_features_;
  LoadDemoData demo_;
  ShopHealth health_;
};

int run(int argc, const char* const* argv) {
  Config config;
  if (const int code = read_config(argc, argv, config); code >= 0) return code;
  if (config.healthcheck) return http::probe_health(static_cast<std::uint16_t>(config.port)) ? 0 : 1;
  if (auto completed = complete_config(config); !completed) throw std::runtime_error(completed.error().detail);
  service::ServiceHost host{identity(), config};
  Shop shop{host, config};
  shop.prepare();
  shop.add_jobs();
  shop.add_routes();
  shop.add_metrics();
  return host.serve();
}

}  // namespace
}  // namespace qm::shop

int main(int argc, char** argv) {
  return qm::service::run_program(qm::shop::kProgram, [&] { return qm::shop::run(argc, argv); });
}
