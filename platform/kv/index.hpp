// Secondary indexes: which bins are indexed, and how a value becomes bytes that sort like it.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>

#include "platform/kv/store.hpp"

namespace qm::kv {

// Order-preserving bytes of an int64 or a string (cut to 256 bytes); nullopt for a value the index does not hold.
std::optional<std::string> index_bytes(IndexType type, const Value& value);
// The place of a record in an index: the bytes of its value, and its id. Sorts by value, then id.
std::string index_entry(const std::string& value_bytes, const std::string& id);
inline constexpr std::size_t kIndexEndBytes = 2;  // between the two
// Whether the record's bin lies in the range: the last word, since the bytes of a long text are cut.
bool lies_in(IndexType type, const Record& record, const std::string& bin, const IndexRange& range);

// The declared indexes of a store. Thread-safe.
class IndexCatalog {
 public:
  using BySet = std::map<std::string, IndexType, std::less<>>;  // bin → type

  // Conflict when declared with another type; false when it was there already.
  Result<bool> declare(const std::string& set, const std::string& bin, IndexType type);
  std::optional<IndexType> find(const std::string& set, const std::string& bin) const;
  BySet of_set(const std::string& set) const;

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, BySet, std::less<>> sets_;
};

}  // namespace qm::kv
