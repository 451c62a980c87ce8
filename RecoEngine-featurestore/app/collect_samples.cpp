#include "RecoEngine-featurestore/app/collect_samples.hpp"

namespace qm::reco {

namespace {

constexpr std::size_t kCustomersPerPage = 100;
constexpr double kCustomersHalfway = 1'000;

}  // namespace

Task<Result<bool>> CollectSamples::knows_anybody() {
  std::string cursor;
  do {
    auto page = co_await events_.customers(std::move(cursor), kCustomersPerPage);
    if (!page) co_return page.error();
    if (!page->customers.empty()) co_return true;
    cursor = std::move(page->cursor);
  } while (!cursor.empty());
  co_return false;
}

Task<Result<CollectedSamples>> CollectSamples::run(std::function<void(double)> progress,
                                                   const std::atomic<bool>* cancelled) {
  const Timestamp now = clock_.now();
  const Timestamp kept_since = now - events_.keep();
  LabelledCrowd crowd{now, kept_since, late_, most_};
  crowd.forgets_before(kept_since);
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
      const CustomerHistory& known = *history;
      const auto features_at = [&known](Timestamp cutoff) { return known.features_at(cutoff); };
      crowd.add(user.str(), known.events, features_at);
      ++walked;
      progress(walked / (walked + kCustomersHalfway));
    }
    cursor = std::move(page->cursor);
  } while (!cursor.empty());
  co_return std::move(crowd).finish();
}

}  // namespace qm::reco
