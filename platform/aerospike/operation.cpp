#include "platform/aerospike/operation.hpp"

#include "platform/aerospike/pack.hpp"

namespace qm::aerospike {

namespace {

enum class Cdt : std::uint8_t {  // the first element of a packed list or map operation
  ListAppend = 1,
  ListAppendItems = 2,
  ListInsert = 3,
  ListRemoveRange = 8,
  ListSet = 9,
  ListTrim = 10,
  ListClear = 11,
  ListSize = 16,
  ListGet = 17,
  ListGetRange = 18,
  MapPut = 67,
  MapPutItems = 68,
  MapAdd = 73,
  MapClear = 75,
  MapRemoveByKey = 76,
  MapRemoveByIndexRange = 85,
  MapRemoveByRankRange = 87,
  MapSize = 96,
  MapGetByKey = 97,
  MapGetByRank = 100,
  MapGetByIndexRange = 104,
  MapGetByRankRange = 106,
};

constexpr std::int64_t kMapKeyOrdered = 1;  // of a map that the operation creates

struct Count {
  std::uint64_t value;
};

void pack_argument(std::string& out, std::int64_t v) { pack_integer(out, v); }
void pack_argument(std::string& out, Count v) { pack_count(out, v.value); }
void pack_argument(std::string& out, MapReturn v) { pack_integer(out, static_cast<std::int64_t>(v)); }
void pack_argument(std::string& out, const Value& v) { pack(out, v); }

template <class... Arguments>
Operation cdt(Operation::Kind kind, std::string_view bin, Cdt code, const Arguments&... arguments) {
  Operation operation{kind, static_cast<std::uint8_t>(Particle::Bytes), std::string(bin)};
  pack_list_header(operation.payload, 1 + sizeof...(arguments));
  pack_integer(operation.payload, static_cast<std::int64_t>(code));
  (pack_argument(operation.payload, arguments), ...);
  return operation;
}

template <class... Arguments>
Operation cdt_read(std::string_view bin, Cdt code, const Arguments&... arguments) {
  return cdt(Operation::Kind::ListRead, bin, code, arguments...);
}

template <class... Arguments>
Operation cdt_modify(std::string_view bin, Cdt code, const Arguments&... arguments) {
  return cdt(Operation::Kind::ListModify, bin, code, arguments...);
}

Operation with_value(Operation::Kind kind, std::string_view bin, const Value& value) {
  Operation operation{kind, static_cast<std::uint8_t>(particle_of(value)), std::string(bin)};
  append_particle(operation.payload, value);
  return operation;
}

}  // namespace

Operation Operation::read(std::string_view bin) { return {Kind::Read, 0, std::string(bin)}; }
Operation Operation::write(std::string_view bin, const Value& value) { return with_value(Kind::Write, bin, value); }
Operation Operation::add(std::string_view bin, std::int64_t by) { return with_value(Kind::Add, bin, by); }
Operation Operation::add(std::string_view bin, double by) { return with_value(Kind::Add, bin, by); }
Operation Operation::append(std::string_view bin, std::string_view text) {
  return with_value(Kind::Append, bin, text);
}
Operation Operation::prepend(std::string_view bin, std::string_view text) {
  return with_value(Kind::Prepend, bin, text);
}
Operation Operation::touch() { return {Kind::Touch, 0, {}}; }
Operation Operation::remove_record() { return {Kind::Delete, 0, {}}; }

Operation Operation::list_append(std::string_view bin, const Value& value) {
  return cdt_modify(bin, Cdt::ListAppend, value);
}
Operation Operation::list_append_items(std::string_view bin, const List& values) {
  return cdt_modify(bin, Cdt::ListAppendItems, Value{values});
}
Operation Operation::list_insert(std::string_view bin, std::int64_t index, const Value& value) {
  return cdt_modify(bin, Cdt::ListInsert, index, value);
}
Operation Operation::list_set(std::string_view bin, std::int64_t index, const Value& value) {
  return cdt_modify(bin, Cdt::ListSet, index, value);
}
Operation Operation::list_trim(std::string_view bin, std::int64_t index, std::uint64_t count) {
  return cdt_modify(bin, Cdt::ListTrim, index, Count{count});
}
Operation Operation::list_keep_last(std::string_view bin, std::uint64_t count) {
  return list_trim(bin, static_cast<std::int64_t>(0 - count), count);
}
Operation Operation::list_remove_range(std::string_view bin, std::int64_t index, std::uint64_t count) {
  return cdt_modify(bin, Cdt::ListRemoveRange, index, Count{count});
}
Operation Operation::list_clear(std::string_view bin) { return cdt_modify(bin, Cdt::ListClear); }
Operation Operation::list_size(std::string_view bin) { return cdt_read(bin, Cdt::ListSize); }
Operation Operation::list_get(std::string_view bin, std::int64_t index) {
  return cdt_read(bin, Cdt::ListGet, index);
}
Operation Operation::list_get_range(std::string_view bin, std::int64_t index, std::uint64_t count) {
  return cdt_read(bin, Cdt::ListGetRange, index, Count{count});
}

Operation Operation::map_put(std::string_view bin, const Value& key, const Value& value) {
  return cdt_modify(bin, Cdt::MapPut, key, value, kMapKeyOrdered);
}
Operation Operation::map_put_items(std::string_view bin, const Map& entries) {
  return cdt_modify(bin, Cdt::MapPutItems, Value{entries}, kMapKeyOrdered);
}
Operation Operation::map_add(std::string_view bin, const Value& key, const Value& by) {
  return cdt_modify(bin, Cdt::MapAdd, key, by, kMapKeyOrdered);
}
Operation Operation::map_clear(std::string_view bin) { return cdt_modify(bin, Cdt::MapClear); }
Operation Operation::map_remove_by_key(std::string_view bin, const Value& key, MapReturn answer) {
  return cdt_modify(bin, Cdt::MapRemoveByKey, answer, key);
}
Operation Operation::map_remove_by_index_range(std::string_view bin, std::int64_t index, std::uint64_t count,
                                               MapReturn answer) {
  return cdt_modify(bin, Cdt::MapRemoveByIndexRange, answer, index, Count{count});
}
Operation Operation::map_remove_by_rank_range(std::string_view bin, std::int64_t rank, std::uint64_t count,
                                              MapReturn answer) {
  return cdt_modify(bin, Cdt::MapRemoveByRankRange, answer, rank, Count{count});
}
Operation Operation::map_size(std::string_view bin) { return cdt_read(bin, Cdt::MapSize); }
Operation Operation::map_get_by_key(std::string_view bin, const Value& key, MapReturn answer) {
  return cdt_read(bin, Cdt::MapGetByKey, answer, key);
}
Operation Operation::map_get_by_rank(std::string_view bin, std::int64_t rank, MapReturn answer) {
  return cdt_read(bin, Cdt::MapGetByRank, answer, rank);
}
Operation Operation::map_get_by_rank_range(std::string_view bin, std::int64_t rank, std::uint64_t count,
                                           MapReturn answer) {
  return cdt_read(bin, Cdt::MapGetByRankRange, answer, rank, Count{count});
}
Operation Operation::map_get_by_index_range(std::string_view bin, std::int64_t index, std::uint64_t count,
                                            MapReturn answer) {
  return cdt_read(bin, Cdt::MapGetByIndexRange, answer, index, Count{count});
}

}  // namespace qm::aerospike
