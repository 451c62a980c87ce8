// The chaos harness: see `chaos --help`.
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <thread>

#include "platform/core/eventually.hpp"
#include "platform/core/runtime.hpp"
#include "tests/chaos/chaos_audit.hpp"
#include "tests/chaos/chaos_customers.hpp"
#include "tests/chaos/chaos_watch.hpp"

namespace qm::chaos {
namespace {

constexpr std::chrono::seconds kQuiet{300}, kQuietWhenBroken{15};
constexpr std::chrono::minutes kStandstill{3};
constexpr std::size_t kStepsShown = 20;  // of progress, where nobody watches

class Run {
 public:
  explicit Run(const Options& options)
      : options_(options), dice_(static_cast<std::uint64_t>(options.seed)), world_(options),
        scene_(options, world_, threads_.context(0)) {
    threads_.start();
  }
  ~Run() {
    threads_.stop();
    threads_.join();
  }

  int go() {
    customers_.prepare();
    world_.order_faults(true);
    const auto begun = std::chrono::steady_clock::now();
    customers_.start();
    staff_.start(customers_.repriced_skus());
    promotions_.start();
    Watch watch{scene_, staff_, promotions_};
    watch.start();
    for (std::int64_t kill = 1; kill <= options_.kills; ++kill) {
      if (!wait_for(kill * options_.checkouts / (options_.kills + 1))) break;
      std::this_thread::sleep_for(std::chrono::milliseconds{dice_() % 100});
      const std::string victim = world_.kill_one(dice_);
      ++kills_;
      show(victim);
    }
    wait_for_everybody();
    if (kills_ < options_.kills || scene_.checkouts() < options_.checkouts)
      scene_.books().breach("the run came to a standstill before its end");
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    world_.order_faults(false);
    std::printf("%s%lld checkouts in %.0f s, %lld orders; now waiting until all is settled\n", clear(),
                static_cast<long long>(scene_.checkouts()), seconds, static_cast<long long>(scene_.sold()));
    std::fflush(stdout);
    return judge();
  }

 private:
  static const char* clear() { return ::isatty(1) != 0 ? "\r\033[K" : ""; }

  // → false when for long nobody is told anything.
  bool wait_until(const std::function<bool()>& so_far) {
    for (std::int64_t answers = -1; answers != scene_.answers();) {
      answers = scene_.answers();
      if (eventually(so_far, kStandstill)) return true;
    }
    return false;
  }
  bool wait_for(std::int64_t checkouts) {
    return wait_until([&] { return scene_.checkouts() >= checkouts || scene_.is_idle(); });
  }
  void wait_for_everybody() {
    if (!wait_until([&] { return scene_.is_idle(); })) scene_.books().breach("customers wait for ever");
  }

  void show(const std::string& victim) {
    const bool is_watched = ::isatty(1) != 0;
    const auto step = std::max<std::size_t>(1, static_cast<std::size_t>(options_.kills) / kStepsShown);
    if (!is_watched && static_cast<std::size_t>(kills_) % step != 0) return;
    std::printf("%skilled %s: %lld of %lld checkouts, %lld orders, %lld kills%s", clear(), victim.c_str(),
                static_cast<long long>(scene_.checkouts()), static_cast<long long>(options_.checkouts),
                static_cast<long long>(scene_.sold()), static_cast<long long>(kills_), is_watched ? "" : "\n");
    std::fflush(stdout);
  }

  int judge() {
    Audit audit{scene_, staff_.token()};
    // What has no answer yet gets one first; it may still begin something.
    customers_.ask_again();
    wait_for_everybody();
    const std::chrono::seconds to_read{options_.checkouts / 200};
    audit.wait_until_quiet(options_.breaks == "nothing" ? kQuiet + to_read : kQuietWhenBroken);
    audit.run();
    const std::size_t breaches = scene_.books().breaches.size();
    std::printf("%zu orders compared with the ledger, the stock, the coupons and the log; seed %lld, store %s\n",
                audit.orders(), static_cast<long long>(options_.seed), options_.store.c_str());
    std::printf("chaos: checkouts=%lld kills=%lld breaches=%zu\n", static_cast<long long>(scene_.checkouts()),
                static_cast<long long>(kills_), breaches);
    return breaches == 0 ? 0 : 1;
  }

  const Options& options_;
  std::mt19937_64 dice_;
  WorkerThreads threads_{1};
  World world_;
  Scene scene_;
  Staff staff_{scene_};
  Promotions promotions_{scene_, staff_};
  Customers customers_{scene_, staff_, promotions_};
  std::int64_t kills_ = 0;
};

}  // namespace
}  // namespace qm::chaos

int main(int argc, char** argv) {
  qm::chaos::Options options;
  if (const int code = qm::chaos::read_options(argc, argv, options); code >= 0) return code;
  std::printf("chaos: seed %lld, %lld checkouts, %lld kills, store %s\n", static_cast<long long>(options.seed),
              static_cast<long long>(options.checkouts), static_cast<long long>(options.kills), options.store.c_str());
  try {
    return qm::chaos::Run{options}.go();
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "chaos: %s\n", failure.what());
    return 2;
  }
}
