#include "tests/chaos/chaos_world.hpp"

#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "tests/cluster/test_cluster.hpp"

namespace qm::chaos {
namespace {

const std::string kDemoData = std::string{QM_SOURCE_DIR} + "/QuickMart-backend/data";
// Repeated, late and lost webhooks; refused calls; answers that get lost, or come before what they tell of is done, or
// after whoever asked gave up, and another took the order over.
constexpr const char* kFaults =
    R"({"decline":0.02,"unavailable":0.02,"delay":0.01,"slow_answer":0.02,"lost_answer":0.02,"delay_ms":4600,)"
    R"("webhook_delay_ms":3000,"webhook_repeat":0.3,"webhook_drop":0.1})";
constexpr const char* kPaymentTimeoutMs = "4000";

std::string local(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

}  // namespace

World::World(const Options& options)
    : options_(options), dir_(options.dir.empty() ? own_dir_.path() : std::filesystem::path{options.dir}) {
  for (const char* setting : {"AEROSPIKE_HOST", "AEROSPIKE_PORT", "AEROSPIKE_NAMESPACE", "AEROSPIKE_USER"})
    ::unsetenv(setting);
  if (options.breaks != "nothing") ::setenv("QM_TEST_BREAK", options.breaks.c_str(), 1);
  const bool on_cluster = options.store == "aerospike";
  if (on_cluster) {
    if (test::cluster_host().empty()) throw std::runtime_error(test::kNoCluster);
    test::TestCluster cluster{{"quick_mart"}};
    cluster.empty("quick_mart");
  }
  start_gateway();
  shops_.resize(on_cluster ? 2 : 1);
  for (std::size_t i = 0; i < shops_.size(); ++i) start_shop(i);
}

void World::start_gateway() {
  gateway_.process = functional::ServiceProcess{
      "payment-sandbox",
      dir_,
      {"--threads", "1", "--log-level", "warn", "--service-token", kServiceToken, "--webhook-url",
       local(to_shop_.port()) + "/api/payments/webhooks/sandbox"}};
  to_gateway_.forward_to(gateway_.process.port());
  gateway_.service.renew(gateway_.process.port());
  if (faults_) order_faults(true);
}

void World::start_shop(std::size_t which) {
  std::vector<std::string> arguments{"--log-level",        "warn",
                                     "--service-token",    kServiceToken,
                                     "--jwt-secret",       kJwtSecret,
                                     "--demo-data-dir",    kDemoData,
                                     "--order-lease",      std::to_string(options_.lease_ms),
                                     "--reco-engine-url",  local(listener_.port()),
                                     "--payment-gateway",  "sandbox",
                                     "--payment-gateway-url", local(to_gateway_.port()),
                                     "--payment-timeout",  kPaymentTimeoutMs};
  if (options_.store == "aerospike")
    arguments.insert(arguments.end(), {"--aerospike-host", test::cluster_host()});
  const char* program = options_.breaks == "nothing" ? "quickmart-backend" : "quickmart-backend-breakable";
  Process& shop = shops_[which];
  shop.process =
      functional::ServiceProcess{program, dir_, std::move(arguments), "shop" + std::to_string(which)};
  shop.service.renew(shop.process.port());
  to_shop_.forward_to(shop.process.port());
}

std::string World::kill_one(std::mt19937_64& dice) {
  const std::size_t victim = dice() % (shops_.size() * 3 + 1);  // the shop has more to lose
  const bool is_late = dice() % 4 == 0;
  const std::chrono::milliseconds away{dice() % 1'500};
  functional::ServiceProcess& process =
      victim == 0 ? gateway_.process : shops_[victim % shops_.size()].process;
  process.kill();
  if (is_late) std::this_thread::sleep_for(away);
  if (victim == 0) {
    start_gateway();
    return "payment-sandbox";
  }
  start_shop(victim % shops_.size());
  return "shop" + std::to_string(victim % shops_.size());
}

void World::order_faults(bool are_on) {
  faults_ = are_on;
  const auto reply = gateway_.process.peer().post("/faults", are_on ? kFaults : "{}",
                                                  functional::bearer(kServiceToken));
  if (reply.status != 200) throw std::runtime_error("the sandbox takes no faults: " + reply.body);
}

}  // namespace qm::chaos
