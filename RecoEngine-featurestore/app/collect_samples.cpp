#include "RecoEngine-featurestore/app/collect_samples.hpp"

#include <algorithm>
#include <map>

#include "RecoEngine-featurestore/training/random.hpp"
#include "platform/core/fnv1a.hpp"

namespace qm::reco {

namespace {

constexpr std::size_t kCustomersPerPage = 100;
constexpr double kCustomersHalfway = 1'000;

std::uint64_t hash_of_customer(const std::string& id) {
  return Random{fnv1a(id)}.bits();  // its upper bits depend on an id's last bytes, too
}

struct Seen {
  std::size_t cutoff = 0;  // place in the candidates
  TrainingSample sample;
};

// What a walk has found so far; keeps at most so many samples, and all or none of a customer.
class Crowd {
 public:
  Crowd(std::vector<Timestamp> candidates, std::size_t most) : candidates_(std::move(candidates)), most_(most) {}

  void add(const UserId& user, const CustomerHistory& history) {
    for (const KnownEvent& each : history.events) oldest_ = std::min(oldest_, each.event.at);
    if (is_left_out(user.str())) return;
    std::vector<Seen> seen;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      const auto left = left_after(history.events, candidates_[i]);
      if (!left) continue;
      seen.push_back({i, {history.features_at(candidates_[i]).fresh(candidates_[i]), *left}});
    }
    if (seen.empty()) return;
    size_ += seen.size();
    customers_.emplace(user.str(), std::move(seen));
    while (size_ > most_ && customers_.size() > 1 && kept_share_ > 1) thin_out();
  }

  Timestamp oldest() const { return oldest_; }
  // In order of their ids.
  const std::map<std::string, std::vector<Seen>>& customers() const { return customers_; }

 private:
  bool is_left_out(const std::string& id) const { return hash_of_customer(id) > kept_share_; }
  void thin_out() {
    kept_share_ /= 2;
    std::erase_if(customers_, [this](const auto& customer) { return is_left_out(customer.first); });
    size_ = 0;
    for (const auto& [id, seen] : customers_) size_ += seen.size();
  }

  const std::vector<Timestamp> candidates_;
  const std::size_t most_;
  Timestamp oldest_ = Timestamp::max();
  std::uint64_t kept_share_ = ~std::uint64_t{0};  // customers of a hash up to it are kept
  std::size_t size_ = 0;
  std::map<std::string, std::vector<Seen>> customers_;
};

struct KindCounts {
  std::size_t left = 0, stayed = 0;
  void add(bool churned) { ++(churned ? left : stayed); }
  bool enough() const { return left >= kMinOfEachKind && stayed >= kMinOfEachKind; }
  std::string text() const { return std::to_string(left) + " who left and " + std::to_string(stayed) + " who stayed"; }
};

std::string day_of_text(Timestamp at) { return to_rfc3339(at).substr(0, 10); }

constexpr const char* kWhatToDo = "POST /events?import=true, or train with source=synthetic.";

Error too_young(const std::string& reach, Timestamp wanted) {
  return rejected("The log of events " + reach + ", and has to reach back to " + day_of_text(wanted) +
                  " to learn from: send older events with " + kWhatToDo);
}

Error too_few(const KindCounts& learned, std::size_t learners, const KindCounts& judged, Timestamp cutoff) {
  return rejected("The log of events holds too few customers. To learn from: " + learned.text() + ", of " +
                  std::to_string(learners) + " customers at all cutoffs; to judge by, at the cutoff of " +
                  day_of_text(cutoff) + ": " + judged.text() + ". Needed are " + std::to_string(kMinTrainingSamples) +
                  " of " + std::to_string(kMinLearners) + " customers to learn from, and " +
                  std::to_string(kMinOfEachKind) + " of each kind in both: send more events with " + kWhatToDo);
}

// Customers to learn from, in order of their ids, numbered.
std::map<std::string, std::size_t> learners_of(const Crowd& crowd, std::size_t cutoffs) {
  std::map<std::string, std::size_t> learners;
  for (const auto& [id, seen] : crowd.customers()) {
    const auto learns = [&](const Seen& each) { return each.cutoff > 0 && each.cutoff < cutoffs; };
    if (std::ranges::any_of(seen, learns)) learners.emplace(id, learners.size());
  }
  return learners;
}

Result<CollectedSamples> to_samples(const Crowd& crowd, std::vector<Timestamp> cutoffs) {
  const auto learners = learners_of(crowd, cutoffs.size());
  CollectedSamples made;
  made.cutoffs = std::move(cutoffs);
  KindCounts learned, judged;
  for (std::size_t cutoff = 0; cutoff < made.cutoffs.size(); ++cutoff) {
    for (const auto& [id, seen] : crowd.customers()) {
      const auto found = std::ranges::find(seen, cutoff, &Seen::cutoff);
      if (found == seen.end()) continue;
      const std::size_t place = made.samples.size();
      if (cutoff == 0)
        made.split.test.push_back(place);
      else if (says_when_to_stop(learners.at(id)))
        made.split.validation.push_back(place);
      else
        made.split.training.push_back(place);
      (cutoff == 0 ? judged : learned).add(found->sample.churned);
      made.samples.push_back(found->sample);
    }
  }
  const bool many = made.samples.size() - made.split.test.size() >= kMinTrainingSamples;
  if (many && learned.enough() && judged.enough() && learners.size() >= kMinLearners) return made;
  return too_few(learned, learners.size(), judged, made.cutoffs.front());
}

}  // namespace

Task<Result<bool>> CollectSamples::knows_anybody() {
  std::string cursor;
  auto page = co_await events_.customers(std::move(cursor), 1);
  if (!page) co_return page.error();
  co_return !page->customers.empty();
}

Task<Result<CollectedSamples>> CollectSamples::run(std::function<void(double)> progress,
                                                   const std::atomic<bool>* cancelled) {
  const Timestamp now = clock_.now();
  // How far the log reaches is known after the walk: until then, as far as it may.
  const auto all_of = [](const TrainingCutoffs& cutoffs) {
    std::vector<Timestamp> all{cutoffs.judged};
    all.insert(all.end(), cutoffs.learned.begin(), cutoffs.learned.end());
    return all;
  };
  Crowd crowd{all_of(training_cutoffs(now, now - events_.keep())), most_};
  double walked = 0;
  std::string cursor;
  do {
    auto page = co_await events_.customers(std::move(cursor), kCustomersPerPage);
    if (!page) co_return page.error();
    for (const UserId& user : page->customers) {
      if (*cancelled) co_return rejected("The training was cancelled.");
      UserId whose = user;
      auto history = co_await replay_.history(std::move(whose));
      if (!history) co_return history.error();
      crowd.add(user, *history);
      ++walked;
      progress(walked / (walked + kCustomersHalfway));
    }
    cursor = std::move(page->cursor);
  } while (!cursor.empty());
  const Timestamp wanted = now - 3 * LabelRule{}.horizon;
  if (crowd.oldest() == Timestamp::max()) co_return too_young("is empty", wanted);
  const TrainingCutoffs cutoffs = training_cutoffs(now, crowd.oldest());
  if (cutoffs.learned.empty()) co_return too_young("begins on " + day_of_text(crowd.oldest()), wanted);
  co_return to_samples(crowd, all_of(cutoffs));
}

}  // namespace qm::reco
