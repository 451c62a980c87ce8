#include "platform/aerospike/call.hpp"

#include <random>

namespace qm::aerospike {

namespace {

constexpr std::chrono::milliseconds kFirstPauseMs{10};
constexpr std::chrono::milliseconds kLongestPauseMs{250};

}  // namespace

bool may_pass(ResultCode code, bool is_write) {
  return is_retryable(code) || (!is_write && code == ResultCode::Timeout);
}

Taken RecordCommand::take(FrameType type, std::string_view body) {
  if (type != FrameType::Message) return Taken::Broken;
  auto parsed = parse_reply(body);
  if (!parsed) return Taken::Broken;
  reply = std::move(*parsed);
  return Taken::Done;
}

Taken BatchCommand::take(FrameType type, std::string_view body) {
  if (type != FrameType::Message) return Taken::Broken;
  const auto parsed = parse_stream(body, entries);
  if (!parsed) return Taken::Broken;
  if (!parsed->last) return Taken::More;
  end = *parsed;
  return Taken::Done;
}

Taken QueryCommand::take(FrameType type, std::string_view body) {
  const std::size_t before = entries.size();
  const Taken taken = BatchCommand::take(type, body);
  if (taken == Taken::Broken) return taken;
  for (std::size_t i = before; i < entries.size(); ++i) {
    const StreamEntry& entry = entries[i];
    if (entry.code == ResultCode::Ok || entry.partition_refused) continue;
    end = {true, entry.code};
    entries.resize(i);
    return Taken::Done;
  }
  return taken;
}

Task<bool> back_off(Worker& worker, std::size_t attempt, Deadline deadline) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto longest = std::min(kLongestPauseMs, kFirstPauseMs * (1 << std::min<std::size_t>(attempt, 8)));
  const auto pause = longest / 2 + std::chrono::milliseconds{static_cast<std::int64_t>(random()) % longest.count()};
  const Deadline until = std::chrono::steady_clock::now() + pause;
  if (until >= deadline) co_return false;
  co_return co_await worker.pause(until);
}

Task<Outcome> attempt(Worker& worker, NodePool* pool, Lane lane, Command& command, Deadline deadline) {
  Outcome outcome = Outcome::Unreachable;
  Connection* connection = pool == nullptr ? nullptr : pool->pick(lane, std::chrono::steady_clock::now(), outcome);
  if (connection != nullptr) outcome = co_await connection->run(command, deadline);
  if (pool == nullptr) worker.report_trouble();
  co_return outcome;
}

Task<Result<Reply>> call(Worker& worker, RecordCommand& command, CallPolicy policy) {
  Counters& counters = worker.counters();
  counters.calls.add();
  if (policy.is_write) command.mark_as_write();
  Error last{ErrorKind::Timeout, "There was no time left to ask the database.", std::chrono::seconds{1}};
  for (std::size_t tries = 0;; ++tries) {
    if (worker.stopped()) co_return stopped_error();
    const Deadline now = std::chrono::steady_clock::now();
    if (now >= policy.deadline) co_return last;
    const bool master = policy.is_write || policy.master_only;
    NodePool* pool = master ? worker.pool_of_master(policy.name_space, policy.partition)
                            : worker.pool_to_read(policy.name_space, policy.partition, tries);
    // What must be right is not asked of a node that may not know what the others did.
    if (master && pool != nullptr && pool->node()->is_fenced()) pool = nullptr;
    Outcome outcome = Outcome::Unreachable;
    const Lane lane = policy.is_write ? Lane::Write : Lane::Read;
    Connection* connection = pool == nullptr ? nullptr : pool->pick(lane, now, outcome);
    if (connection != nullptr) {
      const Deadline patience =
          policy.is_write ? policy.deadline : std::min(policy.deadline, now + worker.options().request_timeout_ms);
      outcome = co_await connection->run(command, patience);
    } else if (outcome == Outcome::Unreachable) {
      if (worker.lacks(policy.name_space)) co_return error_of(ResultCode::NamespaceNotFound, policy.is_write);
      worker.report_trouble();
    }
    if (outcome == Outcome::Answered) {
      const ResultCode code = command.reply.code;
      if (!may_pass(code, policy.is_write) || tries >= worker.options().max_retries) co_return std::move(command.reply);
      if (code == ResultCode::PartitionUnavailable) worker.report_trouble();
      last = error_of(code, policy.is_write);
    } else {
      last = error_of(outcome, policy.is_write);
      if (outcome == Outcome::Full) counters.rejected.add();
      if (last.kind == ErrorKind::InDoubt) counters.in_doubt.add();
      const bool unsaid = outcome == Outcome::Unreachable || outcome == Outcome::Expired;
      const bool again = unsaid || (was_sent(outcome) && !policy.is_write);
      if (!again || tries >= worker.options().max_retries) co_return last;
    }
    counters.retries.add();
    // A read goes on to the next replica, or to a fresh connection, at once.
    if (tries == 0 && !policy.is_write && outcome != Outcome::Answered) continue;
    const bool time_left = co_await back_off(worker, tries, policy.deadline);
    if (!time_left) co_return worker.stopped() ? stopped_error() : last;
  }
}

// ------------------------------------------------------------------------------------------------------------- errors

Error stopped_error() { return unavailable("The database client has been stopped."); }

Error error_of(ResultCode code, bool is_write) {
  const ErrorKind kind = is_write && code == ResultCode::Timeout ? ErrorKind::InDoubt : error_kind_of(code);
  const bool again = kind == ErrorKind::Unavailable || kind == ErrorKind::Timeout || kind == ErrorKind::InDoubt;
  return {kind, "The database answered: " + std::string{to_text(code)} + ".", std::chrono::seconds{again ? 1 : 0}};
}

Error error_of(Outcome outcome, bool is_write) {
  constexpr std::chrono::seconds kAgain{1};
  switch (outcome) {
    case Outcome::Full:
      return unavailable("The database is busy; please try again.", kAgain);
    case Outcome::TooLarge:
      return {ErrorKind::TooLarge, "The request is larger than a request may be."};
    case Outcome::Unreachable:
      return unavailable("The database is not reachable at the moment.", kAgain);
    case Outcome::Expired:
      return {ErrorKind::Timeout, "The database could not be asked in time.", kAgain};
    case Outcome::TimedOut:
    case Outcome::Broken:
    case Outcome::Answered:
      break;
  }
  if (is_write) return {ErrorKind::InDoubt, "The database did not say whether it wrote.", kAgain};
  return outcome == Outcome::TimedOut ? Error{ErrorKind::Timeout, "The database did not answer in time.", kAgain}
                                      : unavailable("The connection to the database broke.", kAgain);
}

}  // namespace qm::aerospike
