// Prometheus metrics of the process. A thin face on prometheus-cpp; sources that keep their own counters (the HTTP
// server, the job queue, the store) are asked when somebody scrapes, so that counting costs them no lock.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace qm::metrics {

using Labels = std::vector<std::pair<std::string, std::string>>;

// Cheap to copy; thread-safe; valid as long as the Registry.
class Counter {
 public:
  void add(double by = 1) const;
  double value() const;
  explicit Counter(void* impl) : impl_(impl) {}

 private:
  void* impl_;
};

enum class Kind { Counter, Gauge, Histogram };

struct Sample {
  Labels labels;
  double value = 0;
  // Histogram only: cumulative counts per upper bound, the total count and the sum.
  std::vector<std::pair<double, std::uint64_t>> buckets{};
  std::uint64_t count = 0;
  double sum = 0;
};

struct Family {
  std::string name;  // "quickmart_jobs_dead_total"
  std::string help;
  Kind kind = Kind::Gauge;
  std::vector<Sample> samples;
};

class Registry {
 public:
  Registry();
  ~Registry();

  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  // Asked at each scrape; must be thread-safe and quick.
  void add_source(std::function<std::vector<Family>()> source);
  // The Prometheus text format 0.0.4; `more` is added to what the sources say.
  std::string text(std::vector<Family> more = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace qm::metrics
