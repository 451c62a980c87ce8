// What a run of the harness is told: `chaos --help` prints the table.
#pragma once
#include <cstdint>
#include <string>

namespace qm::chaos {

struct Options {
  std::int64_t seed = 1;
  std::int64_t kills = 20;
  std::int64_t checkouts = 5'000;
  std::string store = "rocks";
  std::int64_t customers = 48;
  std::int64_t lease_ms = 1'000;
  std::string breaks = "nothing";
  std::string dir;  // empty: one of its own, gone at the end
};

// → −1 and `options` filled, or the exit code.
int read_options(int argc, const char* const* argv, Options& options);

}  // namespace qm::chaos
