// How many products of a listing have which value, so that a shopper sees where a filter would lead. Plain values.
//
// Each facet counts the listing as if its own filter were not set: with brand=A, the other brands are still counted.
// Values that nothing has are left out.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/core/money.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxBrandsInFacet = 50;  // the most frequent, and the one that is filtered by
// Where a price band ends and the next begins, in minor units. A price on the limit belongs to the upper one.
inline constexpr std::array<std::int64_t, 7> kPriceLimits{25'00, 50'00, 100'00, 200'00, 500'00, 1'000'00, 2'000'00};
inline constexpr int kMaxStars = 4;  // «4 and up», «3 and up» … «1 and up»

struct FacetValue {
  std::string value;  // to filter by
  std::string name;   // to show
  std::int64_t count = 0;
  friend bool operator==(const FacetValue&, const FacetValue&) = default;
};

struct PriceBand {
  std::int64_t min_minor = 0;              // included
  std::optional<std::int64_t> next_minor;  // where the next band begins
  std::int64_t count = 0;
  friend bool operator==(const PriceBand&, const PriceBand&) = default;
};

struct RatingBand {
  int min_rating = 0;  // and up
  std::int64_t count = 0;
  friend bool operator==(const RatingBand&, const RatingBand&) = default;
};

struct Facets {
  std::vector<FacetValue> categories;  // the most frequent first, then by value
  std::vector<FacetValue> brands;      // so too
  std::vector<PriceBand> prices;       // the cheapest first
  std::vector<RatingBand> ratings;     // the best first
  std::int64_t in_stock = 0, out_of_stock = 0;
  friend bool operator==(const Facets&, const Facets&) = default;
};

}  // namespace qm::shop
