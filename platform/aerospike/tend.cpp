#include "platform/aerospike/tend.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include "platform/aerospike/call.hpp"
#include "platform/aerospike/info_command.hpp"
#include "platform/core/join.hpp"
#include "platform/log/log.hpp"

namespace qm::aerospike {

using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds kLeastGapMs{100};    // between rounds, however often it is poked
constexpr std::chrono::milliseconds kEagerGapMs{200};    // while no node is known, or one waits behind its fence
constexpr int kSilentIntervals = 5;                      // after which even the last nodes are given up
constexpr int kMostHops = 8;                             // of discovery, from peer to peer in one round
const std::string kClusterKey = "cluster-stable:ignore-migrations=true";

}  // namespace

Tend::Tend(std::shared_ptr<Cluster> cluster, Worker& worker)
    : cluster_(std::move(cluster)), worker_(worker), timer_(worker.executor()) {}

void Tend::start(std::shared_ptr<Cluster> cluster, Worker& worker) {
  auto tend = std::make_shared<Tend>(cluster, worker);
  cluster->on_poke([weak = std::weak_ptr{tend}, &context = worker.context()] {
    boost::asio::post(context, [weak] {
      if (const auto self = weak.lock()) self->timer_.cancel();
    });
  });
  boost::asio::co_spawn(worker.executor(), run(std::move(tend)), boost::asio::detached);
}

Task<void> Tend::run(std::shared_ptr<Tend> self) {
  while (!self->cluster_->stopped()) {
    const Deadline begun = std::chrono::steady_clock::now();
    self->cluster_->take_poke();
    try {
      co_await self->round();
    } catch (const std::exception& broken) {
      log::error("tending the cluster failed", {{"error", broken.what()}});
    }
    if (self->cluster_->stopped()) co_return;
    co_await self->wait(begun);
  }
}

Task<void> Tend::wait(Deadline begun) {
  const auto interval = worker_.options().tend_interval_ms;
  const Deadline earliest = begun + std::min(kLeastGapMs, interval);
  const bool eager = members_.empty() || std::ranges::any_of(members_, [](const auto& member) {
    return member->answered && member->node->is_fenced();
  });
  const Deadline latest = begun + (eager ? std::min(kEagerGapMs, interval) : interval);
  error_code ignored;
  while (!cluster_->stopped() && std::chrono::steady_clock::now() < earliest) {
    timer_.expires_at(earliest);
    co_await timer_.async_wait(boost::asio::redirect_error(kAwait, ignored));
  }
  // From the test to the wait nothing runs on this thread: a poke that comes meanwhile cancels the wait.
  if (cluster_->stopped() || cluster_->take_poke()) co_return;
  timer_.expires_at(latest);
  co_await timer_.async_wait(boost::asio::redirect_error(kAwait, ignored));
}

Task<void> Tend::round() {
  worker_.counters().tends.add();
  co_await ask_all_for_status();
  co_await read_changed_peers();
  bool came = false;
  for (int hop = 0; hop < kMostHops; ++hop) {
    const bool found = co_await discover();
    if (!found) break;
    came = true;
    co_await read_changed_peers();
  }
  forget_lost();
  if (came) co_await ask_all_for_status();  // those who came, for their cluster
  find_who_agrees();
  co_await read_changed_partitions();
  if (changed_ && !worker_.stopped()) publish();
  // Last: by now everybody knows what the others took over meanwhile.
  lift_fences();
}

// ---------------------------------------------------------------------------------------------------- status and peers

Task<void> Tend::ask_all_for_status() {
  std::vector<Task<void>> tasks;
  for (auto& member : members_) tasks.push_back(ask_for_status(*member));
  co_await join_all(std::move(tasks));
}

Task<void> Tend::ask_for_status(Member& member) {
  member.answered = false;
  std::string commands = "node\npeers-generation\npartition-generation\n";
  if (members_.size() > 1) commands += kClusterKey + '\n';
  const auto answers = co_await ask(*member.pool, std::move(commands));
  if (!answers) member.node->note_unreachable(std::chrono::steady_clock::now());
  if (!answers || answer_to(*answers, "node") != member.node->name()) co_return;  // gone, or another one's address now
  member.answered = true;
  member.last_answer = std::chrono::steady_clock::now();
  member.peers_now = generation_in(*answers, "peers-generation");
  member.partitions_now = generation_in(*answers, "partition-generation");
  member.cluster_key = answer_to(*answers, kClusterKey);
}

Task<void> Tend::read_changed_peers() {
  std::vector<Task<void>> tasks;
  for (auto& member : members_) {
    if (member->answered && member->peers_read != member->peers_now) tasks.push_back(read_peers(*member));
  }
  co_await join_all(std::move(tasks));
}

Task<void> Tend::read_peers(Member& member) {
  std::string command = worker_.options().tls.enabled ? "peers-tls-" : "peers-clear-";
  command += worker_.options().alternate_addresses ? "alt" : "std";
  std::string commands = command + '\n';
  const auto answers = co_await ask(*member.pool, std::move(commands));
  if (!answers) {
    member.answered = false;
    co_return;
  }
  auto peers = parse_peers(answer_to(*answers, command));
  if (!peers) {
    log::warn("a node's list of peers makes no sense", {{"node", member.node->name()}});
    co_return;
  }
  member.peers = std::move(*peers);
  member.peers_read = member.peers_now;
}

// -------------------------------------------------------------------------------------------------------------- fences

// The member whose word on the cluster counts, if there is one. May mark a fenced one as in step.
Tend::Member* Tend::model() {
  const Deadline now = std::chrono::steady_clock::now();
  const auto answered = [](const auto& member) { return member->answered; };
  const auto free = [](const auto& member) { return member->answered && !member->node->is_fenced(); };
  if (const auto found = std::ranges::find_if(members_, free); found != members_.end()) {
    last_free_ = now;
    return found->get();
  }
  const auto first = std::ranges::find_if(members_, answered);
  if (first == members_.end()) return nullptr;
  const auto agrees = [&](const auto& member) {
    return member->answered && !member->cluster_key.empty() && member->cluster_key == (*first)->cluster_key;
  };
  const bool nobody_else = members_.size() == 1 || std::ranges::none_of(members_, &Member::was_free);
  const bool waited = now - last_free_ >= kSilentIntervals * worker_.options().tend_interval_ms;
  if (!nobody_else && !waited && !std::ranges::all_of(members_, agrees)) return nullptr;
  (*first)->agreements = kAgreements;
  return first->get();
}

// Finds those whose fence may go at the end of this round; what they hold will be read anew.
void Tend::find_who_agrees() {
  const Member* const model = this->model();
  for (const auto& member : members_) {
    member->is_believed = !member->node->is_fenced();
    if (member->is_believed || !member->answered) continue;
    if (model != nullptr && member.get() != model) {
      const bool agrees = !model->cluster_key.empty() && member->cluster_key == model->cluster_key;
      member->agreements = agrees ? member->agreements + 1 : 0;
    }
    if (member->agreements < kAgreements) continue;
    member->is_believed = true;
    member->partitions_read = kNeverRead;
  }
}

void Tend::lift_fences() {
  for (const auto& member : members_) {
    if (member->agreements < kAgreements) continue;
    if (member->was_free) log::info("a node of the cluster gets writes again", {{"node", member->node->name()}});
    member->agreements = 0;
    member->was_free = true;
    member->node->lift_fence();
  }
}

// ---------------------------------------------------------------------------------------------------------- partitions

Task<void> Tend::read_changed_partitions() {
  // A node that loses a place to another may have lost it a while ago: it is asked anew, once in this round.
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<Task<void>> tasks;
    for (auto& member : members_) {
      if (!member->is_believed || !member->answered) continue;
      if (member->partitions_now == -1 || member->partitions_read == member->partitions_now) continue;
      // A node that believes to be alone while others answer would take all for its own.
      if (member->peers.peers.empty() && answering() > 1) continue;
      tasks.push_back(read_partitions(*member));
    }
    if (tasks.empty()) co_return;
    co_await join_all(std::move(tasks));
  }
}

Task<void> Tend::read_partitions(Member& member) {
  std::string commands = "partition-generation\nreplicas\n";
  const auto answers = co_await ask(*member.pool, std::move(commands));
  if (!answers) {
    member.answered = false;
    co_return;
  }
  const auto claims = parse_replicas(answer_to(*answers, "replicas"));
  if (!claims) {
    log::warn("a node's list of partitions makes no sense", {{"node", member.node->name()}});
    co_return;
  }
  member.partitions_now = generation_in(*answers, "partition-generation");
  member.partitions_read = member.partitions_now;
  changed_ = true;
  for (const NodeIndex loser : partitions_.update(member.node->index(), *claims)) {
    for (auto& other : members_) {
      if (other->node->index() == loser) other->partitions_read = kNeverRead;
    }
  }
}

// ---------------------------------------------------------------------------------------------------------- forgetting

std::size_t Tend::answering() const {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(), [](const auto& member) { return member->answered; }));
}

bool Tend::is_named_by_others(const Member& member) const {
  for (const auto& other : members_) {
    if (!other->answered || other.get() == &member) continue;
    for (const auto& peer : other->peers.peers) {
      if (peer.node == member.node->name()) return true;
    }
  }
  return false;
}

bool Tend::holds_anything(NodeIndex node) const {
  for (const auto& name_space : partitions_.namespaces()) {
    for (std::uint32_t partition = 0; partition < kPartitions; ++partition) {
      const auto replicas = partitions_.replicas(name_space, partition);
      if (std::find(replicas.begin(), replicas.end(), node) != replicas.end()) return true;
    }
  }
  return false;
}

void Tend::forget_lost() {
  const std::size_t answered = answering();
  const Deadline now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < members_.size();) {
    const Member& member = *members_[i];
    bool lost = false;
    if (answered == 0)
      lost = now - member.last_answer >= kSilentIntervals * worker_.options().tend_interval_ms;
    else if (!member.answered)
      lost = !is_named_by_others(member);
    else
      lost = answered > 1 && !is_named_by_others(member) && !holds_anything(member.node->index());
    if (lost)
      forget(i);
    else
      ++i;
  }
}

void Tend::forget(std::size_t at) {
  const NodeIndex index = members_[at]->node->index();
  if (!members_[at]->answered) members_[at]->node->fence();  // what is under way there may be carried out late
  log::info("a node of the cluster was lost", {{"node", members_[at]->node->name()}, {"nodes", members_.size() - 1}});
  partitions_.remove(index);
  nodes_[index] = nullptr;
  members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(at));
  changed_ = true;
}

void Tend::publish() {
  cluster_->publish(std::make_shared<const Snapshot>(Snapshot{nodes_, partitions_}));
  changed_ = false;
}

Task<Result<InfoAnswers>> Tend::ask(NodePool& pool, std::string commands) {
  InfoCommand command{std::move(commands)};
  const Outcome outcome =
      co_await attempt(worker_, &pool, Lane::Tend, command, deadline_in(worker_.options().connect_timeout_ms));
  if (outcome == Outcome::Answered) co_return std::move(command.answers);
  co_return unavailable("The node does not answer.");
}

}  // namespace qm::aerospike
