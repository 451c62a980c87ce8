// A client with one worker on the one node at a port, as recorded exchanges are made and replayed.
#pragma once
#include "platform/aerospike/client.hpp"
#include "platform/core/await.hpp"
#include "platform/core/runtime.hpp"

namespace qm::aerospike::exchanges {

// Beyond what any test waits for: times are not what is tested, and nobody asks twice.
inline constexpr std::chrono::milliseconds kPatience{20'000};

class LoneClient {
 public:
  // `patience`: of one attempt to read.
  explicit LoneClient(std::uint16_t port, std::chrono::milliseconds patience = kPatience, std::string user = {}) {
    ClientOptions options;
    options.seeds = {{"127.0.0.1", port}};
    options.request_timeout_ms = patience;
    options.connect_timeout_ms = kPatience;
    options.tend_interval_ms = std::chrono::milliseconds{500};
    options.late_reply_ms = std::min(patience, options.late_reply_ms);
    options.user = std::move(user);
    options.password = "a password";
    client_ = std::make_unique<Client>(options);
    boost::asio::io_context* const contexts[] = {&workers_.context(0)};
    client_->start(contexts);
    workers_.start();
  }
  ~LoneClient() {
    client_->stop();
    workers_.stop();
    workers_.join();
  }
  LoneClient(const LoneClient&) = delete;

  Client& operator*() { return *client_; }
  Client* operator->() { return client_.get(); }
  Result<void> wait(std::string name_space, std::chrono::milliseconds patience = kPatience) {
    return await(client_->wait_until_ready({std::move(name_space)}, deadline_in(patience)));
  }

 private:
  WorkerThreads workers_{1};
  std::unique_ptr<Client> client_;
};

}  // namespace qm::aerospike::exchanges
