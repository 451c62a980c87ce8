// What a client does beside records: waiting for the cluster, indexes, truncation, info.
#include "platform/aerospike/client_impl.hpp"
#include "platform/aerospike/info_command.hpp"
#include "platform/core/join.hpp"

namespace qm::aerospike {

namespace {

constexpr std::chrono::milliseconds kPollMs{20};

// `changes`: something of the server's, so that no answer leaves it in doubt.
Task<Result<InfoAnswers>> ask_node(Worker& worker, NodeIndex node, std::string commands, Deadline deadline,
                                   bool changes = false) {
  InfoCommand command{std::move(commands)};
  NodePool* pool = worker.pool_of(node);
  const Outcome outcome = co_await attempt(worker, pool, Lane::Stream, command, deadline);
  if (outcome != Outcome::Answered) co_return error_of(outcome, changes);
  co_return std::move(command.answers);
}

struct NodeAnswer {
  std::shared_ptr<Node> node;
  std::optional<Result<InfoAnswers>> answers{};
};

Task<void> ask_one_of_all(Worker& worker, NodeAnswer& into, std::string commands, Deadline deadline) {
  into.answers.emplace(co_await ask_node(worker, into.node->index(), std::move(commands), deadline));
}

Task<std::vector<NodeAnswer>> ask_all(Worker& worker, std::string commands, Deadline deadline) {
  std::vector<NodeAnswer> all;
  for (const auto& node : worker.snapshot().nodes) {
    if (node) all.push_back({node});
  }
  std::vector<Task<void>> tasks;
  for (auto& answer : all) tasks.push_back(ask_one_of_all(worker, answer, commands, deadline));
  co_await join_all(std::move(tasks));
  co_return all;
}

// The node asked for, or any that does not rest after a failure; kNoNode when there is none.
NodeIndex choose_node(Worker& worker, std::string_view name) {
  NodeIndex chosen = kNoNode;
  const Deadline now = std::chrono::steady_clock::now();
  for (const auto& node : worker.snapshot().nodes) {
    if (!node || (!name.empty() && node->name() != name)) continue;
    if (chosen == kNoNode || !node->is_blocked(now)) chosen = node->index();
  }
  return chosen;
}

// One command whose only good answer is "ok"; its failures are "ERROR:code:text" or "FAIL:code:text".
Task<Result<void>> command_any(Worker& worker, std::string command, Deadline deadline) {
  const NodeIndex node = choose_node(worker, {});
  std::string line = command + '\n';
  const auto answers = co_await ask_node(worker, node, std::move(line), deadline, true);
  if (!answers) co_return answers.error();
  const std::string answer = answers->empty() ? std::string{} : answers->begin()->second;
  if (answer == "ok" || answer == "OK") co_return Result<void>{};
  const auto colon = answer.find(':');
  const int code = colon == std::string::npos ? 0 : std::atoi(answer.c_str() + colon + 1);
  if (code > 0 && code < 256) co_return error_of(static_cast<ResultCode>(code), true);
  co_return unavailable("The database did not accept an administrative command.");
}

// Whether the server's version is at least 8.1, where the words of index commands changed.
bool has_new_words(std::string_view build) {
  int major = 0, minor = 0;
  if (std::sscanf(std::string{build}.c_str(), "%d.%d", &major, &minor) != 2) return false;
  return major > 8 || (major == 8 && minor >= 1);
}

std::string create_command(const Index& index, bool new_words) {
  const std::string type = index.type == IndexType::Integer ? "NUMERIC" : "STRING";
  std::string text = new_words ? "sindex-create:namespace=" : "sindex-create:ns=";
  text += index.name_space;
  if (!index.set.empty()) text += ";set=" + index.set;
  text += ";indexname=" + index.name;
  return text + (new_words ? ";bin=" + index.bin + ";type=" + type : ";indexdata=" + index.bin + ',' + type);
}

std::string status_command(const Index& index, bool new_words) {
  return new_words ? "sindex-stat:namespace=" + index.name_space + ";indexname=" + index.name
                   : "sindex/" + index.name_space + '/' + index.name;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.find_first_of(";:,=\n\t") == std::string_view::npos;
}

Task<Result<void>> make_index(Worker& worker, Index index, Deadline deadline) {
  const auto builds = co_await ask_node(worker, choose_node(worker, {}), "build\n", deadline);
  if (!builds) co_return builds.error();
  const bool new_words = !builds->empty() && has_new_words(builds->begin()->second);
  const auto made = co_await command_any(worker, create_command(index, new_words), deadline);
  if (!made) co_return made.error();
  const std::string status = status_command(index, new_words) + '\n';
  while (true) {
    const auto all = co_await ask_all(worker, status, deadline);
    bool built = !all.empty();
    for (const auto& one : all) {
      const auto& answers = *one.answers;
      if (!answers)
        built = false;
      else
        built = built && !answers->empty() && answers->begin()->second.find("load_pct=100") != std::string::npos;
    }
    if (built) co_return Result<void>{};
    if (std::chrono::steady_clock::now() >= deadline)
      co_return Error{ErrorKind::InDoubt, "The index was declared but not built in time.", std::chrono::seconds{1}};
    const bool goes_on = co_await worker.pause(std::chrono::steady_clock::now() + kPollMs);
    if (!goes_on) co_return stopped_error();
  }
}

std::string what_is_missing(const Snapshot& snapshot, const std::vector<std::string>& name_spaces) {
  if (snapshot.node_count() == 0) return "no node of the database answers";
  for (const auto& name_space : name_spaces) {
    if (!snapshot.partitions.knows(name_space)) return "the database has no namespace " + name_space;
    if (!snapshot.partitions.is_complete(name_space))
      return "some partitions of the namespace " + name_space + " have no node";
  }
  return {};
}

}  // namespace

Task<Result<void>> Client::wait_until_ready(std::vector<std::string> name_spaces, Deadline deadline) {
  const Executor here = co_await boost::asio::this_coro::executor;
  Worker* worker = impl_->worker_of(here);
  if (worker == nullptr) {
    auto there = wait_until_ready(std::move(name_spaces), deadline);
    co_return co_await impl_->carry(std::move(there));
  }
  while (true) {
    const std::string missing = what_is_missing(worker->snapshot(), name_spaces);
    if (missing.empty()) co_return Result<void>{};
    const Deadline now = std::chrono::steady_clock::now();
    if (now >= deadline) co_return unavailable("Not ready: " + missing + '.');
    const bool goes_on = co_await worker->pause(now + kPollMs);
    if (!goes_on) co_return stopped_error();
  }
}

Task<Result<void>> Client::create_index(Index index, Deadline deadline) {
  const Executor here = co_await boost::asio::this_coro::executor;
  Worker* worker = impl_->worker_of(here);
  if (worker == nullptr) {
    auto there = create_index(std::move(index), deadline);
    co_return co_await impl_->carry(std::move(there));
  }
  auto good = check_target(index.name_space, index.set);
  if (good) good = check_bin_name(index.bin);
  if (!good) co_return good.error();
  if (!is_word(index.name) || !is_word(index.name_space) || !is_word(index.bin) ||
      (!index.set.empty() && !is_word(index.set)))
    co_return Error{ErrorKind::Rejected, "A name of an index has characters that no name may have."};
  co_return co_await make_index(*worker, std::move(index), deadline);
}

Task<Result<void>> Client::truncate(std::string name_space, std::string set, Deadline deadline) {
  const Executor here = co_await boost::asio::this_coro::executor;
  Worker* worker = impl_->worker_of(here);
  if (worker == nullptr) {
    auto there = truncate(std::move(name_space), std::move(set), deadline);
    co_return co_await impl_->carry(std::move(there));
  }
  const auto good = check_target(name_space, set);
  if (!good) co_return good.error();
  if (!is_word(name_space) || (!set.empty() && !is_word(set)))
    co_return Error{ErrorKind::Rejected, "A name of a set has characters that no name may have."};
  std::string command =
      set.empty() ? "truncate-namespace:namespace=" + name_space : "truncate:namespace=" + name_space + ";set=" + set;
  co_return co_await command_any(*worker, std::move(command), deadline);
}

Task<Result<InfoAnswers>> Client::info(std::string node, std::string commands, Deadline deadline) {
  const Executor here = co_await boost::asio::this_coro::executor;
  Worker* worker = impl_->worker_of(here);
  if (worker == nullptr) {
    auto there = info(std::move(node), std::move(commands), deadline);
    co_return co_await impl_->carry(std::move(there));
  }
  const NodeIndex chosen = choose_node(*worker, node);
  if (chosen == kNoNode) co_return unavailable("There is no such node of the database at the moment.");
  co_return co_await ask_node(*worker, chosen, std::move(commands), deadline);
}

Task<Result<std::map<std::string, InfoAnswers>>> Client::info_all(std::string commands, Deadline deadline) {
  const Executor here = co_await boost::asio::this_coro::executor;
  Worker* worker = impl_->worker_of(here);
  if (worker == nullptr) {
    auto there = info_all(std::move(commands), deadline);
    co_return co_await impl_->carry(std::move(there));
  }
  auto all = co_await ask_all(*worker, std::move(commands), deadline);
  std::map<std::string, InfoAnswers> answers;
  for (auto& one : all) {
    if (!*one.answers) co_return one.answers->error();
    answers.emplace(one.node->name(), std::move(**one.answers));
  }
  if (answers.empty()) co_return unavailable("No node of the database answers.");
  co_return answers;
}

}  // namespace qm::aerospike
