#include <gtest/gtest.h>

#include "platform/metrics/metrics.hpp"

namespace qm::metrics {
namespace {

TEST(Registry, WritesCountersAndSourcesAsPrometheusText) {
  Registry registry;
  const Counter hits = registry.counter("qm_hits_total", "Hits.", {{"kind", "a"}});
  hits.add(2);
  registry.counter("qm_hits_total", "Hits.", {{"kind", "b"}}).add();
  registry.add_source([] {
    return std::vector<Family>{{"qm_level", "A level.", Kind::Gauge, {{{{"set", "x"}}, 7}}},
                               {"qm_seconds", "Times.", Kind::Histogram, {{{}, 0, {{0.1, 3}, {1, 4}}, 5, 2.5}}}};
  });
  const std::string text = registry.text();
  for (const char* line : {"# TYPE qm_hits_total counter", "qm_hits_total{kind=\"a\"} 2", "qm_hits_total{kind=\"b\"} 1",
                           "qm_level{set=\"x\"} 7", "qm_seconds_bucket{le=\"0.1\"} 3",
                           "qm_seconds_bucket{le=\"+Inf\"} 5", "qm_seconds_sum 2.5", "qm_seconds_count 5"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

}  // namespace
}  // namespace qm::metrics
