#include "tests/functional/two_services.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace qm::functional {

namespace {

std::string url(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

}  // namespace

TwoServices::TwoServices(std::shared_ptr<const World> world, std::string name)
    : world_(std::move(world)), name_(std::move(name)) {
  start_shop();
  start_reco();
}

ServiceProcess TwoServices::start(const std::string& program, std::vector<std::string> arguments) const {
  arguments.insert(arguments.end(), {"--threads", "2", "--service-token", kServiceToken});
  return world_->start(program, std::move(arguments), name_.empty() ? program : program + "-" + name_);
}

void TwoServices::start_shop() {
  shop_ = start("quickmart-backend", {"--reco-engine-url", url(to_reco_.port()), "--jwt-secret", kJwtSecret,
                                      "--demo-data-dir", kDemoData});
  to_shop_.forward_to(shop_.port());
}

void TwoServices::start_reco() {
  reco_ = start("reco-engine", {"--quickmart-api-url", url(to_shop_.port())});
  to_reco_.forward_to(reco_.port());
}

void TwoServices::restart_shop() {
  shop_.kill();
  start_shop();
}

void TwoServices::restart_reco() {
  reco_.kill();
  start_reco();
}

bool TwoServices::wait_until_scoring() const {
  // Asked without side effects: a prediction would already give the demo customer the coupon that tests wait for.
  const auto scored = [&] {
    for (int i = 1; i <= 5; ++i)
      if (reco().get("/nudge/test/user_00" + std::to_string(i)).status != 200) return false;
    return number_at(reco().get("/nudge/test/user_005").json(), "would_trigger") > 0;
  };
  return eventually(scored, std::chrono::milliseconds{120'000});
}

namespace {

std::unique_ptr<TwoServices>& the_shared_services() {
  static std::unique_ptr<TwoServices> services;
  return services;
}

}  // namespace

TwoServices& shared_services() {
  auto& services = the_shared_services();
  if (!services) services = std::make_unique<TwoServices>();
  return *services;
}

void end_shared_services() { the_shared_services().reset(); }

SignedIn sign_in(const Peer& shop, const std::string& email, const std::string& password) {
  const Reply reply = shop.post("/api/auth/login", R"({"email":")" + email + R"(","password":")" + password + R"("})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  const auto json = reply.json();
  return {text_at(json, "user/user_id"), text_at(json, "access_token"), text_at(json, "refresh_token")};
}

std::string unique_email() {
  static std::atomic<int> next{0};
  return "customer" + std::to_string(::getpid()) + "." + std::to_string(next++) + "@example.com";
}

SignedIn new_customer(const Peer& shop) {
  const std::string email = unique_email();
  const Reply reply =
      shop.post("/api/auth/register",
                R"({"email":")" + email + R"(","password":"long enough","profile":{"name":"Test Customer"}})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  return sign_in(shop, email, "long enough");
}

boost::json::value at(const boost::json::value& json, const std::string& path) {
  boost::system::error_code failed;
  const auto* found = json.find_pointer("/" + path, failed);
  return found == nullptr ? boost::json::value{} : *found;
}

std::string text_at(const boost::json::value& json, const std::string& path) {
  const auto value = at(json, path);
  return value.is_string() ? std::string{value.get_string().c_str()} : std::string{};
}

double number_at(const boost::json::value& json, const std::string& path) {
  const auto value = at(json, path);
  return value.is_number() ? value.to_number<double>() : -1;
}

boost::json::array list_at(const boost::json::value& json, const std::string& path) {
  const auto value = at(json, path);
  return value.is_array() ? value.get_array() : boost::json::array{};
}

}  // namespace qm::functional
