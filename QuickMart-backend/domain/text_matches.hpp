// What a search for words found, before filters. Plain values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace qm::shop {

struct TextHit {
  std::uint32_t number = 0;  // of the product, as in Catalog
  std::int32_t score = 0;    // > 0; millionths, and only to be compared with those of the same search
  friend bool operator==(const TextHit&, const TextHit&) = default;
};

struct TextMatches {
  std::vector<TextHit> hits;  // by number, each once
  // What was searched for instead, as no product has one of the words.
  std::optional<std::string> corrected_query;
};

}  // namespace qm::shop
