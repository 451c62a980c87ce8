// A call: as many attempts of a command as its policy allows. See client.hpp for the rules of retrying.
#pragma once
#include "platform/aerospike/worker.hpp"

namespace qm::aerospike {

// A command whose reply is one record or less.
class RecordCommand : public Command {
 public:
  RecordCommand() : Command(false) {}
  Taken take(FrameType type, std::string_view body) final;
  Reply reply;

 protected:
  ~RecordCommand() = default;
};

// A batch's share on one node: the reply is a stream of entries, each with its own code.
class BatchCommand : public Command {
 public:
  BatchCommand() : Command(true) {}
  Taken take(FrameType type, std::string_view body) override;
  std::vector<StreamEntry> entries;
  StreamEnd end;

 protected:
  ~BatchCommand() = default;
};

// A query's share on one node: as of a batch, but an entry with a failure's code is the end of it all. A query that the
// server cannot even begin is answered by such an entry alone.
class QueryCommand : public BatchCommand {
 public:
  Taken take(FrameType type, std::string_view body) final;

 protected:
  ~QueryCommand() = default;
};

// `encode(std::string& out, std::chrono::milliseconds timeout)` makes the frame.
template <class Base, class Encode>
class Encoded final : public Base {
 public:
  explicit Encoded(Encode encode) : encode_(std::move(encode)) {}
  void encode(std::string& out, std::chrono::milliseconds timeout) const override { encode_(out, timeout); }

 private:
  Encode encode_;
};
template <class Base, class Encode>
Encoded<Base, Encode> command_for(Encode encode) {
  return Encoded<Base, Encode>{std::move(encode)};
}

struct CallPolicy {
  std::string_view name_space;
  std::uint32_t partition = 0;
  bool is_write = false;
  bool master_only = false;  // a read that must not be stale
  Deadline deadline{};
};

// The reply, whatever its code is (one that passes has been retried), or why there is none.
Task<Result<Reply>> call(Worker& worker, RecordCommand& command, CallPolicy policy);

// One attempt on one node.
Task<Outcome> attempt(Worker& worker, NodePool* pool, Lane lane, Command& command, Deadline deadline);

// Waits before the attempt-th retry (from 0): longer each time, at random around 10, 20, 40 … 250 ms. False: the
// deadline comes first, or the client was stopped.
Task<bool> back_off(Worker& worker, std::size_t attempt, Deadline deadline);

// Whether the same call, made again, may fare better; for a write only if the server did not touch the record.
bool may_pass(ResultCode code, bool is_write);

// What a caller is told.
Error error_of(ResultCode code, bool is_write);
Error error_of(Outcome outcome, bool is_write);
Error stopped_error();

}  // namespace qm::aerospike
