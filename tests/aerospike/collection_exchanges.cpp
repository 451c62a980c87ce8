// Every operation on lists and maps, each on what the one before left.
#include "tests/aerospike/exchanges.hpp"

namespace qm::aerospike::exchanges {

namespace {

constexpr std::uint64_t kAll = 1000;

}  // namespace

std::vector<Exchange> list_exchanges() {
  using Op = Operation;
  return {
      operating("list, append", "list", {Op::list_append("l", 3), Op::list_append("l", "x")}, "generation 1: l=1 l=2"),
      operating("list, append items", "list", {Op::list_append_items("l", {5, 6.5, Value{}})}, "generation 2: l=5"),
      operating("list, insert", "list", {Op::list_insert("l", -1, List{1})}, "generation 3: l=6"),
      operating("list, set", "list", {Op::list_set("l", 0, Bytes{"\7"}), Op::read("l")},
                "generation 4: l=nil l=[x07 'x' 5 6.5d [1] nil]"),
      {"list, reads",
       [](Asking& a) {
         return a.operate(
             "list", {Op::list_size("l"), Op::list_get("l", 1), Op::list_get("l", -2), Op::list_get_range("l", 1, 2),
                      Op::list_get_range("l", -1, 9), Op::list_get_range("l", 40, 2), Op::list_size("none")});
       },
       "generation 4: l=6 l='x' l=[1] l=['x' 5] l=[nil] l=[] none=nil"},
      operating("list, trim", "list", {Op::list_trim("l", 1, 4), Op::read("l")},
                "generation 5: l=2 l=['x' 5 6.5d [1]]"),
      operating("list, keep the last", "list", {Op::list_keep_last("l", 3), Op::list_keep_last("l", 3)},
                "generation 6: l=1 l=0"),
      operating("list, remove a range", "list", {Op::list_remove_range("l", -2, 1), Op::read("l")},
                "generation 7: l=1 l=[5 [1]]"),
      operating("list, clear", "list", {Op::list_clear("l"), Op::read("l")}, "generation 8: l=nil l=[]"),
      operating("list, get beyond its end", "list", {Op::list_get("l", 7)}, "Conflict"),
      operating("list, set beyond its end", "list", {Op::list_set("l", 3, 1), Op::read("l")},
                "generation 9: l=nil l=[nil nil nil 1]"),
  };
}

std::vector<Exchange> map_exchanges() {
  using Op = Operation;
  using enum MapReturn;
  return {
      operating("map, put", "map", {Op::map_put("m", "b", 20), Op::map_put("m", "a", 30), Op::read("m")},
                "generation 1: m=1 m=2 m={'a':30 'b':20}"),
      operating("map, put items", "map", {Op::map_put_items("m", {{"d", 5}, {"c", 10}, {4, 40}})}, "generation 2: m=5"),
      operating("map, add", "map", {Op::map_add("m", "c", 90), Op::map_add("m", "n", 0.5)},
                "generation 3: m=100 m=0.5d"),
      operating("map, size and whole", "map", {Op::map_size("m"), Op::read("m")},
                "generation 3: m=6 m={4:40 'a':30 'b':20 'c':100 'd':5 'n':0.5d}"),
      {"map, by key, every answer",
       [](Asking& a) {
         std::vector<Operation> all;
         for (const auto answer : {None, Index, Rank, Count, MapReturn::Key, MapReturn::Value, KeyValue, Exists})
           all.push_back(Op::map_get_by_key("m", "b", answer));
         return a.operate("map", std::move(all));
       },
       "generation 3: m=nil m=2 m=1 m=1 m='b' m=20 m={'b':20} m=true"},
      operating("map, by a key that is none", "map",
                {Op::map_get_by_key("m", "z"), Op::map_get_by_key("m", "z", Count),
                 Op::map_get_by_key("m", "z", Exists), Op::map_get_by_key("none", "z")},
                "generation 3: m=nil m=0 m=false none=nil"),
      operating("map, by rank", "map", {Op::map_get_by_rank("m", 0), Op::map_get_by_rank("m", -1, MapReturn::Key)},
                "generation 3: m={'d':5} m='n'"),
      operating("map, by a rank that is none", "map", {Op::map_get_by_rank("m", 9)}, "Conflict"),
      operating("map, by a range of ranks", "map",
                {Op::map_get_by_rank_range("m", 0, 2), Op::map_get_by_rank_range("m", 9, 2),
                 Op::map_get_by_rank_range("m", -2, kAll, MapReturn::Value)},
                "generation 3: m={'d':5 'b':20} m={} m=[100 0.5d]"),
      operating("map, by a range of indexes", "map",
                {Op::map_get_by_index_range("m", 1, 2), Op::map_get_by_index_range("m", -1, 1),
                 Op::map_get_by_index_range("m", 0, kAll, MapReturn::Key)},
                "generation 3: m={'a':30 'b':20} m={'n':0.5d} m=[4 'a' 'b' 'c' 'd' 'n']"),
      operating("map, remove by key", "map",
                {Op::map_remove_by_key("m", "n"), Op::map_remove_by_key("m", "a", MapReturn::Value),
                 Op::map_remove_by_key("m", "z", Count)},
                "generation 4: m=nil m=30 m=0"),
      operating("map, remove by a range of ranks", "map", {Op::map_remove_by_rank_range("m", 0, 1), Op::read("m")},
                "generation 5: m=1 m={4:40 'b':20 'c':100}"),
      operating("map, remove by a range of indexes", "map",
                {Op::map_remove_by_index_range("m", -2, 2, MapReturn::Key), Op::read("m")},
                "generation 6: m=['b' 'c'] m={4:40}"),
      operating("map, clear", "map", {Op::map_clear("m"), Op::map_size("m")}, "generation 7: m=nil m=0"),
  };
}

}  // namespace qm::aerospike::exchanges
