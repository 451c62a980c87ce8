#include "RecoEngine-featurestore/training/simulate_main.hpp"

#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "RecoEngine-featurestore/api/event_wire.hpp"
#include "RecoEngine-featurestore/clients/http_event_sender.hpp"
#include "RecoEngine-featurestore/training/customer_simulator.hpp"
#include "RecoEngine-featurestore/training/label_rule.hpp"
#include "RecoEngine-featurestore/training/lines_file.hpp"
#include "platform/config/config.hpp"
#include "platform/json/print.hpp"

namespace qm::reco {
namespace {

struct SimulateSettings {
  std::int64_t customers = 1'000;
  std::int64_t seed = 42;
  std::int64_t days = 540;
  std::string until;
  std::string out;
  std::string url;
  std::string service_token;
  std::int64_t nudge_percent = 0;
  std::int64_t nudge_days_ago = 90;
  std::string coupon = "WELCOME_BACK20";
  std::string truth;
};

int read_simulate_settings(int argc, const char* const* argv, SimulateSettings& settings) {
  config::Options options{
      "reco-train simulate",
      "Tells what simulated customers did, event by event: into a file, a line of JSON each, or into a running\n"
      "RecoEngine, which can then train on them (reco-train --source events). The same seed, days and end give the\n"
      "same bytes. With --nudge-percent some are nudged, by lot, and --truth says of each what the nudge really did."};
  options.integer("customers", "SIMULATE_CUSTOMERS", settings.customers, 1, 1'000'000, "customers", "How many.");
  options.integer("seed", "SIMULATE_SEED", settings.seed, 0, 4'294'967'295, "",
                  "Whose lives they live; part of their ids. Another crowd needs another seed.");
  options.integer("days", "SIMULATE_DAYS", settings.days, 1, 3'650, "days",
                  "How far back it begins. Training on the log needs 277; RecoEngine keeps 900.");
  options.text("until", "SIMULATE_UNTIL", settings.until, "When it ends, as RFC 3339; now, if it is not said.");
  options.text("out", "SIMULATE_OUT", settings.out, "A file for the events; - is the standard output.");
  options.text("url", "SIMULATE_URL", settings.url, "A RecoEngine for the events, as http://127.0.0.1:8000.");
  options.text("service-token", "SERVICE_TOKEN", settings.service_token,
               "Secret of the services; needed in production.");
  options.integer("nudge-percent", "SIMULATE_NUDGE_PERCENT", settings.nudge_percent, 0, 100, "%",
                  "Of the customers who are there then, how many get a coupon by e-mail; drawn by lot.");
  options.integer("nudge-days-ago", "SIMULATE_NUDGE_DAYS_AGO", settings.nudge_days_ago, 1, 365, "days",
                  "When that is, before the end. The effect is on buying from then to the end, at most 90 days.");
  options.text("coupon", "SIMULATE_COUPON", settings.coupon, "The code of the coupon.");
  options.text("truth", "SIMULATE_TRUTH", settings.truth,
               "A file for what is true of each customer at the nudge: who was treated, the chances to buy with and "
               "without it, and what the customer does in either world.");
  return options.parse(argc, argv);
}

struct TrueEffect {
  std::string user_id;
  bool treated = false;
  double chance_untreated = 0;
  double chance_treated = 0;
  bool buys_untreated = false;
  bool buys_treated = false;
};
BOOST_DESCRIBE_STRUCT(TrueEffect, (), (user_id, treated, chance_untreated, chance_treated, buys_untreated,
                                       buys_treated))

Timestamp end_of(const SimulateSettings& settings) {
  if (settings.until.empty()) return SystemClock{}.now();
  const auto until = parse_rfc3339(settings.until);
  if (!until) throw std::runtime_error("«" + settings.until + "» is no moment: 2026-11-29T00:00:00Z.");
  return *until;
}

// On the error stream of a terminal: the output may be the events'.
void show_simulated(std::int64_t done, std::int64_t all) {
  if (::isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r%lld of %lld customers ", static_cast<long long>(done), static_cast<long long>(all));
  if (done == all) std::fputs("\r\033[K", stderr);
}

class Simulation {
 public:
  explicit Simulation(const SimulateSettings& settings)
      : settings_(settings), end_(end_of(settings)),
        shop_{static_cast<std::uint64_t>(settings.seed), end_ - std::chrono::days{settings.days}},
        file_(settings.out), truth_(settings.truth), sender_(settings.url, settings.service_token),
        lot_(static_cast<std::uint64_t>(settings.seed) ^ 0x6e7564676573ULL) {}

  int run() {
    std::int64_t told = 0;
    for (std::uint64_t number = 0; told < settings_.customers; ++number) {
      SimulatedCustomer customer{shop_, number};
      if (customer.traits().joined_day >= settings_.days) continue;  // comes after the end
      live(customer);
      show_simulated(++told, settings_.customers);
    }
    sender_.send();
    file_.close();
    truth_.close();
    report();
    return 0;
  }

 private:
  void live(SimulatedCustomer& customer) {
    const auto tell = [this](const Event& event) {
      const std::string line = json::print(to_wire(event));
      file_.add(line);
      sender_.add(line);
      ++events_;
    };
    const auto days = static_cast<int>(settings_.days);
    const bool draws = settings_.nudge_percent > 0;
    const int after = draws ? static_cast<int>(std::min(settings_.nudge_days_ago, settings_.days)) : 0;
    customer.live(days - after, tell);
    if (draws && customer.has_joined()) treat(customer, after);
    customer.live(after, tell);
  }

  void treat(SimulatedCustomer& customer, int days_after) {
    const SimulatedNudge nudge{Channel::email, settings_.coupon, 0.2};
    const int horizon = std::min(days_after, static_cast<int>(LabelRule{}.horizon.count()));
    const NudgeEffect effect = customer.effect_of_nudge(nudge, horizon);
    const bool treated = lot_.chance(static_cast<double>(settings_.nudge_percent) / 100);
    if (treated) customer.nudge(nudge);
    truth_.add(json::print(TrueEffect{customer.id().str(), treated, effect.chance_untreated, effect.chance_treated,
                                      effect.buys_untreated, effect.buys_treated}));
    treated_ += treated;
    ++eligible_;
    effects_ += effect.difference();
  }

  void report() const {
    std::fprintf(stderr, "%lld customers, %lld events from %s to %s\n", static_cast<long long>(settings_.customers),
                 static_cast<long long>(events_), to_rfc3339(shop_.begin).c_str(), to_rfc3339(end_).c_str());
    if (sender_.sends())
      std::fprintf(stderr, "%s took %lld, and had %lld before\n", settings_.url.c_str(),
                   static_cast<long long>(sender_.accepted()), static_cast<long long>(sender_.duplicates()));
    if (eligible_ > 0)
      std::fprintf(stderr, "%lld of %lld were nudged; the true effect of it is %+.4f on the share who buy\n",
                   static_cast<long long>(treated_), static_cast<long long>(eligible_),
                   effects_ / static_cast<double>(eligible_));
  }

  const SimulateSettings& settings_;
  const Timestamp end_;
  const SimulatedShop shop_;
  LinesFile file_, truth_;
  HttpEventSender sender_;
  Random lot_;
  std::int64_t events_ = 0, treated_ = 0, eligible_ = 0;
  double effects_ = 0;
};

}  // namespace

int simulate_main(int argc, const char* const* argv) {
  SimulateSettings settings;
  if (const int code = read_simulate_settings(argc, argv, settings); code >= 0) return code;
  try {
    if (settings.out.empty() && settings.url.empty())
      throw std::runtime_error("where to? --out FILE or --url URL (reco-train simulate --help).");
    return Simulation{settings}.run();
  } catch (const std::exception& failed) {
    std::cerr << "reco-train simulate: " << failed.what() << '\n';
    return 1;
  }
}

}  // namespace qm::reco
