// Filters, counts and sorts the products of a catalog: a page of a listing, with facets. Pure; safe from many threads.
//
// One pass looks at every product, or at every match of a search, once: some nanoseconds each. The page itself is read
// from an order made beforehand, or chosen from the matches when these are few or ranked; a cursor is found by halving,
// so that pages deep down cost what the first one costs.
#pragma once
#include <optional>
#include <vector>

#include "QuickMart-backend/domain/catalog.hpp"
#include "QuickMart-backend/domain/facets.hpp"
#include "QuickMart-backend/domain/product_query.hpp"
#include "QuickMart-backend/domain/text_matches.hpp"

namespace qm::shop {

struct ProductListing {
  Catalog::Numbers products;
  std::int64_t total = 0;
  bool has_next = false;
  std::optional<ProductCursor> next;  // when there is more
  Facets facets;
};

// `matches`: what the query's words found; null when it has none. Precondition: fits(query).
ProductListing list_products(const Catalog& catalog, const ProductQuery& query, const TextMatches* matches = nullptr);

// Whether the query's cursor, if any, was made by a query with the same sort, order and words.
bool fits(const ProductQuery& query);

}  // namespace qm::shop
