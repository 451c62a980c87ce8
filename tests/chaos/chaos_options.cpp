#include "tests/chaos/chaos_options.hpp"

#include "platform/config/config.hpp"

namespace qm::chaos {

int read_options(int argc, const char* const* argv, Options& options) {
  config::Options table{"chaos",
                        "Lets many customers buy from the real processes while staff change stock, prices, coupons "
                        "and orders, kills the processes at random moments, and then audits the books: orders, stock, "
                        "coupons, budgets, the gateway's ledger, the staff's log. Its last line counts the breaches; "
                        "exit code 1 when there is one, 2 when it could not run."};
  table.integer("seed", "", options.seed, 1, 1'000'000'000'000, "",
                "Every choice follows from it; how the processes interleave does not.");
  table.integer("kills", "", options.kills, 0, 100'000, "", "How often a process is killed (SIGKILL) and restarted.");
  table.integer("checkouts", "", options.checkouts, 1, 10'000'000, "", "How many checkouts are begun.");
  table.choice("store", "", options.store, {"rocks", "aerospike"},
               "rocks: one shop on its embedded store. aerospike: two shops on the cluster that AEROSPIKE_TEST_HOST "
               "names, which is emptied.");
  table.integer("customers", "", options.customers, 1, 1'000, "", "How many customers buy at once.");
  table.integer("lease-ms", "", options.lease_ms, 500, 60'000, "ms", "The shop's ORDER_LEASE_MS.");
  table.choice("break", "", options.breaks, {"nothing", "stock_guard", "idempotency", "recovery", "coupon_guard"},
               "Takes a guard out of the shop, to see the harness find out.");
  table.text("dir", "", options.dir,
             "An empty directory for what the processes keep and log, which then stays; empty: one that does not.");
  return table.parse(argc, argv);
}

}  // namespace qm::chaos
