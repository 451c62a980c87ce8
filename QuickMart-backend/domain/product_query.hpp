// What a listing of products can be asked, and where the next page of it begins. Plain values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "platform/core/money.hpp"

namespace qm::shop {

enum class ProductSort { featured, relevance, name, price, rating, created_at };
enum class SortOrder { asc, desc };

// The place of a product in a listing: what it is sorted by, and what tells equals apart. It stays where it is when
// products come, go and change, even the one it was taken from.
struct ProductCursor {
  ProductSort sort = ProductSort::featured;
  SortOrder order = SortOrder::asc;
  std::uint32_t search = 0;  // check sum of the words searched for, as a relevance means nothing for others
  std::int64_t key = 0;      // as sort_key() makes it
  std::string name;          // as ProductItem has it
  std::string id;
  friend bool operator==(const ProductCursor&, const ProductCursor&) = default;
};

struct ProductQuery {
  std::int64_t page = 1;   // ≥ 1; means nothing with a cursor
  std::int64_t limit = 20;  // 1…100
  std::optional<ProductCursor> cursor;     // the page after it
  std::optional<std::string> category;     // or one under it; names compare without case
  std::optional<std::string> subcategory;
  std::optional<std::string> brand;
  std::optional<Money> min_price;  // both ends included
  std::optional<Money> max_price;
  std::optional<double> min_rating;  // included
  std::optional<bool> is_featured;
  std::optional<bool> in_stock;
  std::string search;  // empty: no search
  // Empty: relevance for a search, else featured first, then name.
  std::optional<ProductSort> sort;
  std::optional<SortOrder> order;  // empty: ascending

  ProductSort effective_sort() const noexcept {
    return sort.value_or(search.empty() ? ProductSort::featured : ProductSort::relevance);
  }
  // Relevance has one direction only: the best first.
  SortOrder effective_order() const noexcept {
    return effective_sort() == ProductSort::relevance ? SortOrder::asc : order.value_or(SortOrder::asc);
  }
};

// Of ProductCursor::search: the same for the same words, however they are written. 0 without a search.
std::uint32_t search_checksum(const ProductQuery& query);

}  // namespace qm::shop
