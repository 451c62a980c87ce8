#include "RecoEngine-featurestore/training/import_main.hpp"

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <optional>

#include "RecoEngine-featurestore/api/event_wire.hpp"
#include "RecoEngine-featurestore/clients/http_event_sender.hpp"
#include "RecoEngine-featurestore/training/hillstrom_importer.hpp"
#include "RecoEngine-featurestore/training/lines_file.hpp"
#include "RecoEngine-featurestore/training/purchase_events.hpp"
#include "RecoEngine-featurestore/training/purchase_importer.hpp"
#include "platform/config/config.hpp"
#include "platform/json/print.hpp"

namespace qm::reco {
namespace {

struct ImportSettings {
  std::string data;
  std::string until;
  std::string out;
  std::string url;
  std::string service_token;
};

int read_import_settings(int argc, const char* const* argv, ImportSettings& settings) {
  config::Options options{
      "reco-train import",
      "Tells what the customers of a public dataset bought and sent back, event by event: into a file, a line of JSON\n"
      "each, or as history into a running RecoEngine, which can then train on them (reco-train --source events).\n"
      "Datasets: Online Retail II of the UCI repository, CDNOW, and the MineThatData e-mail challenge (README.md,\n"
      "«Judging the model»)."};
  options.text("data", "IMPORT_DATA", settings.data, "The dataset: CSV, packed with gzip or not. Needed.");
  options.text("until", "IMPORT_UNTIL", settings.until,
               "Moves the whole history by whole days, so that it ends at this moment at the latest: RFC 3339, or now. "
               "As told, if it is not said. RecoEngine keeps no events older than its EVENT_KEEP_DAYS.");
  options.text("out", "IMPORT_OUT", settings.out, "A file for the events; - is the standard output.");
  options.text("url", "IMPORT_URL", settings.url, "A RecoEngine for the events, as http://127.0.0.1:8000.");
  options.text("service-token", "SERVICE_TOKEN", settings.service_token,
               "Secret of the services; needed in production.");
  return options.parse(argc, argv);
}

std::optional<Timestamp> end_of(const ImportSettings& settings) {
  if (settings.until.empty()) return std::nullopt;
  if (settings.until == "now") return SystemClock{}.now();
  const auto until = parse_rfc3339(settings.until);
  if (!until) throw std::runtime_error("«" + settings.until + "» is no moment: 2026-11-29T00:00:00Z, or now.");
  return *until;
}

// On the error stream of a terminal: the output may be the events'.
void show_imported(std::size_t done) {
  if (::isatty(STDERR_FILENO) == 0) return;
  if (done % 1'000 == 0) std::fprintf(stderr, "\r%zu events ", done);
}

// Where the events go.
class Import {
 public:
  explicit Import(const ImportSettings& settings)
      : settings_(settings), until_(end_of(settings)), file_(settings.out),
        sender_(settings.url, settings.service_token) {}

  int run() {
    const auto campaign = is_hillstrom(settings_.data);
    if (!campaign) throw std::runtime_error(campaign.error().detail);
    if (*campaign)
      tell_campaign();
    else
      tell_purchases();
    sender_.send();
    file_.close();
    if (::isatty(STDERR_FILENO) != 0) std::fputs("\r\033[K", stderr);
    std::fprintf(stderr, "%lld events, from %s to %s\n", static_cast<long long>(events_), to_rfc3339(first_).c_str(),
                 to_rfc3339(last_).c_str());
    if (sender_.sends())
      std::fprintf(stderr, "%s took %lld, and had %lld before\n", settings_.url.c_str(),
                   static_cast<long long>(sender_.accepted()), static_cast<long long>(sender_.duplicates()));
    return 0;
  }

 private:
  void tell(const Event& event) {
    const std::string line = json::print(to_wire(event));
    file_.add(line);
    sender_.add(line);
    first_ = std::min(first_, event.at);
    last_ = std::max(last_, event.at);
    show_imported(static_cast<std::size_t>(++events_));
  }

  void tell_purchases() {
    const auto data = import_purchases(settings_.data);
    if (!data) throw std::runtime_error(data.error().detail);
    const std::chrono::days later = until_ ? days_until(data->last, *until_) : std::chrono::days{0};
    std::fprintf(stderr, "%s: %zu customers, %s to %s, moved by %lld days\n", data->name.c_str(),
                 data->customers.size(), to_rfc3339(data->first).substr(0, 10).c_str(),
                 to_rfc3339(data->last).substr(0, 10).c_str(), static_cast<long long>(later.count()));
    std::int64_t returns_without_order = 0;
    for (const PurchaseHistory& history : data->customers) {
      const PurchaseEvents of_customer = events_of(history, data->short_name, later);
      for (const Event& event : of_customer.events) tell(event);
      returns_without_order += of_customer.returns_without_order;
    }
    if (returns_without_order > 0)
      std::fprintf(stderr, "left out: %lld returns of what was bought before the data begins\n",
                   static_cast<long long>(returns_without_order));
  }

  void tell_campaign() {
    constexpr Timestamp kInThatYear = std::chrono::sys_days{std::chrono::year{2008} / 3 / 20};
    const Timestamp campaign = until_ ? *until_ - kHillstromAfter : kInThatYear;
    const auto customers =
        import_hillstrom(settings_.data, campaign, [this](const Event& event) { tell(event); });
    if (!customers) throw std::runtime_error(customers.error().detail);
    std::fprintf(stderr, "MineThatData e-mail challenge: %lld customers; no days are told, the campaign's is %s\n",
                 static_cast<long long>(*customers), to_rfc3339(campaign).c_str());
  }

  const ImportSettings& settings_;
  const std::optional<Timestamp> until_;
  LinesFile file_;
  HttpEventSender sender_;
  std::int64_t events_ = 0;
  Timestamp first_ = Timestamp::max(), last_ = Timestamp::min();
};

int run(const ImportSettings& settings) {
  if (settings.data.empty())
    throw std::runtime_error("which dataset? --data FILE (reco-train import --help says what can be read).");
  if (settings.out.empty() && settings.url.empty())
    throw std::runtime_error("where to? --out FILE or --url URL (reco-train import --help).");
  return Import{settings}.run();
}

}  // namespace

int import_main(int argc, const char* const* argv) {
  ImportSettings settings;
  if (const int code = read_import_settings(argc, argv, settings); code >= 0) return code;
  try {
    return run(settings);
  } catch (const std::exception& failed) {
    std::cerr << "reco-train import: " << failed.what() << '\n';
    return 1;
  }
}

}  // namespace qm::reco
