// Records: written in every mode, read, renewed, removed, and changed by operations on scalars.
#include <limits>

#include "tests/aerospike/exchanges.hpp"

namespace qm::aerospike::exchanges {

std::vector<Exchange> record_exchanges() {
  using Op = Operation;
  return {
      {"exists, no record", [](Asking& a) { return a.exists("ann"); }, "no"},
      {"get, no record", [](Asking& a) { return a.get("ann"); }, "NotFound"},
      {"put, every type",
       [](Asking& a) {
         return a.put("ann", {{"i", -5},
                              {"d", 1.5},
                              {"s", "text"},
                              {"t", true},
                              {"b", Bytes{"\1\2"}},
                              {"l", List{300, "x", Value{}, 2.0, List{false}}},
                              {"m", Map{{"b", 2}, {7, "n"}}}});
       },
       "generation 1"},
      {"get, whole", [](Asking& a) { return a.get("ann"); },
       "generation 1: i=-5 d=1.5d s='text' t=true b=x0102 l=[300 'x' nil 2d [false]] m={7:'n' 'b':2}"},
      {"get, some bins",
       [](Asking& a) {
         return a.get("ann", {"s", "none", "i"});
       },
       "generation 1: s='text' i=-5"},
      {"exists", [](Asking& a) { return a.exists("ann"); }, "yes"},
      {"put, keeps other bins and removes by nil",
       [](Asking& a) {
         return a.put("ann", {{"i", 7}, {"d", {}}, {"l", {}}, {"m", {}}, {"t", {}}});
       },
       "generation 2"},
      {"put, as it left the record", [](Asking& a) { return a.get("ann"); }, "generation 2: i=7 b=x0102 s='text'"},
      {"put, create only where a record is",
       [](Asking& a) {
         return a.put("ann", {{"i", 1}}, {.mode = WriteMode::CreateOnly});
       },
       "AlreadyExists"},
      {"put, create only",
       [](Asking& a) {
         return a.put("bob", {{"i", 1}}, {.mode = WriteMode::CreateOnly});
       },
       "generation 1"},
      {"put, update only where none is",
       [](Asking& a) {
         return a.put("cid", {{"i", 1}}, {.mode = WriteMode::UpdateOnly});
       },
       "NotFound"},
      {"put, update only",
       [](Asking& a) {
         return a.put("bob", {{"j", 2}}, {.mode = WriteMode::UpdateOnly});
       },
       "generation 2"},
      {"put, replace",
       [](Asking& a) {
         return a.put("bob", {{"k", 3}}, {.mode = WriteMode::Replace});
       },
       "generation 3"},
      {"put, replaced all", [](Asking& a) { return a.get("bob"); }, "generation 3: k=3"},
      {"put, replace creates",
       [](Asking& a) {
         return a.put("cid", {{"i", 1}}, {.mode = WriteMode::Replace});
       },
       "generation 1"},
      {"put, of that generation",
       [](Asking& a) {
         return a.put("bob", {{"k", 4}}, {.generation = 3});
       },
       "generation 4"},
      {"put, of another generation",
       [](Asking& a) {
         return a.put("bob", {{"k", 5}}, {.generation = 3});
       },
       "GenerationMismatch"},
      {"put, without its id",
       [](Asking& a) {
         return a.put("nameless", {{"i", 0}}, {.send_key = false});
       },
       "generation 1"},
      {"put, extremes",
       [](Asking& a) {
         using Limits = std::numeric_limits<std::int64_t>;
         return a.put("extremes", {{"least", Limits::min()},
                                   {"most", Limits::max()},
                                   {"fifteen_letters", ""},
                                   {"empty", List{}},
                                   {"hollow", Map{}},
                                   {"far", List{Limits::min(), Limits::max()}},
                                   {"bytes", Map{{Bytes{std::string(40, '\xff')}, "\xc3\xa4"}}}});
       },
       "generation 1"},
      {"get, extremes", [](Asking& a) { return a.get("extremes"); },
       "generation 1: least=-9223372036854775808 most=9223372036854775807 fifteen_letters='' empty=[] hollow={} "
       "far=[-9223372036854775808 9223372036854775807] "
       "bytes={x" +
           std::string(80, 'f') + ":'\xc3\xa4'}"},

      {"put, expires",
       [](Asking& a) {
         return a.put("dot", {{"i", 1}}, {.ttl_seconds = 100'000});
       },
       "generation 1"},
      {"put, keeps its time to live",
       [](Asking& a) {
         return a.put("dot", {{"i", 2}});
       },
       "generation 2"},
      {"get, expires", [](Asking& a) { return a.get("dot"); }, "generation 2, expires after 100000 s: i=2"},
      {"touch, renews", [](Asking& a) { return a.touch("dot", {.ttl_seconds = 200'000}); }, "generation 3"},
      {"touch, renewed", [](Asking& a) { return a.get("dot"); }, "generation 3, expires after 200000 s: i=2"},
      {"touch, of another generation", [](Asking& a) { return a.touch("dot", {.generation = 1}); },
       "GenerationMismatch"},
      {"touch, for ever", [](Asking& a) { return a.touch("dot", {.ttl_seconds = kTtlNever}); }, "generation 4"},
      {"touch, lives for ever", [](Asking& a) { return a.get("dot"); }, "generation 4: i=2"},
      {"touch, no record", [](Asking& a) { return a.touch("nobody"); }, "NotFound"},
      {"put, default time to live",
       [](Asking& a) {
         return a.put("dot", {{"i", 3}}, {.ttl_seconds = kTtlDefault});
       },
       "generation 5"},

      {"operate, scalars",
       [](Asking& a) {
         return a.operate("ann",
                          {Op::add("i", std::int64_t{-2}), Op::read("i"), Op::append("s", "!"), Op::prepend("s", "a "),
                           Op::read("s"), Op::write("d", 0.5), Op::add("d", 0.25), Op::read("d"), Op::read("none"),
                           Op::write("b", Value{}), Op::add("n", std::int64_t{9})});
       },
       "generation 3: i=nil i=5 s=nil s=nil s='a text!' d=nil d=nil d=0.75d none=nil b=nil n=nil"},
      operating("operate, reads only", "ann", {Op::read("i"), Op::read("n")}, "generation 3: i=5 n=9"),
      operating("operate, reads only where none is", "nobody", {Op::read("i")}, "NotFound"),
      operating("operate, creates only", "ann", {Op::write("i", 1)}, {.mode = WriteMode::CreateOnly}, "AlreadyExists"),
      operating("operate, updates only", "nobody", {Op::write("i", 1)}, {.mode = WriteMode::UpdateOnly}, "NotFound"),
      operating("operate, of that generation", "ann", {Op::write("i", 6), Op::read("i")}, {.generation = 3},
                "generation 4: i=nil i=6"),
      operating("operate, replaces", "cid", {Op::write("z", 1)}, {.mode = WriteMode::Replace}, "generation 2: z=nil"),
      {"operate, replaced all", [](Asking& a) { return a.get("cid"); }, "generation 2: z=1"},
      operating("operate, touches", "cid", {Op::touch(), Op::read("z")}, {.ttl_seconds = 300'000},
                "generation 3, expires after 300000 s: z=1"),
      operating("operate, removes", "cid", {Op::read("z"), Op::remove_record()}, "generation 0: z=1 =nil"),
      {"operate, removed", [](Asking& a) { return a.exists("cid"); }, "no"},
      {"put, removes with its last bin",
       [](Asking& a) {
         return a.put("bob", {{"k", {}}});
       },
       "generation 0"},

      {"remove, of another generation", [](Asking& a) { return a.remove("ann", {.generation = 9}); },
       "GenerationMismatch"},
      {"remove, of that generation", [](Asking& a) { return a.remove("ann", {.generation = 4}); }, "yes"},
      {"remove, no record", [](Asking& a) { return a.remove("ann"); }, "no"},
      {"remove", [](Asking& a) { return a.remove("extremes"); }, "yes"},
  };
}

namespace {

Exchange filtering(std::string name, Expression only_if, std::string gives) {
  return {std::move(name), [only_if = std::move(only_if)](Asking& a) { return a.get_if(only_if); }, std::move(gives)};
}

}  // namespace

std::vector<Exchange> filter_exchanges() {
  using E = Expression;
  using enum Compare;
  return {
      {"filter, its record",
       [](Asking& a) {
         return a.put("filtered", {{"i", 5},
                                   {"d", 2.5},
                                   {"s", "mid"},
                                   {"t", true},
                                   {"b", Bytes{"\1"}},
                                   {"l", List{1}},
                                   {"m", Map{{"a", 1}}}});
       },
       "generation 1"},
      filtering("filter, equal", E::matches("i", Equal, 5), "yes"),
      filtering("filter, not equal", E::matches("i", NotEqual, 5), "no"),
      filtering("filter, greater", E::matches("i", Greater, 4.5), "yes"),
      filtering("filter, greater or equal", E::matches("d", GreaterOrEqual, 3), "no"),
      filtering("filter, less", E::matches("s", Less, "middle"), "yes"),
      filtering("filter, less or equal", E::matches("b", LessOrEqual, Bytes{"\1"}), "yes"),
      filtering("filter, bool", E::matches("t", Equal, false), "no"),
      filtering("filter, another type", E::matches("s", NotEqual, 5), "yes"),
      filtering("filter, a missing bin is unknown",
                E::negate(E::compare(Equal, E::bin(BinType::Integer, "none"), E::literal(1))), "no"),
      filtering("filter, exists and is of a type",
                E::all_of({E::bin_exists("l"), E::bin_missing("none"), E::bin_is("l", BinType::CdtList),
                           E::bin_is("m", BinType::CdtMap), E::bin_is("b", BinType::Blob)}),
                "yes"),
      filtering("filter, any of", E::any_of({E::bin_missing("i"), E::bin_is("i", BinType::Double)}), "no"),
      filtering("filter, none of none", E::any_of({}), "no"),
      filtering("filter, as doubles",
                E::compare(Greater, E::to_double(E::bin(BinType::Integer, "i")), E::bin(BinType::Double, "d")), "yes"),
      {"filter, exists", [](Asking& a) { return a.exists("filtered", {.only_if = E::bin_missing("i")}); },
       "ConditionFailed"},
      {"filter, put",
       [](Asking& a) {
         return a.put("filtered", {{"i", 6}}, {.only_if = E::matches("i", Equal, 6)});
       },
       "ConditionFailed"},
      {"filter, put that holds",
       [](Asking& a) {
         return a.put("filtered", {{"i", 6}}, {.only_if = E::matches("i", Equal, 5)});
       },
       "generation 2"},
      {"filter, put where none is",
       [](Asking& a) {
         return a.put("unfiltered", {{"i", 6}}, {.only_if = E::matches("i", Equal, 5)});
       },
       "generation 1"},
      {"filter, operate",
       [](Asking& a) {
         return a.operate("filtered", {Operation::add("i", std::int64_t{1})}, {.only_if = E::bin_missing("i")});
       },
       "ConditionFailed"},
      {"filter, touch", [](Asking& a) { return a.touch("filtered", {.only_if = E::bin_missing("i")}); },
       "ConditionFailed"},
      {"filter, remove", [](Asking& a) { return a.remove("filtered", {.only_if = E::bin_missing("i")}); },
       "ConditionFailed"},
      {"filter, remove that holds", [](Asking& a) { return a.remove("filtered", {.only_if = E::bin_exists("i")}); },
       "yes"},
      {"filter, tidied up", [](Asking& a) { return a.remove("unfiltered"); }, "yes"},
  };
}

Exchange operating(std::string name, std::string id, std::vector<Operation> operations, WriteOptions options,
                   std::string gives) {
  auto ask = [id = std::move(id), operations = std::move(operations), options](Asking& a) {
    return a.operate(id, operations, options);
  };
  return {std::move(name), std::move(ask), std::move(gives)};
}

std::vector<Exchange> all_exchanges() {
  std::vector<Exchange> all;
  for (auto part :
       {record_exchanges, filter_exchanges, list_exchanges, map_exchanges, set_exchanges, refused_exchanges}) {
    for (auto& exchange : part()) all.push_back(std::move(exchange));
  }
  return all;
}

}  // namespace qm::aerospike::exchanges
