#include "platform/metrics/metrics.hpp"

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>

namespace qm::metrics {

namespace {

prometheus::MetricFamily to_prometheus(const Family& family) {
  prometheus::MetricFamily out;
  out.name = family.name;
  out.help = family.help;
  out.type = family.kind == Kind::Counter     ? prometheus::MetricType::Counter
             : family.kind == Kind::Histogram ? prometheus::MetricType::Histogram
                                              : prometheus::MetricType::Gauge;
  for (const auto& sample : family.samples) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
    switch (family.kind) {
      case Kind::Counter: metric.counter.value = sample.value; break;
      case Kind::Gauge: metric.gauge.value = sample.value; break;
      case Kind::Histogram:
        metric.histogram.sample_count = sample.count;
        metric.histogram.sample_sum = sample.sum;
        for (const auto& [bound, count] : sample.buckets) metric.histogram.bucket.push_back({count, bound});
        break;
    }
    out.metric.push_back(std::move(metric));
  }
  return out;
}

}  // namespace

void Counter::add(double by) const { static_cast<prometheus::Counter*>(impl_)->Increment(by); }
double Counter::value() const { return static_cast<prometheus::Counter*>(impl_)->Value(); }

struct Registry::Impl {
  prometheus::Registry registry;
  mutable std::mutex mutex;
  std::map<std::string, prometheus::Family<prometheus::Counter>*> counters;
  std::vector<std::function<std::vector<Family>()>> sources;
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  std::lock_guard lock{impl_->mutex};
  auto& family = impl_->counters[name];
  if (family == nullptr) family = &prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry);
  return Counter{&family->Add({labels.begin(), labels.end()})};
}

void Registry::add_source(std::function<std::vector<Family>()> source) {
  std::lock_guard lock{impl_->mutex};
  impl_->sources.push_back(std::move(source));
}

std::string Registry::text(std::vector<Family> more) const {
  auto families = impl_->registry.Collect();
  for (const auto& family : more) families.push_back(to_prometheus(family));
  std::vector<std::function<std::vector<Family>()>> sources;
  {
    std::lock_guard lock{impl_->mutex};
    sources = impl_->sources;
  }
  for (const auto& source : sources) {
    for (const auto& family : source()) families.push_back(to_prometheus(family));
  }
  return prometheus::TextSerializer{}.Serialize(families);
}

}  // namespace qm::metrics
