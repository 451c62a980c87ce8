// Departments and what lies under them: a tree of at most kMaxCategoryDepth levels. Ids compare without case
// and separators, as they do in filters: books_media is «Books media». Immutable; reading it from many threads is safe.
//
// Nothing spans records, so the stored parents may contradict each other for a moment: one that is not there, or a
// circle, makes a category a root here, and no walk ends in one.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "QuickMart-backend/domain/category.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxCategoryDepth = 6;  // levels, the root's included

class CategoryTree {
 public:
  CategoryTree() = default;
  CategoryTree(CategoryTree&&) = default;  // a copy's nodes would point into the original
  CategoryTree& operator=(CategoryTree&&) = default;
  // Of all categories, inactive ones too: what is sold under an inactive one is still found under those above it.
  explicit CategoryTree(const std::vector<Category>& categories);

  // From the root to the category itself. One that the tree does not know is a root of its own.
  std::vector<CategoryId> path(const CategoryId& category) const;
  // Right below, in the order in which the categories were given.
  std::vector<CategoryId> children(const CategoryId& category) const;
  // Whether it is `ancestor` or lies under it, at any depth.
  bool is_within(std::string_view category, std::string_view ancestor) const;
  // It and all those above it are active.
  bool is_shown(const CategoryId& category) const;
  bool knows(const CategoryId& category) const;

  // Why `category`, as it shall be, cannot stand in the tree: no such parent, a circle, too deep with what lies under
  // it. Empty: it can.
  std::string fault_of_parent(const Category& category) const;

 private:
  struct Node {
    CategoryId id;
    bool is_active = true;
    const Node* parent = nullptr;  // null: a root
    std::vector<const Node*> children{};
  };
  using Nodes = std::map<std::string, Node, std::less<>>;  // by the folded id; its nodes stay where they are

  const Node* find(std::string_view category) const;
  static std::size_t height(const Node& node);  // levels, its own included

  Nodes nodes_;
};

// Whether the stored parents of `category` lead back to it: what two changes at once can bring about, which each for
// itself were none.
bool lies_in_a_circle(const std::vector<Category>& categories, const CategoryId& category);

}  // namespace qm::shop
