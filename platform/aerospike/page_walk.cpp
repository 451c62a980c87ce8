#include "platform/aerospike/page_walk.hpp"

#include <random>

#include "platform/aerospike/call.hpp"
#include "platform/aerospike/cursor.hpp"
#include "platform/core/join.hpp"

namespace qm::aerospike {

namespace {

// So many partitions are begun at first, then at most four times as many again and again until the page is full, but
// about as many as fill it, going by what the ones before held: a small set takes few rounds, and few records come in
// vain.
constexpr std::uint32_t kFirstWindow = 64;
constexpr std::uint32_t kWindowGrowth = 4;
// A node is asked for some more than the page still wants. When it sends fewer than it may, all its partitions are
// known to be at their end, and the cursor need not name them; what is too many comes again with the next page.
constexpr std::size_t kMoreThanWanted = 32;  // and a quarter
// After which the server drops a query whose reply is not read.
constexpr std::chrono::milliseconds kSocketTimeoutMs{10'000};

// What one node is asked for in one round.
struct WalkShare {
  NodeIndex node = kNoNode;
  QuerySpec spec{};
  Outcome outcome = Outcome::Unreachable;
  std::vector<StreamEntry> entries{};
  StreamEnd end{};
};

class PageWalk {
 public:
  PageWalk(Worker& worker, const Query& query, Cursor cursor, std::size_t limit, const ReadOptions& options)
      : worker_(worker), query_(query), cursor_(std::move(cursor)), limit_(limit), options_(options) {}

  Task<Result<Page>> run() {
    worker_.counters().calls.add();
    std::uint32_t window = kFirstWindow;
    const std::uint32_t first = cursor_.next;
    std::size_t tries = 0;  // in a row without success
    while (page_.entries.size() < limit_ && !cursor_.at_end()) {
      if (worker_.stopped()) co_return stopped_error();
      if (worker_.lacks(query_.name_space)) co_return error_of(ResultCode::NamespaceNotFound, false);
      if (tries > 0) worker_.counters().retries.add();
      if (tries > 1) {
        const bool time_left = co_await back_off(worker_, tries - 1, options_.deadline);
        if (!time_left) break;
      }
      if (cursor_.open.empty()) {
        // After trouble the same partitions are asked for again.
        if (cursor_.next > first && tries == 0) window = next_window(window, cursor_.next - first);
        begin_partitions(window);
      }
      if (std::chrono::steady_clock::now() >= options_.deadline) break;
      share_out(tries);
      std::vector<Task<void>> tasks;
      for (auto& share : shares_) tasks.push_back(ask(share));
      co_await join_all(std::move(tasks));
      const auto gathered = gather();
      if (!gathered) co_return gathered.error();
      tries = *gathered ? 0 : tries + 1;
      if (tries > worker_.options().max_retries) break;
    }
    // What was found is good, even if the walk could not go on: the next page will.
    if (page_.entries.empty() && !cursor_.at_end()) co_return worker_.stopped() ? stopped_error() : last_;
    page_.cursor = to_text(cursor_);
    co_return std::move(page_);
  }

 private:
  void begin_partitions(std::uint32_t count) {
    const std::uint32_t end = std::min(kPartitions, cursor_.next + count);
    for (; cursor_.next < end; ++cursor_.next) cursor_.open.push_back({static_cast<std::uint16_t>(cursor_.next)});
  }

  // After `walked` partitions, the last `window` of which in one round.
  std::uint32_t next_window(std::uint32_t window, std::uint32_t walked) const {
    const std::size_t found = page_.entries.size();
    if (found == 0) return window * kWindowGrowth;
    const std::size_t filling = (limit_ - found) * walked / found;
    return static_cast<std::uint32_t>(std::clamp<std::size_t>(filling, kFirstWindow, window * kWindowGrowth));
  }

  void share_out(std::size_t tries) {
    shares_.clear();
    for (const auto& position : cursor_.open) {
      NodePool* pool = options_.master_only ? worker_.pool_of_master(query_.name_space, position.partition)
                                            : worker_.pool_to_read(query_.name_space, position.partition, tries);
      const NodeIndex node = pool == nullptr ? kNoNode : pool->node()->index();
      auto share = std::find_if(shares_.begin(), shares_.end(), [&](const auto& s) { return s.node == node; });
      if (share == shares_.end()) share = shares_.insert(shares_.end(), WalkShare{node});
      share->spec.partitions.push_back(position);
    }
    thread_local std::mt19937_64 random{std::random_device{}()};
    const std::size_t wanted = limit_ - page_.entries.size();
    for (std::size_t i = 0; i < shares_.size(); ++i) {
      QuerySpec& spec = shares_[i].spec;
      spec.name_space = query_.name_space;
      spec.set = query_.set;
      spec.bins = query_.bins;
      spec.no_bins = query_.no_bins;
      spec.range = query_.range;
      const std::size_t fair = wanted / shares_.size() + (i < wanted % shares_.size() ? 1 : 0);
      spec.max_records = fair + fair / 4 + kMoreThanWanted;
      spec.task_id = random();
      spec.socket_timeout = kSocketTimeoutMs;
      spec.filter = options_.only_if ? options_.only_if->packed() : std::string_view{};
    }
  }

  Task<void> ask(WalkShare& share) {
    auto encode = [&](std::string& out, std::chrono::milliseconds timeout) { encode_query(out, share.spec, timeout); };
    auto command = command_for<QueryCommand>(std::move(encode));
    NodePool* pool = worker_.pool_of(share.node);
    share.outcome = co_await attempt(worker_, pool, Lane::Stream, command, options_.deadline);
    share.entries = std::move(command.entries);
    share.end = command.end;
  }

  PartitionPosition* find_open(std::uint32_t partition) {
    const auto it = std::lower_bound(cursor_.open.begin(), cursor_.open.end(), partition,
                                     [](const auto& position, std::uint32_t p) { return position.partition < p; });
    return it == cursor_.open.end() || it->partition != partition ? nullptr : &*it;
  }

  // Takes what came and moves the cursor → whether every node answered for its share.
  Result<bool> gather() {
    bool all = true;
    std::vector<bool> ended(kPartitions, false);
    std::vector<StreamEntry*> arrived;
    for (auto& share : shares_) {
      std::size_t records = 0;
      bool refused = false;
      const std::size_t before = arrived.size();
      std::vector<std::uint32_t> unavailable;
      for (auto& entry : share.entries) {
        if (entry.partition_refused) {
          unavailable.push_back(entry.partition);
          continue;
        }
        ++records;
        arrived.push_back(&entry);
      }
      if (share.outcome != Outcome::Answered) {
        refused = true;
        last_ = error_of(share.outcome, false);
        if (share.outcome == Outcome::TooLarge) return last_;
      } else if (share.end.code != ResultCode::Ok) {
        refused = true;
        last_ = error_of(share.end.code, false);
        if (!may_pass(share.end.code, false)) return last_;
      }
      if (!unavailable.empty()) {
        last_ = error_of(ResultCode::PartitionUnavailable, false);
        worker_.report_trouble();
      }
      all = all && !refused && unavailable.empty();
      // What came of an answer that broke off is left for the next page, unless this one would be empty: otherwise the
      // cursor had to name every partition of which something came.
      if (refused && !page_.entries.empty()) arrived.resize(before);
      // A node that sends fewer than it may has come to the end of its partitions.
      if (refused || records >= share.spec.max_records) continue;
      for (const auto& position : share.spec.partitions) ended[position.partition] = true;
      for (const std::uint32_t partition : unavailable) ended[partition % kPartitions] = false;
    }
    take(std::move(arrived), ended);
    std::erase_if(cursor_.open, [&](const auto& position) { return ended[position.partition]; });
    // What nothing was taken of has as well not been begun.
    for (auto& open = cursor_.open; !open.empty() && !open.back().after && open.back().partition + 1u == cursor_.next;
         open.pop_back())
      --cursor_.next;
    return all;
  }

  // Fills the page in the order of the partitions, so that it ends within one, and the cursor names few.
  void take(std::vector<StreamEntry*> arrived, std::vector<bool>& ended) {
    std::ranges::stable_sort(arrived, {}, [](const StreamEntry* entry) { return partition_of(entry->digest); });
    auto entry = arrived.begin();
    for (; entry != arrived.end() && page_.entries.size() < limit_; ++entry) {
      PartitionPosition* position = find_open(partition_of((*entry)->digest));
      if (position == nullptr) continue;  // not asked for
      position->after = PartitionPosition::After{(*entry)->digest, (*entry)->index_value};
      Record record{std::move((*entry)->bins), (*entry)->generation, (*entry)->expires_at_s};
      page_.entries.push_back({(*entry)->digest, std::move((*entry)->id), std::move(record)});
    }
    if (entry == arrived.end()) return;
    // What is left comes with the next page: of partitions begun before, the rest; of those above, all.
    const std::uint32_t full_at = partition_of((*entry)->digest);
    for (const auto& position : cursor_.open)
      if (position.partition >= full_at && !position.after) ended[position.partition] = false;
    for (; entry != arrived.end(); ++entry) ended[partition_of((*entry)->digest)] = false;
  }

  Worker& worker_;
  const Query& query_;
  Cursor cursor_;
  const std::size_t limit_;
  const ReadOptions& options_;
  Page page_;
  std::vector<WalkShare> shares_;
  Error last_{ErrorKind::Timeout, "There was no time left to ask the database.", std::chrono::seconds{1}};
};

}  // namespace

Task<Result<Page>> walk_page(Worker& worker, const Query& query, const std::string& cursor, std::size_t limit,
                             const ReadOptions& options) {
  auto parsed = parse_cursor(cursor);
  if (!parsed) co_return parsed.error();
  PageWalk walk{worker, query, std::move(*parsed), limit, options};
  co_return co_await walk.run();
}

}  // namespace qm::aerospike
