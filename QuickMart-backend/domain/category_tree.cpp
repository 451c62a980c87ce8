#include "QuickMart-backend/domain/category_tree.hpp"

#include <algorithm>

namespace qm::shop {
namespace {

// As fold_text() does with an id, which is ASCII.
std::string folded_id(std::string_view id) {
  std::string text{id};
  for (char& c : text) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    else if (!is_letter) c = ' ';
  }
  return text;
}

}  // namespace

CategoryTree::CategoryTree(const std::vector<Category>& categories) {
  for (const Category& each : categories)
    nodes_.try_emplace(folded_id(each.id.str()), Node{each.id, each.is_active});
  for (const Category& each : categories) {
    Node& node = nodes_.find(folded_id(each.id.str()))->second;
    if (node.id != each.id || !each.parent) continue;
    const auto parent = nodes_.find(folded_id(each.parent->str()));
    if (parent == nodes_.end()) continue;
    std::size_t levels = 1;
    bool circle = false;
    for (const Node* above = &parent->second; above != nullptr && !circle; above = above->parent, ++levels)
      circle = above == &node || levels >= 2 * kMaxCategoryDepth;
    if (circle) continue;
    node.parent = &parent->second;
    parent->second.children.push_back(&node);
  }
}

const CategoryTree::Node* CategoryTree::find(std::string_view category) const {
  const auto at = nodes_.find(folded_id(category));
  return at == nodes_.end() ? nullptr : &at->second;
}

bool CategoryTree::knows(const CategoryId& category) const { return find(category.str()) != nullptr; }

std::vector<CategoryId> CategoryTree::path(const CategoryId& category) const {
  std::vector<CategoryId> path;
  for (const Node* node = find(category.str()); node != nullptr; node = node->parent) path.push_back(node->id);
  if (path.empty()) path.push_back(category);
  std::reverse(path.begin(), path.end());
  return path;
}

std::vector<CategoryId> CategoryTree::children(const CategoryId& category) const {
  std::vector<CategoryId> children;
  if (const Node* node = find(category.str()))
    for (const Node* child : node->children) children.push_back(child->id);
  return children;
}

bool CategoryTree::is_within(std::string_view category, std::string_view ancestor) const {
  const std::string sought = folded_id(ancestor);
  if (folded_id(category) == sought) return true;
  for (const Node* node = find(category); node != nullptr; node = node->parent)
    if (folded_id(node->id.str()) == sought) return true;
  return false;
}

bool CategoryTree::is_shown(const CategoryId& category) const {
  for (const Node* node = find(category.str()); node != nullptr; node = node->parent)
    if (!node->is_active) return false;
  return true;
}

std::size_t CategoryTree::height(const Node& node) {
  std::size_t below = 0;
  for (const Node* child : node.children) below = std::max(below, height(*child));
  return below + 1;
}

std::string CategoryTree::fault_of_parent(const Category& category) const {
  if (!category.parent) return {};
  const Node* parent = find(category.parent->str());
  const std::string own = folded_id(category.id.str());
  if (folded_id(category.parent->str()) == own) return "a category cannot lie under itself";
  if (parent == nullptr) return "there is no such category";
  std::size_t levels_above = 0;
  for (const Node* node = parent; node != nullptr; node = node->parent, ++levels_above)
    if (folded_id(node->id.str()) == own) return "this category lies under the one that shall be its child";
  const Node* known = find(category.id.str());
  if (levels_above + (known == nullptr ? 1 : height(*known)) > kMaxCategoryDepth)
    return "categories are at most " + std::to_string(kMaxCategoryDepth) + " levels deep";
  return {};
}

bool lies_in_a_circle(const std::vector<Category>& categories, const CategoryId& category) {
  std::map<std::string, std::string> parents;
  for (const Category& each : categories)
    if (each.parent) parents.try_emplace(folded_id(each.id.str()), folded_id(each.parent->str()));
  const std::string own = folded_id(category.str());
  std::size_t steps = 0;
  for (auto at = parents.find(own); at != parents.end() && steps <= parents.size(); ++steps) {
    if (at->second == own) return true;
    at = parents.find(at->second);
  }
  return false;
}

}  // namespace qm::shop
