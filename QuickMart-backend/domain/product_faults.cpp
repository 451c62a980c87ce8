#include "QuickMart-backend/domain/product_faults.hpp"

#include <algorithm>
#include <set>

namespace qm::shop {
namespace {

using FieldPath = std::vector<std::string>;

class FaultList {
 public:
  void add(FieldPath field, std::string message) { faults_.push_back({std::move(field), std::move(message)}); }

  void check_text(FieldPath field, const std::string& text, std::size_t low, std::size_t high) {
    if (text.size() < low || text.size() > high)
      add(std::move(field), low == 0 ? "at most " + std::to_string(high) + " bytes"
                                     : std::to_string(low) + " to " + std::to_string(high) + " bytes");
  }
  template <class Number>
  void check_range(FieldPath field, Number value, Number low, Number high, const char* message) {
    if (!(value >= low && value <= high)) add(std::move(field), message);
  }
  void check_count(FieldPath field, std::size_t count, std::size_t high) {
    if (count > high) add(std::move(field), "at most " + std::to_string(high) + " of them");
  }
  void check_words(const FieldPath& field, const std::map<std::string, std::string>& words, std::size_t longest) {
    for (const auto& [name, value] : words) {
      FieldPath at = field;
      at.push_back(name);
      check_text(at, name, 1, kMaxProductWordBytes);
      check_text(std::move(at), value, 1, longest);
    }
  }
  std::vector<FieldFault> take() { return std::move(faults_); }

 private:
  std::vector<FieldFault> faults_;
};

void check_lists(const Product& product, FaultList& faults) {
  faults.check_count({"images"}, product.images.size(), kMaxImages);
  for (std::size_t i = 0; i < product.images.size(); ++i) {
    const std::string& image = product.images[i];
    FieldPath at{"images", std::to_string(i)};
    faults.check_text(at, image, 1, kMaxImageBytes);
    const bool address = image.starts_with("https://") || image.starts_with("http://") || image.starts_with('/');
    if (!address) faults.add(std::move(at), "an address begins with https://, http:// or /");
  }
  faults.check_count({"specifications"}, product.specifications.size(), kMaxSpecifications);
  faults.check_words({"specifications"}, product.specifications, kMaxSpecificationBytes);
  faults.check_count({"tags"}, product.tags.size(), kMaxProductTags);
  for (std::size_t i = 0; i < product.tags.size(); ++i)
    faults.check_text({"tags", std::to_string(i)}, product.tags[i], 1, kMaxProductWordBytes);
}

void check_variants(const Product& product, FaultList& faults) {
  faults.check_count({"variants"}, product.variants.size(), kMaxVariants);
  std::set<SkuId> skus;
  std::set<std::map<std::string, std::string>> options;
  bool one_costs_that = product.variants.empty();
  for (std::size_t i = 0; i < product.variants.size(); ++i) {
    const Variant& variant = product.variants[i];
    const auto at = [i](std::string member) { return FieldPath{"variants", std::to_string(i), std::move(member)}; };
    if (!is_valid_id(variant.id.str())) faults.add(at("sku"), "a SKU is an id");
    if (!skus.insert(variant.id).second) faults.add(at("sku"), "another variant has this SKU");
    if (variant.id.str() == product.id.str()) faults.add(at("sku"), "a variant is not named as its product is");
    faults.check_count(at("options"), variant.options.size(), kMaxVariantOptions);
    faults.check_words(at("options"), variant.options, kMaxProductWordBytes);
    if (!options.insert(variant.options).second) faults.add(at("options"), "another variant has these options");
    faults.check_range(at("stock_quantity"), variant.stock_quantity, std::int64_t{0}, kMaxQuantity,
                       "a quantity is 0 to 1000000000");
    const Money price = variant.price.value_or(product.price);
    if (variant.price)
      faults.check_range(at("price"), price.minor(), std::int64_t{0}, kMaxPriceMinor, "a price is 0 to 1000000000");
    if (price < product.price) faults.add(at("price"), "a variant costs no less than the product does");
    one_costs_that = one_costs_that || price == product.price;
  }
  if (!one_costs_that) faults.add({"price"}, "the price of a product with variants is the lowest of theirs");
}

}  // namespace

std::vector<FieldFault> faults_of(const Product& product) {
  FaultList faults;
  if (!is_valid_id(product.id.str())) faults.add({"product_id"}, "an id is 1 to 128 characters");
  faults.check_text({"name"}, product.name, 1, kMaxProductNameBytes);
  faults.check_text({"description"}, product.description, 0, kMaxProductDescriptionBytes);
  if (product.subcategory) faults.check_text({"subcategory"}, *product.subcategory, 1, kMaxProductWordBytes);
  faults.check_text({"brand"}, product.brand, 0, kMaxProductWordBytes);
  faults.check_range({"price"}, product.price.minor(), std::int64_t{0}, kMaxPriceMinor, "a price is 0 to 1000000000");
  if (product.original_price) {
    if (*product.original_price <= product.price)
      faults.add({"original_price"}, "the price before a reduction is above the price");
    if (product.original_price->minor() > kMaxPriceMinor) faults.add({"original_price"}, "a price is 0 to 1000000000");
  }
  faults.check_range({"stock_quantity"}, product.stock_quantity, std::int64_t{0},
                     kMaxQuantity * static_cast<std::int64_t>(kMaxVariants), "a quantity is 0 to 1000000000");
  faults.check_range({"rating"}, product.rating, 0.0, 5.0, "a rating is 0 to 5");
  faults.check_range({"review_count"}, product.review_count, std::int64_t{0}, kMaxQuantity,
                     "a count is 0 to 1000000000");
  check_lists(product, faults);
  check_variants(product, faults);
  return faults.take();
}

std::vector<FieldFault> faults_of(const Category& category) {
  FaultList faults;
  if (!is_valid_id(category.id.str())) faults.add({"category_id"}, "an id is 1 to 128 characters");
  faults.check_text({"name"}, category.name, 1, kMaxProductNameBytes);
  faults.check_text({"description"}, category.description, 0, kMaxProductDescriptionBytes);
  faults.check_range({"sort_order"}, category.sort_order, -kMaxQuantity, kMaxQuantity,
                     "a sort order is -1000000000 to 1000000000");
  return faults.take();
}

std::vector<SkuId> skus_of(const Product& product) {
  std::vector<SkuId> skus;
  for (const Variant& variant : product.variants) skus.push_back(variant.id);
  if (skus.empty()) skus.push_back(SkuId{product.id.str()});
  return skus;
}

bool has_sku(const Product& product, const SkuId& sku) {
  if (product.id.str() == sku.str()) return true;
  return std::any_of(product.variants.begin(), product.variants.end(),
                     [&](const Variant& variant) { return variant.id == sku; });
}

}  // namespace qm::shop
