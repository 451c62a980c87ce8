// A question of the info protocol on a connection, and how its answers are read.
#pragma once
#include "platform/aerospike/command.hpp"
#include "platform/aerospike/exchange.hpp"
#include "platform/aerospike/info.hpp"

namespace qm::aerospike {

class InfoCommand final : public Command {
 public:
  // Each command ended by '\n'.
  explicit InfoCommand(std::string commands) : Command(false), commands_(std::move(commands)) {}

  void encode(std::string& out, std::chrono::milliseconds) const override { encode_info(out, commands_); }
  Taken take(FrameType type, std::string_view body) override {
    if (type != FrameType::Info) return Taken::Broken;
    auto parsed = parse_info(body);
    if (!parsed) return Taken::Broken;
    answers = std::move(*parsed);
    return Taken::Done;
  }

  InfoAnswers answers;

 private:
  std::string commands_;
};

// The answer to one command; empty when it is missing or reports a failure.
inline std::string answer_to(const InfoAnswers& answers, std::string_view command) {
  const auto it = answers.find(command);
  return it == answers.end() || is_info_error(it->second) ? std::string{} : it->second;
}

// -1 also when it is missing or no number.
inline std::int64_t generation_in(const InfoAnswers& answers, std::string_view command) {
  const auto parsed = parse_generation(answer_to(answers, command));
  return parsed ? *parsed : -1;
}

}  // namespace qm::aerospike
