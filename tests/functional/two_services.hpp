// Both services, wired to each other through a proxy that can fail on demand.
#pragma once
#include <memory>
#include <string>

#include "tests/functional/faulty_proxy.hpp"
#include "tests/functional/http_peer.hpp"
#include "tests/functional/service_process.hpp"
#include "tests/functional/world.hpp"

namespace qm::functional {

inline const std::string kServiceToken = "functional-test-service-token-0123456789";
inline const std::string kJwtSecret = "functional-test-jwt-secret-0123456789abcdef";

class TwoServices {
 public:
  // A pair of several in one world has a `name`.
  explicit TwoServices(std::shared_ptr<const World> world = std::make_shared<const World>(), std::string name = {});

  const Peer& shop() const { return shop_.peer(); }
  const Peer& reco() const { return reco_.peer(); }
  ServiceProcess& shop_process() { return shop_; }
  ServiceProcess& reco_process() { return reco_; }
  FaultyProxy& between() { return to_reco_; }

  void restart_shop();
  void restart_reco();

  // Waits until RecoEngine has a model and the demo people's features.
  bool wait_until_scoring() const;

 private:
  void start_shop();
  void start_reco();

  ServiceProcess start(const std::string& program, std::vector<std::string> arguments) const;

  const std::shared_ptr<const World> world_;
  const std::string name_;
  FaultyProxy to_reco_;
  FaultyProxy to_shop_;
  ServiceProcess shop_;
  ServiceProcess reco_;
};

inline const std::string kDemoData = std::string{QM_SOURCE_DIR} + "/QuickMart-backend/data";

// One pair for all tests that leave no trace on each other; started on first use, and again after its end.
TwoServices& shared_services();
void end_shared_services();
inline const Peer& shop() { return shared_services().shop(); }

struct SignedIn {
  std::string user_id;
  std::string access_token;
  std::string refresh_token;
  HeaderList headers() const { return bearer(access_token); }
};

// Fails the test when the login is refused.
SignedIn sign_in(const Peer& shop, const std::string& email, const std::string& password);
// Registers a new customer with a unique address and signs in.
SignedIn new_customer(const Peer& shop);
std::string unique_email();

// Members by path, as "user/profile/name" or "products/0/price"; null when absent.
boost::json::value at(const boost::json::value& json, const std::string& path);
std::string text_at(const boost::json::value& json, const std::string& path);
double number_at(const boost::json::value& json, const std::string& path);
// By value, so that it may be looped over when `json` is a temporary; empty when it is no list.
boost::json::array list_at(const boost::json::value& json, const std::string& path);

}  // namespace qm::functional
