// The load of the failover drill: coroutines that read and write records of their own, at a steady pace, and remember
// what they were told. All its work runs on one thread; start(), stop() and verify() are called from another.
#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>

#include "platform/aerospike/client.hpp"
#include "tests/drill/drill_model.hpp"
#include "tests/drill/drill_tally.hpp"

namespace qm::drill {

class DrillLoad {
 public:
  static constexpr const char* kSet = "drill";

  struct Settings {
    std::string name_space;
    // Begins every record's name. Another one for each run: what was removed of an earlier run's may come back with a
    // node that was away.
    std::string run;
    std::size_t actors = 32;
    std::chrono::milliseconds pause{10};  // of an actor between its calls
  };

  // Context and client outlive the load.
  DrillLoad(aerospike::Client& client, boost::asio::io_context& context, Settings settings);
  ~DrillLoad();

  void start();
  void stop();  // returns when all calls have ended
  // Compares every record with what was told of its writes → what is wrong, a line each. Only while stopped.
  std::vector<std::string> verify();
  // Lists and created records are known to be right from here on; counters go on. Only while stopped.
  void forget();

  std::uint64_t verified_records() const { return verified_; }
  Tally& tally() { return tally_; }

 private:
  struct Actor;

  Task<void> act(Actor& actor);
  Task<void> read(Actor& actor);
  Task<void> add(Actor& actor);
  Task<void> append(Actor& actor);
  Task<void> create(Actor& actor);
  Task<void> create_as(Actor& actor, std::size_t attempt);
  Task<void> verify_actor(Actor& actor, std::vector<std::string>& faults);
  Task<Result<std::optional<aerospike::Record>>> read_back(std::string id);
  aerospike::Key key(std::string id) const;
  void run_all(std::vector<Task<void>> tasks);

  aerospike::Client& client_;
  boost::asio::io_context& context_;
  const Settings settings_;
  Tally tally_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> running_{0};
  std::uint64_t verified_ = 0;
  std::vector<std::unique_ptr<Actor>> actors_;
};

}  // namespace qm::drill
