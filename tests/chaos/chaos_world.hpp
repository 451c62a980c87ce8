// The processes of a run: the payment sandbox, one shop or two, and the proxies that keep their addresses. In place of
// RecoEngine the harness itself listens to the shop's events.
#pragma once
#include <deque>
#include <filesystem>
#include <random>
#include <vector>

#include "platform/core/temp_dir.hpp"
#include "tests/chaos/chaos_call.hpp"
#include "tests/chaos/chaos_listener.hpp"
#include "tests/chaos/chaos_options.hpp"
#include "tests/functional/faulty_proxy.hpp"
#include "tests/functional/service_process.hpp"

namespace qm::chaos {

inline const std::string kJwtSecret = "chaos-jwt-secret-0123456789-abcdef-0123456789";
inline const std::string kServiceToken = "chaos-service-token-0123456789-abcdef-012345";

class World {
 public:
  explicit World(const Options& options);

  Service& shop(std::size_t which) { return shops_[which % shops_.size()].service; }
  Service& gateway() { return gateway_.service; }
  const Listener& listener() const { return listener_; }
  std::size_t shops() const { return shops_.size(); }

  // Kills one of them and starts it again, at once or a little later. → its name.
  std::string kill_one(std::mt19937_64& dice);
  // Trouble at the gateway, which a restart of it would end.
  void order_faults(bool are_on);

 private:
  struct Process {
    functional::ServiceProcess process;
    Service service;
  };

  void start_gateway();
  void start_shop(std::size_t which);

  const Options& options_;
  TempDir own_dir_;
  const std::filesystem::path dir_;
  bool faults_ = false;
  Listener listener_;
  functional::FaultyProxy to_gateway_;
  functional::FaultyProxy to_shop_;  // of webhooks
  Process gateway_;
  std::deque<Process> shops_;
};

}  // namespace qm::chaos
