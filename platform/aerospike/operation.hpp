// One step of an operate command: on one bin, in the order given, atomically with its neighbours.
//
// The server answers with one entry per step (but touch, which gets none), in order, nil where a step has nothing to
// say (write, add, a lookup that finds nothing). Steps on a missing bin: those that write create it (add from 0,
// list_append an unordered list, map_put an ordered map); those that read answer nil. A step on a bin of another type
// fails the whole command, and removing the last bin removes the record.
//
// Indexes count from 0, negative from the end. Ranks count values from the smallest, negative from the largest.
// An Operation owns its packed arguments. Thread-compatible.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/aerospike/value.hpp"

namespace qm::aerospike {

// What a map step answers: a value for a single entry (nil when there is none), a list in order for a range.
enum class MapReturn : std::uint8_t {
  None = 0,
  Index = 1,
  Rank = 3,
  Count = 5,
  Key = 6,
  Value = 7,
  KeyValue = 8,  // a Map of the entries in the order asked for, empty when there are none
  Exists = 13,
};

struct Operation {
  enum class Kind : std::uint8_t {  // the byte on the wire
    Read = 1,
    Write = 2,
    ListRead = 3,  // and map reads
    ListModify = 4,
    Add = 5,
    Append = 9,
    Prepend = 10,
    Touch = 11,
    Delete = 14,
  };

  Kind kind = Kind::Read;
  std::uint8_t particle = 0;  // type of `payload`
  std::string bin;            // 1…15 bytes; empty for Touch and Delete
  std::string payload{};

  bool is_write() const noexcept { return kind != Kind::Read && kind != Kind::ListRead; }
  friend bool operator==(const Operation&, const Operation&) = default;

  static Operation read(std::string_view bin);
  static Operation write(std::string_view bin, const Value& value);  // nil removes the bin
  static Operation add(std::string_view bin, std::int64_t by);       // answers nil: read the bin after it
  static Operation add(std::string_view bin, double by);
  static Operation append(std::string_view bin, std::string_view text);
  static Operation prepend(std::string_view bin, std::string_view text);
  static Operation touch();
  static Operation remove_record();

  static Operation list_append(std::string_view bin, const Value& value);        // → new length
  static Operation list_append_items(std::string_view bin, const List& values);  // → new length
  static Operation list_insert(std::string_view bin, std::int64_t index, const Value& value);  // → new length
  static Operation list_set(std::string_view bin, std::int64_t index, const Value& value);
  // Keeps `count` elements from `index` on, or what there is of them → number removed.
  static Operation list_trim(std::string_view bin, std::int64_t index, std::uint64_t count);
  // Keeps the last `count` elements, all when there are fewer → number removed.
  static Operation list_keep_last(std::string_view bin, std::uint64_t count);
  // → number removed
  static Operation list_remove_range(std::string_view bin, std::int64_t index, std::uint64_t count);
  static Operation list_clear(std::string_view bin);
  static Operation list_size(std::string_view bin);
  static Operation list_get(std::string_view bin, std::int64_t index);
  static Operation list_get_range(std::string_view bin, std::int64_t index, std::uint64_t count);

  static Operation map_put(std::string_view bin, const Value& key, const Value& value);  // → new size
  static Operation map_put_items(std::string_view bin, const Map& entries);              // → new size
  static Operation map_add(std::string_view bin, const Value& key, const Value& by);     // → new number
  static Operation map_clear(std::string_view bin);
  static Operation map_remove_by_key(std::string_view bin, const Value& key, MapReturn answer = MapReturn::None);
  static Operation map_remove_by_index_range(std::string_view bin, std::int64_t index, std::uint64_t count,
                                             MapReturn answer = MapReturn::Count);
  static Operation map_remove_by_rank_range(std::string_view bin, std::int64_t rank, std::uint64_t count,
                                            MapReturn answer = MapReturn::Count);
  static Operation map_size(std::string_view bin);
  static Operation map_get_by_key(std::string_view bin, const Value& key, MapReturn answer = MapReturn::Value);
  // Fails with NotApplicable when the map has no such rank; map_get_by_rank_range does not.
  static Operation map_get_by_rank(std::string_view bin, std::int64_t rank, MapReturn answer = MapReturn::KeyValue);
  static Operation map_get_by_rank_range(std::string_view bin, std::int64_t rank, std::uint64_t count,
                                         MapReturn answer = MapReturn::KeyValue);
  static Operation map_get_by_index_range(std::string_view bin, std::int64_t index, std::uint64_t count,
                                          MapReturn answer = MapReturn::KeyValue);
};

}  // namespace qm::aerospike
