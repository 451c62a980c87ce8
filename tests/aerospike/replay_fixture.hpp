// For tests: a client on a peer that replays what a real server answered.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/aerospike/exchanges.hpp"
#include "tests/aerospike/lone_client.hpp"
#include "tests/aerospike/replaying_peer.hpp"

namespace qm::aerospike::exchanges {

inline const Exchange& exchange_named(const std::string& name) {
  static const auto all = all_exchanges();
  for (const auto& exchange : all) {
    if (exchange.name == name) return exchange;
  }
  throw std::invalid_argument("no exchange " + name);
}

// Parameter: the file of a recording.
class AReplay : public testing::TestWithParam<std::string> {
 protected:
  void start(std::chrono::milliseconds attempt = kPatience) {
    peer_ = std::make_unique<ReplayingPeer>(recording_);
    client_ = std::make_unique<LoneClient>(peer_->port(), attempt);
    const auto ready = client_->wait(kNamespace);
    ASSERT_TRUE(ready) << ready.error().detail;
  }
  void stop() {
    client_ = nullptr;
    peer_ = nullptr;
  }
  std::string ask(const Exchange& exchange, ReplayingPeer::Deliver deliver = {},
                  std::chrono::milliseconds patience = kPatience) {
    peer_->expect(exchange.name, std::move(deliver));
    Asking asking{**client_, recording_.began_s, patience};
    return exchange.ask(asking);
  }

  const Recording recording_ = read_recording(recorded_folder() + '/' + GetParam());
  std::unique_ptr<ReplayingPeer> peer_;
  std::unique_ptr<LoneClient> client_;
};

inline std::vector<std::string> recorded_files() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(recorded_folder()))
    names.push_back(entry.path().filename().string());
  return names;
}

}  // namespace qm::aerospike::exchanges
