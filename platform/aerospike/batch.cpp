#include "platform/aerospike/batch.hpp"

#include <numeric>

#include "platform/aerospike/call.hpp"
#include "platform/core/join.hpp"

namespace qm::aerospike {

namespace {

// What one node is asked for in one round.
struct BatchShare {
  NodeIndex node = kNoNode;
  std::vector<std::uint32_t> positions{};  // among all keys
  std::vector<Target> targets{};
  Outcome outcome = Outcome::Unreachable;
  std::vector<StreamEntry> entries{};
  StreamEnd end{};
};

class BatchRead {
 public:
  BatchRead(Worker& worker, const std::string& name_space, const std::vector<Key>& keys,
            const std::vector<std::string>& bins, const ReadOptions& options)
      : worker_(worker), name_space_(name_space), bins_(bins), options_(options), records_(keys.size()) {
    targets_.reserve(keys.size());
    for (const auto& key : keys) targets_.push_back(make_target(name_space, key.set, key.id, false));
    open_.resize(keys.size());
    std::iota(open_.begin(), open_.end(), 0U);
  }

  Task<Result<BatchRecords>> run() {
    worker_.counters().calls.add();
    for (std::size_t tries = 0; !open_.empty(); ++tries) {
      const Deadline now = std::chrono::steady_clock::now();
      if (worker_.stopped()) co_return stopped_error();
      if (worker_.lacks(name_space_)) co_return error_of(ResultCode::NamespaceNotFound, false);
      if (now >= options_.deadline || tries > worker_.options().max_retries) co_return last_;
      if (tries > 0) worker_.counters().retries.add();
      if (tries > 1) {
        const bool time_left = co_await back_off(worker_, tries - 1, options_.deadline);
        if (!time_left) co_return worker_.stopped() ? stopped_error() : last_;
      }
      share_out(tries);
      const Deadline patience = std::min(options_.deadline, now + worker_.options().request_timeout_ms);
      if (shares_.size() == 1) {
        co_await ask(shares_.front(), patience);
      } else {
        std::vector<Task<void>> tasks;
        for (auto& share : shares_) tasks.push_back(ask(share, patience));
        co_await join_all(std::move(tasks));
      }
      auto gathered = gather();
      if (!gathered) co_return gathered.error();
    }
    co_return std::move(records_);
  }

 private:
  void share_out(std::size_t tries) {
    shares_.clear();
    for (const std::uint32_t position : open_) {
      const Target& target = targets_[position];
      const std::uint32_t partition = partition_of(target.digest);
      NodePool* pool = options_.master_only ? worker_.pool_of_master(name_space_, partition)
                                            : worker_.pool_to_read(name_space_, partition, tries);
      const NodeIndex node = pool == nullptr ? kNoNode : pool->node()->index();
      auto share = std::find_if(shares_.begin(), shares_.end(), [&](const auto& s) { return s.node == node; });
      if (share == shares_.end()) share = shares_.insert(shares_.end(), BatchShare{node});
      share->positions.push_back(position);
      share->targets.push_back(target);
    }
  }

  Task<void> ask(BatchShare& share, Deadline deadline) {
    auto encode = [&](std::string& out, std::chrono::milliseconds timeout) {
      encode_batch_get(out, share.targets, bins_, timeout);
    };
    auto command = command_for<BatchCommand>(std::move(encode));
    command.entries.reserve(share.targets.size());
    share.outcome = co_await attempt(worker_, worker_.pool_of(share.node), Lane::Stream, command, deadline);
    share.entries = std::move(command.entries);
    share.end = command.end;
  }

  // Takes what came; what did not stays open.
  Result<void> gather() {
    open_.clear();
    for (auto& share : shares_) {
      std::vector<bool> came(share.positions.size(), false);
      for (auto& entry : share.entries) {
        if (entry.batch_index >= came.size() || entry.partition_refused) continue;
        if (may_pass(entry.code, false)) {
          last_ = error_of(entry.code, false);
          continue;
        }
        if (entry.code != ResultCode::Ok && entry.code != ResultCode::NotFound) return error_of(entry.code, false);
        came[entry.batch_index] = true;
        if (entry.code == ResultCode::NotFound) continue;
        records_[share.positions[entry.batch_index]] =
            Record{std::move(entry.bins), entry.generation, entry.expires_at_s};
      }
      if (share.outcome != Outcome::Answered) {
        last_ = error_of(share.outcome, false);
        if (share.outcome == Outcome::TooLarge) return last_;
        if (share.outcome == Outcome::Full) {
          worker_.counters().rejected.add();
          return last_;
        }
      } else if (share.end.code != ResultCode::Ok) {
        last_ = error_of(share.end.code, false);
        if (!may_pass(share.end.code, false)) return last_;
      }
      for (std::size_t i = 0; i < came.size(); ++i) {
        if (!came[i]) open_.push_back(share.positions[i]);
      }
    }
    return {};
  }

  Worker& worker_;
  const std::string& name_space_;
  const std::vector<std::string>& bins_;
  const ReadOptions& options_;
  std::vector<Target> targets_;
  BatchRecords records_;
  std::vector<std::uint32_t> open_;  // positions without an answer
  std::vector<BatchShare> shares_;
  Error last_{ErrorKind::Timeout, "There was no time left to ask the database.", std::chrono::seconds{1}};
};

}  // namespace

Task<Result<BatchRecords>> read_batch(Worker& worker, const std::string& name_space, const std::vector<Key>& keys,
                                      const std::vector<std::string>& bins, const ReadOptions& options) {
  BatchRead read{worker, name_space, keys, bins, options};
  co_return co_await read.run();
}

}  // namespace qm::aerospike
