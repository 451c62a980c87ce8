// A department of the shop, such as "electronics"; category_tree.hpp says what lies under what.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "platform/core/id.hpp"

namespace qm::shop {

struct CategoryTag {
  static constexpr const char* prefix = "cat";
};
using CategoryId = Id<CategoryTag>;

struct Category {
  CategoryId id;
  std::string name;
  std::string description;
  bool is_active = true;
  std::int64_t sort_order = 0;            // among those of one parent
  std::optional<CategoryId> parent{};  // empty: a root of the tree
  friend bool operator==(const Category&, const Category&) = default;
};

}  // namespace qm::shop
