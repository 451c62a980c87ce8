// Everything the shop shows, as an immutable snapshot with its orders and its text index made beforehand. Reading it
// from many threads is safe.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "QuickMart-backend/domain/category_tree.hpp"
#include "QuickMart-backend/domain/product.hpp"
#include "QuickMart-backend/domain/sellable.hpp"
#include "QuickMart-backend/domain/text_index.hpp"

namespace qm::shop {

enum class ProductSort { featured, relevance, name, price, rating, created_at };
enum class SortOrder { asc, desc };

struct ProductQuery {
  std::int64_t page = 1;   // ≥ 1
  std::int64_t limit = 20;  // 1…100
  std::optional<std::string> category;     // or one under it; names compare without case
  std::optional<std::string> subcategory;
  std::optional<std::string> brand;
  std::optional<Money> min_price;  // both ends included
  std::optional<Money> max_price;
  std::optional<bool> is_featured;
  std::optional<bool> in_stock;
  std::string search;  // empty: no search
  // Empty: relevance for a search, else featured first, then name.
  std::optional<ProductSort> sort;
  std::optional<SortOrder> order;  // empty: ascending
};

struct ProductPage {
  std::vector<std::uint32_t> products;  // positions in Catalog::products()
  std::int64_t total = 0;
  bool has_next = false;
};

class Catalog {
 public:
  // Inactive products, and categories that are or lie under an inactive one, are left out. Two products of one id: the
  // later one counts.
  Catalog(std::vector<Product> products, std::vector<Category> categories);

  const std::vector<Product>& products() const noexcept { return products_; }
  const std::vector<Category>& categories() const noexcept { return categories_; }  // by sort order, then name
  const CategoryTree& tree() const noexcept { return tree_; }
  const Product* find(const ProductId& id) const noexcept;
  // Empty when it is not sold, and for a product that is sold in variants only.
  std::optional<Sellable> find_sku(const SkuId& sku) const noexcept;
  std::optional<std::uint32_t> position(std::string_view id) const noexcept;

  ProductPage search(const ProductQuery& query) const;

 private:
  using Positions = std::vector<std::uint32_t>;
  bool admits(const ProductQuery& query, std::uint32_t position) const;
  const Positions& sorted_by(ProductSort sort, SortOrder order) const;

  struct Folded {
    std::string category, subcategory, brand;
  };

  std::vector<Product> products_;
  std::vector<Category> categories_;
  CategoryTree tree_;
  std::vector<Folded> folded_;
  std::unordered_map<std::string, std::uint32_t> position_;
  struct VariantPlace {
    std::uint32_t product = 0, variant = 0;
  };
  std::unordered_map<std::string, VariantPlace> variants_;  // by SKU
  std::vector<Positions> sorted_;  // one per sort and order
  TextIndex index_;
};

}  // namespace qm::shop
