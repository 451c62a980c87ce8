#include "QuickMart-backend/domain/category_tree.hpp"

#include <gtest/gtest.h>

namespace qm::shop {
namespace {

Category category(std::string id, std::string parent = {}, bool is_active = true) {
  Category made;
  made.id = CategoryId{std::move(id)};
  made.is_active = is_active;
  if (!parent.empty()) made.parent = CategoryId{std::move(parent)};
  return made;
}

std::string joined_ids(const std::vector<CategoryId>& ids) {
  std::string text;
  for (const CategoryId& each : ids) text += each.str() + " ";
  return text;
}

std::vector<Category> departments() {
  return {category("shoes", "clothing"), category("clothing"), category("boots", "Shoes"),
          category("coats", "clothing", false), category("parkas", "coats"), category("home")};
}

TEST(CategoryTree, KnowsWhatLiesUnderWhat) {
  const CategoryTree tree{departments()};
  EXPECT_EQ(joined_ids(tree.path(CategoryId{"boots"})), "clothing shoes boots ");
  EXPECT_EQ(joined_ids(tree.path(CategoryId{"unheard-of"})), "unheard-of ");
  EXPECT_EQ(joined_ids(tree.children(CategoryId{"clothing"})), "shoes coats ");
  EXPECT_EQ(joined_ids(tree.children(CategoryId{"boots"})), "");
  EXPECT_TRUE(tree.is_within("boots", "CLOTHING"));
  EXPECT_TRUE(tree.is_within("Boots", "boots"));
  EXPECT_FALSE(tree.is_within("clothing", "boots"));
  EXPECT_FALSE(tree.is_within("home", "clothing"));
  EXPECT_TRUE(tree.is_within("unheard-of", "Unheard-Of"));
  const CategoryTree separated{{category("books_media"), category("art-books", "books_media")}};
  EXPECT_TRUE(separated.is_within("art books", "Books media")) << "as a filter folds them";
}

TEST(CategoryTree, HidesWhatLiesUnderAnInactiveOne) {
  const CategoryTree tree{departments()};
  EXPECT_FALSE(tree.is_shown(CategoryId{"coats"}));
  EXPECT_FALSE(tree.is_shown(CategoryId{"parkas"}));
  EXPECT_TRUE(tree.is_shown(CategoryId{"boots"}));
  EXPECT_TRUE(tree.is_within("parkas", "clothing"));
}

TEST(CategoryTree, RefusesParentsThatCannotBe) {
  std::vector<Category> chain{category("level1")};
  for (std::size_t level = 2; level <= kMaxCategoryDepth; ++level)
    chain.push_back(category("level" + std::to_string(level), "level" + std::to_string(level - 1)));
  chain.push_back(category("other"));
  chain.push_back(category("under-other", "other"));
  const CategoryTree tree{chain};
  struct ParentCase {
    const char *id, *parent;
    bool fits;
  };
  const ParentCase cases[] = {
      {"new", "", true},           {"new", "level5", true},   {"new", "level6", false}, {"new", "nothing", false},
      {"level1", "level1", false}, {"LEVEL1", "level1", false}, {"level1", "level3", false}, {"level2", "other", true},
      {"other", "level4", true},   {"other", "level5", false},
  };
  for (const ParentCase& each : cases)
    EXPECT_EQ(tree.fault_of_parent(category(each.id, each.parent)).empty(), each.fits) << each.id << " " << each.parent;
}

TEST(CategoryTree, EndsEveryWalkThoughTheStoredParentsMakeACircle) {
  const CategoryTree tree{{category("a", "c"), category("b", "a"), category("c", "b"), category("d", "b")}};
  for (const char* id : {"a", "b", "c", "d"}) {
    EXPECT_LE(tree.path(CategoryId{id}).size(), 4u) << id;
    EXPECT_FALSE(tree.is_within(id, "elsewhere")) << id;
    EXPECT_TRUE(tree.is_shown(CategoryId{id})) << id;
  }
  EXPECT_TRUE(tree.is_within("d", "b"));
  const std::vector<Category> stored{category("a", "c"), category("b", "A"), category("c", "b"), category("d", "b")};
  EXPECT_TRUE(lies_in_a_circle(stored, CategoryId{"c"}));
  EXPECT_FALSE(lies_in_a_circle(stored, CategoryId{"d"})) << "it only leads to one";
  EXPECT_FALSE(lies_in_a_circle(stored, CategoryId{"elsewhere"}));
}

}  // namespace
}  // namespace qm::shop
