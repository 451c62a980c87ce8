#include "tests/drill/drill_load.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <thread>

#include "platform/aerospike/await.hpp"

namespace qm::drill {

using namespace std::chrono_literals;
using aerospike::Bin;
using aerospike::Operation;
using aerospike::Value;

namespace {

constexpr std::size_t kCounters = 8;         // of each actor
constexpr std::size_t kListEntries = 100;    // then another list is begun
constexpr std::size_t kCreateAttempts = 2;   // at each name
constexpr std::chrono::seconds kReadBack{10};

Moment now() { return std::chrono::steady_clock::now(); }

std::optional<std::int64_t> integer_in(const aerospike::Record& record) {
  for (const auto& bin : record.bins) {
    if (const auto* number = bin.value.as<std::int64_t>()) return *number;
  }
  return std::nullopt;
}

std::vector<std::int64_t> list_in(const aerospike::Record& record) {
  std::vector<std::int64_t> numbers;
  for (const auto& bin : record.bins) {
    const auto* list = bin.value.as<aerospike::List>();
    if (list == nullptr) continue;
    for (const auto& value : *list) {
      const auto* number = value.as<std::int64_t>();
      numbers.push_back(number == nullptr ? -1 : *number);
    }
  }
  return numbers;
}

void report(std::vector<std::string>& faults, const std::string& id, std::string fault) {
  if (!fault.empty()) faults.push_back(id + ": " + std::move(fault));
}

}  // namespace

struct DrillLoad::Actor {
  std::string name;
  std::uint64_t turns = 0;
  std::vector<CounterModel> counters = std::vector<CounterModel>(kCounters);
  // Those since the last verification; the numbers in their ids go on.
  std::uint64_t first_list = 0, first_created = 0;
  std::vector<ListModel> lists{};
  std::vector<CreatedModel> created{};

  std::string counter_id(std::size_t i) const { return name + "-counter-" + std::to_string(i); }
  std::string list_id(std::size_t i) const { return name + "-list-" + std::to_string(first_list + i); }
  std::string created_id(std::size_t i) const { return name + "-created-" + std::to_string(first_created + i); }
};

DrillLoad::DrillLoad(aerospike::Client& client, boost::asio::io_context& context, Settings settings)
    : client_(client), context_(context), settings_(std::move(settings)) {
  for (std::size_t i = 0; i < settings_.actors; ++i) {
    actors_.push_back(std::make_unique<Actor>());
    actors_.back()->name = settings_.run + "-" + std::to_string(i);
  }
}

DrillLoad::~DrillLoad() { stop(); }

void DrillLoad::run_all(std::vector<Task<void>> tasks) {
  running_ += tasks.size();
  for (auto& task : tasks) boost::asio::co_spawn(context_, std::move(task), boost::asio::detached);
}

void DrillLoad::start() {
  stopping_ = false;
  std::vector<Task<void>> tasks;
  for (const auto& actor : actors_) tasks.push_back(act(*actor));
  run_all(std::move(tasks));
}

void DrillLoad::stop() {
  stopping_ = true;
  while (running_ > 0) std::this_thread::sleep_for(1ms);
}

aerospike::Key DrillLoad::key(std::string id) const { return {settings_.name_space, kSet, std::move(id)}; }

// ------------------------------------------------------------------------------------------------------------- acting

// Of eight calls four read, two add, one appends and one creates.
Task<void> DrillLoad::act(Actor& actor) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  aerospike::Timer timer{executor};
  while (!stopping_) {
    switch (actor.turns++ % 8) {
      case 1:
      case 5: co_await add(actor); break;
      case 3: co_await append(actor); break;
      case 7: co_await create(actor); break;
      default: co_await read(actor); break;
    }
    timer.expires_after(settings_.pause);
    co_await timer.async_wait(aerospike::kAwait);
  }
  --running_;
}

Task<void> DrillLoad::read(Actor& actor) {
  const std::size_t which = actor.turns / 2 % kCounters;
  auto at = key(actor.counter_id(which));
  const bool must_be = actor.counters[which].acked > 0;
  const auto begun = now();
  const auto record = co_await client_.get(std::move(at));
  const bool good = record || (record.error().kind == ErrorKind::NotFound && !must_be);
  if (good)
    tally_.note_success(begun, now());
  else
    tally_.note_error(record.error(), "read", begun, now());
}

Task<void> DrillLoad::add(Actor& actor) {
  const std::size_t which = actor.turns / 4 % kCounters;
  auto at = key(actor.counter_id(which));
  std::vector<Operation> operations;
  operations.push_back(Operation::add("n", std::int64_t{1}));
  operations.push_back(Operation::read("n"));
  const auto begun = now();
  const auto added = co_await client_.operate(std::move(at), std::move(operations));
  actor.counters[which].note(added ? Attempt::Acked : attempt_of(added.error().kind));
  if (added)
    tally_.note_success(begun, now());
  else
    tally_.note_error(added.error(), "add", begun, now());
}

Task<void> DrillLoad::append(Actor& actor) {
  if (actor.lists.empty() || actor.lists.back().attempts.size() >= kListEntries) actor.lists.emplace_back();
  auto& list = actor.lists.back();
  auto at = key(actor.list_id(actor.lists.size() - 1));
  const Value number{static_cast<std::int64_t>(list.attempts.size())};
  std::vector<Operation> operations;
  operations.push_back(Operation::list_append("ids", number));
  const auto begun = now();
  const auto appended = co_await client_.operate(std::move(at), std::move(operations));
  list.attempts.push_back(appended ? Attempt::Acked : attempt_of(appended.error().kind));
  if (appended)
    tally_.note_success(begun, now());
  else
    tally_.note_error(appended.error(), "append", begun, now());
}

Task<void> DrillLoad::create(Actor& actor) {
  actor.created.emplace_back();
  for (std::size_t attempt = 0; attempt < kCreateAttempts; ++attempt) co_await create_as(actor, attempt);
}

Task<void> DrillLoad::create_as(Actor& actor, std::size_t attempt) {
  auto& attempts = actor.created.back().attempts;
  auto at = key(actor.created_id(actor.created.size() - 1));
  const bool may_exist = std::any_of(attempts.begin(), attempts.end(), [](Attempt a) { return a != Attempt::Refused; });
  std::vector<Bin> bins;
  bins.push_back({"by", Value{static_cast<std::int64_t>(attempt)}});
  aerospike::WriteOptions options;
  options.mode = aerospike::WriteMode::CreateOnly;
  const auto begun = now();
  const auto created = co_await client_.put(std::move(at), std::move(bins), std::move(options));
  attempts.push_back(created ? Attempt::Acked : attempt_of(created.error().kind));
  if (created || (created.error().kind == ErrorKind::AlreadyExists && may_exist))
    tally_.note_success(begun, now());
  else
    tally_.note_error(created.error(), "create", begun, now());
}

// ---------------------------------------------------------------------------------------------------------- verifying

std::vector<std::string> DrillLoad::verify() {
  verified_ = 0;
  std::vector<std::string> faults;
  std::vector<Task<void>> tasks;
  for (const auto& actor : actors_) tasks.push_back(verify_actor(*actor, faults));
  run_all(std::move(tasks));
  while (running_ > 0) std::this_thread::sleep_for(1ms);
  return faults;
}

Task<Result<std::optional<aerospike::Record>>> DrillLoad::read_back(std::string id) {
  ++verified_;
  auto at = key(std::move(id));
  aerospike::ReadOptions options;
  options.deadline = deadline_in(kReadBack);
  options.master_only = true;
  auto record = co_await client_.get(std::move(at), {}, std::move(options));
  std::optional<aerospike::Record> found;
  if (record)
    found = std::move(*record);
  else if (record.error().kind != ErrorKind::NotFound)
    co_return record.error();
  co_return found;
}

Task<void> DrillLoad::verify_actor(Actor& actor, std::vector<std::string>& faults) {
  for (std::size_t i = 0; i < actor.counters.size(); ++i) {
    const auto record = co_await read_back(actor.counter_id(i));
    if (!record)
      report(faults, actor.counter_id(i), record.error().detail);
    else
      report(faults, actor.counter_id(i), actor.counters[i].fault(*record ? integer_in(**record).value_or(-1) : 0));
  }
  for (std::size_t i = 0; i < actor.lists.size(); ++i) {
    const auto record = co_await read_back(actor.list_id(i));
    if (!record)
      report(faults, actor.list_id(i), record.error().detail);
    else
      report(faults, actor.list_id(i), actor.lists[i].fault(*record ? list_in(**record) : std::vector<std::int64_t>{}));
  }
  for (std::size_t i = 0; i < actor.created.size(); ++i) {
    const auto record = co_await read_back(actor.created_id(i));
    if (!record)
      report(faults, actor.created_id(i), record.error().detail);
    else
      report(faults, actor.created_id(i), actor.created[i].fault(*record ? integer_in(**record) : std::nullopt));
  }
  --running_;
}

void DrillLoad::forget() {
  for (const auto& actor : actors_) {
    actor->first_list += actor->lists.size();
    actor->first_created += actor->created.size();
    actor->lists.clear();
    actor->created.clear();
  }
}

}  // namespace qm::drill
