#include "platform/kv/index.hpp"

namespace qm::kv {

std::optional<std::string> index_bytes(IndexType type, const Value& value) {
  if (type == IndexType::Integer) {
    const auto* number = value.as<std::int64_t>();
    if (number == nullptr) return std::nullopt;
    // Big-endian with the sign flipped: bytes compare as the numbers do.
    const auto bits = static_cast<std::uint64_t>(*number) ^ (std::uint64_t{1} << 63);
    std::string bytes(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(bits >> (56 - 8 * i));
    return bytes;
  }
  const auto* text = value.as<std::string>();
  if (text == nullptr) return std::nullopt;
  // Two NULs end the value inside an index key, so one within it is escaped; both keep the order.
  std::string bytes;
  for (const char c : std::string_view{*text}.substr(0, 256)) {
    bytes += c;
    if (c == '\0') bytes += '\xff';
  }
  return bytes;
}

std::string index_entry(const std::string& value_bytes, const std::string& id) {
  std::string entry = value_bytes;
  entry.append(kIndexEndBytes, '\0');
  return entry += id;
}

bool lies_in(IndexType type, const Record& record, const std::string& bin, const IndexRange& range) {
  const auto found = record.bins.find(bin);
  if (found == record.bins.end()) return false;
  const auto lies = [&]<class T>(const T* value) {
    const T *low = range.low.as<T>(), *high = range.high.as<T>();
    return value != nullptr && (low == nullptr || *value >= *low) && (high == nullptr || *value <= *high);
  };
  return type == IndexType::Integer ? lies(found->second.as<std::int64_t>()) : lies(found->second.as<std::string>());
}

Result<bool> IndexCatalog::declare(const std::string& set, const std::string& bin, IndexType type) {
  std::unique_lock lock{mutex_};
  const auto [known, added] = sets_[set].emplace(bin, type);
  if (!added && known->second != type)
    return Error{ErrorKind::Conflict, "The index on '" + bin + "' has another type."};
  return added;
}

std::optional<IndexType> IndexCatalog::find(const std::string& set, const std::string& bin) const {
  std::shared_lock lock{mutex_};
  const auto bins = sets_.find(set);
  if (bins == sets_.end()) return std::nullopt;
  const auto found = bins->second.find(bin);
  return found == bins->second.end() ? std::nullopt : std::optional{found->second};
}

IndexCatalog::BySet IndexCatalog::of_set(const std::string& set) const {
  std::shared_lock lock{mutex_};
  const auto bins = sets_.find(set);
  return bins == sets_.end() ? BySet{} : bins->second;
}

}  // namespace qm::kv
