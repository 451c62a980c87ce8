#include "QuickMart-backend/app/edit_category.hpp"

#include "QuickMart-backend/app/edit_product.hpp"

namespace qm::shop {
namespace {

Error category_changed_meanwhile() {
  return {ErrorKind::PreconditionFailed, "This category was changed meanwhile; read it again."};
}

std::vector<FieldFault> faults_in_tree(const Category& category, const CategoryTree& tree) {
  std::vector<FieldFault> faults = faults_of(category);
  std::string parent = tree.fault_of_parent(category);
  if (!parent.empty()) faults.push_back({{"parent_id"}, std::move(parent)});
  return faults;
}

}  // namespace

Task<Result<CategoryTree>> EditCategory::tree() {
  auto all = co_await store_.categories();
  if (!all) co_return all.error();
  co_return CategoryTree{*all};
}

Task<Result<StoredCategory>> EditCategory::get(CategoryId id) {
  auto stored = co_await store_.category(std::move(id));
  if (!stored && stored.error().kind == ErrorKind::NotFound) co_return not_found("There is no such category.");
  co_return stored;
}

Task<Result<StoredCategory>> EditCategory::create(Category category) {
  auto all = co_await store_.categories();
  if (!all) co_return all.error();
  if (all->size() >= kMaxCategories) co_return rejected("There are as many categories as there can be.");
  const CategoryTree tree{*all};
  const auto faults = faults_in_tree(category, tree);
  if (!faults.empty()) co_return invalid_fields(faults);
  const Error there_is_one{ErrorKind::AlreadyExists, "There is already a category with this id."};
  if (tree.knows(category.id)) co_return there_is_one;
  auto created = co_await store_.create(category);
  if (!created && created.error().kind == ErrorKind::AlreadyExists) co_return there_is_one;
  if (!created) co_return created.error();
  // A new one has nothing under it, so it is in no circle.
  StoredCategory stored{std::move(category), *created};
  std::vector<ProductId> no_products;
  auto published = co_await catalog_.publish(std::move(no_products), true);
  if (!published) co_return published.error();
  co_return stored;
}

Task<Result<StoredCategory>> EditCategory::replace(Category category, std::optional<std::uint32_t> generation) {
  auto known = co_await get(category.id);
  if (!known) co_return known.error();
  if (generation && *generation != known->generation) co_return category_changed_meanwhile();
  auto tree = co_await this->tree();
  if (!tree) co_return tree.error();
  const auto faults = faults_in_tree(category, *tree);
  if (!faults.empty()) co_return invalid_fields(faults);
  if (known->category == category) co_return known;
  auto updated = co_await store_.update(category, known->generation);
  if (!updated && updated.error().kind == ErrorKind::GenerationMismatch) co_return category_changed_meanwhile();
  if (!updated) co_return updated.error();
  StoredCategory stored{std::move(category), *updated};
  if (stored.category.parent && stored.category.parent != known->category.parent) {
    std::optional<Category> before{std::move(known->category)};
    auto kept = co_await refuse_circle(stored, std::move(before));
    if (!kept) co_return kept.error();
  }
  std::vector<ProductId> no_products;
  auto published = co_await catalog_.publish(std::move(no_products), true);
  if (!published) co_return published.error();
  co_return stored;
}

Task<Result<void>> EditCategory::refuse_circle(StoredCategory written, std::optional<Category> before) {
  auto all = co_await store_.categories();
  if (!all) co_return all.error();
  if (!lies_in_a_circle(*all, written.category.id)) co_return Result<void>{};
  Category back = std::move(*before);
  // Whoever changed it since has seen the circle.
  static_cast<void>(co_await store_.update(std::move(back), written.generation));
  co_return Error{ErrorKind::Conflict, "The categories were moved meanwhile, and this would make a circle."};
}

Task<Result<StoredCategory>> EditCategory::deactivate(CategoryId id, std::optional<std::uint32_t> generation) {
  auto known = co_await get(std::move(id));
  if (!known) co_return known.error();
  Category retired = known->category;
  retired.is_active = false;
  const std::optional<std::uint32_t> wanted = generation.value_or(known->generation);
  co_return co_await replace(std::move(retired), wanted);
}

}  // namespace qm::shop
