// Fills RecoEngine's embedded store with customers of whom much is known and who are well, through its own use cases:
//   bench_customers DIRECTORY COUNT     customer_1 … customer_COUNT; the service must not run
//   bench_customers DIRECTORY model FILE   writes the champion's bytes to FILE, for bench_predict
// Of each three groups were told, and a visit with an order came as events. Ends once the store has put all of it in
// order, as it stands after a pause of the writing. Prints: customers=N seconds=V ordered_after_s=V
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "RecoEngine-featurestore/app/ingest_features.hpp"
#include "RecoEngine-featurestore/app/receive_events.hpp"
#include "RecoEngine-featurestore/store/model_registry.hpp"
#include "platform/core/await.hpp"
#include "platform/kv/rocks_store.hpp"

namespace {

using namespace qm;
using namespace qm::reco;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::size_t kLanes = 256;
constexpr std::chrono::milliseconds kBackOff{20};
constexpr std::size_t kBlock = 100;  // customers whose events are one batch
constexpr hours kKeep{24 * 730};

// The features of a group that a healthy customer has; `n` varies them.
std::vector<GivenFeature> told(FeatureGroup group, std::int64_t n) {
  if (group == FeatureGroup::profile) {
    static constexpr const char* kTiers[] = {"bronze", "silver", "gold", "platinum"};
    return {{"acc_age_days", FeatureValue{300 + n % 1'500}},
            {"loyalty_tier", FeatureValue{std::string{kTiers[1 + n % 3]}}},
            {"member_dur", FeatureValue{10 + n % 50}}};
  }
  if (group == FeatureGroup::behavior) {
    return {{"days_last_login", FeatureValue{n % 4}},
            {"days_last_purch", FeatureValue{n % 14}},
            {"sess_7d", FeatureValue{5 + n % 9}},
            {"sess_30d", FeatureValue{20 + n % 30}},
            {"cart_abandon", FeatureValue{static_cast<double>(n % 15) / 100}}};
  }
  return {{"csat_score", FeatureValue{4 + static_cast<double>(n % 11) / 10}},
          {"tickets_90d", FeatureValue{std::int64_t{0}}}};
}

void add_visit(const UserId& user, std::int64_t n, Timestamp began, std::vector<Event>& events) {
  const std::string number = std::to_string(n);
  const auto add = [&](EventType type, int minute) -> EventData& {
    const std::string id = "evt_" + number + "." + std::to_string(minute);
    return events.emplace_back(Event{EventId{id}, type, user, began + minutes{minute}, {}}).data;
  };
  add(EventType::session_started, 0).session_id = "ses_" + number;
  add(EventType::product_viewed, 1).product_id = "prod_" + std::to_string(n % 5'000);
  add(EventType::cart_changed, 2).item_count = 1;
  EventData& order = add(EventType::order_placed, 3);
  order.order_id = "ord_" + number;
  order.amount = Money{1'999 + n % 10'000};
  add(EventType::session_ended, 4).session_id = "ses_" + number;
}

struct Filling {
  kv::Store& store;
  const Clock& clock;
  std::int64_t count;
  FeatureStore features{store, kKeep};
  EventStore event_store{store, kKeep};
  IngestFeatures ingest{features, clock};
  ReceiveEvents receive{event_store, clock, hours{24 * 7}};
  std::int64_t next = 1;
  std::string failure;
};

Task<Result<void>> fill_block(Filling& filling, std::int64_t first, std::int64_t end) {
  std::vector<Event> events;
  const Timestamp began = filling.clock.now() - hours{20};
  for (std::int64_t n = first; n < end; ++n) {
    const UserId user{"customer_" + std::to_string(n)};
    for (const auto group : {FeatureGroup::profile, FeatureGroup::behavior, FeatureGroup::support}) {
      auto intake = IngestFeatures::examine(group, told(group, n));
      UserId whose = user;
      auto stored = co_await filling.ingest.store(std::move(whose), std::move(intake));
      if (!stored) co_return stored.error();
    }
    add_visit(user, n, began, events);
  }
  auto taken = co_await filling.receive.run(std::move(events));
  if (!taken) co_return taken.error();
  co_return Result<void>{};
}

Task<void> run_lane(Filling& filling) {
  while (filling.failure.empty() && filling.next <= filling.count) {
    const std::int64_t first = filling.next;
    filling.next += kBlock;
    const std::int64_t end = std::min<std::int64_t>(filling.next, filling.count + 1);
    auto done = co_await fill_block(filling, first, end);
    // The disk is slower than we are; what is told again changes nothing.
    while (!done && done.error().kind == ErrorKind::Unavailable) {
      const Executor executor = co_await boost::asio::this_coro::executor;
      boost::asio::steady_timer::rebind_executor<Executor>::other pause{executor, kBackOff};
      co_await pause.async_wait(boost::asio::use_awaitable_t<Executor>{});
      done = co_await fill_block(filling, first, end);
    }
    if (!done) filling.failure = done.error().detail;
  }
}

int run(const char* directory, std::int64_t count) {
  const SystemClock clock;
  auto store = kv::open_rocks_store(directory, "churn_features", clock);
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().detail.c_str());
    return 1;
  }
  const auto begun = std::chrono::steady_clock::now();
  Filling filling{**store, clock, count};
  boost::asio::io_context context{1};
  for (std::size_t i = 0; i < kLanes; ++i)
    boost::asio::co_spawn(context.get_executor(), run_lane(filling), boost::asio::detached);
  context.run();
  if (!filling.failure.empty()) {
    std::fprintf(stderr, "%s\n", filling.failure.c_str());
    return 1;
  }
  const auto written = std::chrono::steady_clock::now();
  while (true) {
    const auto stats = await((*store)->stats());
    if (!stats || !stats->is_compacting) break;
    std::this_thread::sleep_for(kBackOff);
  }
  std::printf("customers=%ld seconds=%.1f ordered_after_s=%.1f\n", static_cast<long>(count),
              std::chrono::duration<double>(written - begun).count(),
              std::chrono::duration<double>(std::chrono::steady_clock::now() - written).count());
  return 0;
}

int write_model(const char* directory, const char* file) {
  const SystemClock clock;
  auto store = kv::open_rocks_store(directory, "churn_features", clock);
  if (!store) return 1;
  ModelRegistry registry{**store};
  const auto roles = await(registry.roles());
  if (!roles) return 1;
  const auto stored = await(registry.load(roles->champion));
  if (!stored) return 1;
  std::ofstream out{file, std::ios::binary};
  out.write(stored->model.data(), static_cast<std::streamsize>(stored->model.size()));
  return out.flush() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view{argv[2]} == "model") return write_model(argv[1], argv[3]);
  if (argc != 3 || std::atol(argv[2]) <= 0) {
    std::fprintf(stderr, "usage: %s DIRECTORY COUNT\n", argv[0]);
    return 2;
  }
  return run(argv[1], std::atol(argv[2]));
}
