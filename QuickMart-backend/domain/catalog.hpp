// Everything the shop shows, as an immutable snapshot with its orders made beforehand. Reading it from many threads is
// safe. Search and filters are in list_products.hpp.
//
// A changed catalog is made from the one before it and shares what did not change: when only stock moved, all but a few
// pointers; otherwise the products, while the orders are merged, which takes some nanoseconds a product.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "QuickMart-backend/domain/category_tree.hpp"
#include "QuickMart-backend/domain/chunked_array.hpp"
#include "QuickMart-backend/domain/product.hpp"
#include "QuickMart-backend/domain/product_query.hpp"
#include "QuickMart-backend/domain/sellable.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxSortedNameBytes = 256;  // longer names are sorted by their beginning

struct ProductItem {
  Product product;
  std::string sort_name;  // folded, and cut
};

// What filters, facets and orders look at.
struct ProductRow {
  std::int64_t price_minor = 0;
  std::uint32_t category = 0, subcategory = 0, brand = 0;  // codes of ValueCodes
  std::uint16_t rating_hundredths = 0;
  bool is_shown = false;
  bool is_featured = false;
};

std::uint16_t to_hundredths(double rating);

// Texts as small numbers, compared folded. Only grows.
class ValueCodes {
 public:
  static constexpr std::uint32_t kUnknown = UINT32_MAX;
  std::uint32_t add(const std::string& text);
  std::uint32_t find(std::string_view text) const;  // kUnknown when no product ever had it
  const std::string& text(std::uint32_t code) const { return texts_.at(code); }
  std::size_t size() const noexcept { return texts_.size(); }

 private:
  std::unordered_map<std::string, std::uint32_t> codes_;
  std::vector<std::string> texts_;  // as first seen
};

class Catalog {
 public:
  using Number = std::uint32_t;
  using Numbers = std::vector<Number>;

  // Inactive products, and categories that are or lie under an inactive one, are left out. Two products of one id: the
  // later one counts. Each product has a number for as long as it is shown: the one at its place in `numbers`, or else
  // its own place among them.
  Catalog(std::vector<Product> products, std::vector<Category> categories, const Numbers& numbers = {});

  // With the `changed` products added, replaced or, when inactive, taken out. New ones get the numbers from end() on.
  std::shared_ptr<const Catalog> with(std::vector<Product> changed) const;
  std::shared_ptr<const Catalog> with(std::vector<Category> categories) const;

  std::size_t size() const noexcept { return arranged_->by_id.size(); }
  Number end() const noexcept { return static_cast<Number>(items_.size()); }  // above every number
  const std::vector<Category>& categories() const noexcept { return departments_->shown; }  // by sort order, then name
  const CategoryTree& tree() const noexcept { return departments_->tree; }
  // Null when there is none of the number.
  const Product* at(Number number) const noexcept;
  const Product* find(const ProductId& id) const noexcept;
  std::optional<Number> number(std::string_view id) const noexcept;
  // Empty when it is not sold, and for a product that is sold in variants only.
  std::optional<Sellable> find_sku(const SkuId& sku) const noexcept;

  // --- for listings: all by number, or in an order ---
  const Numbers& by_id() const noexcept { return arranged_->by_id; }
  const Numbers& sorted_by(ProductSort sort, SortOrder order) const;
  const std::vector<ProductRow>& rows() const noexcept { return arranged_->rows; }
  const ValueCodes& category_codes() const noexcept { return arranged_->categories; }
  const ValueCodes& subcategory_codes() const noexcept { return arranged_->subcategories; }
  const ValueCodes& brand_codes() const noexcept { return arranged_->brands; }
  bool in_stock(Number number) const noexcept { return (in_stock_[number / 64] >> (number % 64) & 1) != 0; }
  // Its place by name, then id: what tells equals apart in every order.
  std::uint32_t name_rank(Number number) const noexcept { return arranged_->name_rank[number]; }
  // How many have a smaller name, or the same and a smaller id; `through`: or the same id.
  std::uint32_t ranks_before(std::string_view sort_name, std::string_view id, bool through) const noexcept;
  // By what an order sorts, smaller ones first, whichever its direction; 0 where the name alone decides. Equals stand
  // by name, then id, upwards; downwards in the order of names downwards.
  std::int64_t sort_key(ProductSort sort, SortOrder order, Number number) const noexcept;
  const ProductItem& item(Number number) const noexcept { return *items_[number]; }

 private:
  using Items = ChunkedArray<std::shared_ptr<const ProductItem>>;  // by number; null: nothing of this number
  struct Arranged {
    std::vector<ProductRow> rows;
    Numbers by_id;
    std::vector<std::uint64_t> by_sku;  // of variants: number << 8 | place among the product's
    std::vector<Numbers> sorted;        // one per sort and order
    std::vector<std::uint32_t> name_rank;
    ValueCodes categories, subcategories, brands;
  };

  struct Departments {
    explicit Departments(std::vector<Category> categories);
    std::vector<Category> shown;
    CategoryTree tree;  // of all
  };

  Number add(Product product, Number number);
  void arrange();
  void rearrange(const Arranged& before, const std::vector<bool>& is_changed, const Numbers& changed);
  void describe(Arranged& arranged, Number number) const;
  void rank_names(Arranged& arranged) const;
  bool sorts_before(ProductSort sort, SortOrder order, Number a, Number b) const noexcept;
  const std::string& sku_text(std::uint64_t place) const noexcept;

  Items items_;
  std::vector<std::uint64_t> in_stock_;  // a bit for each number
  std::shared_ptr<const Arranged> arranged_;
  std::shared_ptr<const Departments> departments_;
};

}  // namespace qm::shop
