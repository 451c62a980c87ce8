// Stands where RecoEngine would: takes the shop's events, now and then not, and remembers which came. On a thread of
// its own; what it remembers is read when all is quiet.
#pragma once
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "platform/core/runtime.hpp"
#include "platform/http/server.hpp"

namespace qm::chaos {

class Listener {
 public:
  Listener();
  ~Listener();
  Listener(const Listener&) = delete;

  std::uint16_t port() const { return server_->port(); }
  // How many events of that type (as contracts/events.hpp names it) came that tell of the order; each once, by its id.
  std::int64_t heard(const std::string& order, const std::string& type) const;

 private:
  Task<http::Response> take(const http::Request& request);

  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::string, std::set<std::string>>> heard_;  // by order, by type: ids
  std::uint64_t batches_ = 0;
  WorkerThreads workers_{1};
  http::Api api_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace qm::chaos
