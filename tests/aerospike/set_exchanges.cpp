// What concerns many records: batches, pages of scans and of queries over an index, info, and the reset between.
#include "tests/aerospike/exchanges.hpp"

namespace qm::aerospike::exchanges {

namespace {

std::string set_name_space(const std::string& setting) {
  return "set-config:context=namespace;namespace=" + std::string{kNamespace} + ';' + setting + '\n';
}
std::string set_service(const std::string& setting) { return "set-config:context=service;" + setting + '\n'; }

}  // namespace

std::vector<Exchange> set_exchanges() {
  return {
      {"truncate", [](Asking& a) { return a.truncate(); }, "done"},
      {"scan, an empty set", [](Asking& a) { return a.pages({}, 10); }, ""},
      {"index, integers", [](Asking& a) { return a.create_index("age", "by_age", IndexType::Integer); }, "done"},
      {"index, strings", [](Asking& a) { return a.create_index("town", "by_town", IndexType::String); }, "done"},
      {"index, once more", [](Asking& a) { return a.create_index("age", "by_age", IndexType::Integer); }, "done"},
      {"index, a name that is taken", [](Asking& a) { return a.create_index("size", "by_age", IndexType::Integer); },
       "AlreadyExists"},
      {"set, first",
       [](Asking& a) {
         return a.put("p1", {{"age", 10}, {"town", "Rome"}});
       },
       "generation 1"},
      {"set, second",
       [](Asking& a) {
         return a.put("p2", {{"age", 20}, {"town", "Bonn"}});
       },
       "generation 1"},
      {"set, third",
       [](Asking& a) {
         return a.put("p3", {{"age", 30}, {"town", "Rome"}}, {.ttl_seconds = 500'000});
       },
       "generation 1"},
      {"set, without its id",
       [](Asking& a) {
         return a.put("p4", {{"age", -40}}, {.send_key = false});
       },
       "generation 1"},

      {"batch, whole records",
       [](Asking& a) {
         return a.batch({"p3", "nobody", "p1"});
       },
       "generation 1, expires after 500000 s: age=30 town='Rome' | none | generation 1: age=10 town='Rome'"},
      {"batch, some bins",
       [](Asking& a) {
         return a.batch({"p2", "p4"}, {"town", "none"});
       },
       "generation 1: town='Bonn' | generation 1:"},
      {"batch, of one", [](Asking& a) { return a.batch({"p2"}, {"town"}); }, "generation 1: town='Bonn'"},
      {"batch, the same twice",
       [](Asking& a) {
         return a.batch({"p1", "p1"}, {"age"});
       },
       "generation 1: age=10 | generation 1: age=10"},

      {"scan, one page", [](Asking& a) { return a.pages({}, 10); },
       "p1 generation 1: age=10 town='Rome' | p2 generation 1: age=20 town='Bonn' | "
       "p3 generation 1, expires after 500000 s: age=30 town='Rome' | xd834e0ac generation 1: age=-40"},
      {"scan, pages of one", [](Asking& a) { return a.pages({.bins = {"age"}}, 1); },
       "p1 generation 1: age=10 | p2 generation 1: age=20 | p3 generation 1, expires after 500000 s: age=30 | "
       "xd834e0ac generation 1: age=-40"},
      {"scan, keys only", [](Asking& a) { return a.pages({.no_bins = true}, 3); },
       "p1 generation 1: | p2 generation 1: | p3 generation 1, expires after 500000 s: | xd834e0ac generation 1:"},
      {"scan, filtered",
       [](Asking& a) {
         return a.pages({.bins = {"age"}}, 10, {.only_if = Expression::matches("age", Compare::Greater, 10)});
       },
       "p2 generation 1: age=20 | p3 generation 1, expires after 500000 s: age=30"},

      {"query, a range",
       [](Asking& a) {
         return a.pages({.bins = {"age"}, .range = IndexRange{"age", -50, 20}}, 10);
       },
       "p1 generation 1: age=10 | p2 generation 1: age=20 | xd834e0ac generation 1: age=-40"},
      {"query, pages of one",
       [](Asking& a) {
         return a.pages({.bins = {"town"}, .range = IndexRange{"age", 10, 30}}, 1);
       },
       "p1 generation 1: town='Rome' | p2 generation 1: town='Bonn' | "
       "p3 generation 1, expires after 500000 s: town='Rome'"},
      {"query, a text",
       [](Asking& a) {
         return a.pages({.bins = {"age"}, .range = IndexRange{"town", "Rome", "Rome"}}, 10);
       },
       "p1 generation 1: age=10 | p3 generation 1, expires after 500000 s: age=30"},
      {"query, filtered",
       [](Asking& a) {
         return a.pages({.no_bins = true, .range = IndexRange{"town", "Rome", "Rome"}}, 10,
                        {.only_if = Expression::matches("age", Compare::Less, 20)});
       },
       "p1 generation 1:"},
      {"query, nothing there",
       [](Asking& a) {
         return a.pages({.range = IndexRange{"age", 77, 78}}, 10);
       },
       ""},
      {"query, no such index",
       [](Asking& a) {
         return a.pages({.range = IndexRange{"size", 1, 2}}, 10);
       },
       "NotFound"},

      {"info, any node", [](Asking& a) { return a.info("cluster-name"); }, "exchanges"},
      {"info, all nodes", [](Asking& a) { return a.info("node", true); }, "A1 A1"},
      {"info, an unknown command", [](Asking& a) { return a.info("no-such-command"); }, "ERROR:4:unrecognized command"},
  };
}

std::vector<Exchange> refused_exchanges() {
  return {
      {"refused, a bin of another type",
       [](Asking& a) { return a.operate("p1", {Operation::add("town", std::int64_t{1})}); }, "Conflict"},
      {"refused, a list's operation on a scalar",
       [](Asking& a) { return a.operate("p1", {Operation::list_append("age", 1)}); }, "Conflict"},
      {"refused, an operation that does not replace",
       [](Asking& a) { return a.operate("p1", {Operation::list_append("l", 1)}, {.mode = WriteMode::Replace}); },
       "Internal"},
      {"refused, record too big",
       [](Asking& a) {
         return a.put("big", {{"s", std::string(300, 'x')}});
       },
       "TooLarge",
       {set_name_space("max-record-size=256"), {}, set_name_space("max-record-size=1M")}},
      {"refused, a time to live",
       [](Asking& a) {
         return a.put("p1", {{"age", 1}}, {.ttl_seconds = 100});
       },
       "Unavailable",
       {set_name_space("allow-ttl-without-nsup=false") + set_name_space("nsup-period=0"),
        {},
        set_name_space("nsup-period=5") + set_name_space("allow-ttl-without-nsup=true")}},
      {"refused, no space",
       [](Asking& a) {
         return a.put("p1", {{"age", 1}});
       },
       "Unavailable",
       {set_name_space("stop-writes-sys-memory-pct=1"), ";stop_writes=true;",
        set_name_space("stop-writes-sys-memory-pct=90")}},
      {"refused, batch too large",
       [](Asking& a) {
         return a.batch({"p1", "p2"});
       },
       "TooLarge",
       {set_service("batch-max-requests=1"), {}, set_service("batch-max-requests=5000")}},
      {"refused, batches disabled",
       [](Asking& a) {
         return a.batch({"p1", "p2"});
       },
       "Unavailable",
       {set_service("batch-index-threads=0"), {}, set_service("batch-index-threads=1")}},
  };
}

}  // namespace qm::aerospike::exchanges
