#include "QuickMart-backend/api/product_wire.hpp"

#include <algorithm>

#include "platform/json/parse.hpp"
#include "platform/json/print.hpp"

namespace qm::shop::wire {
namespace {

void merge_patch(boost::json::value& target, const boost::json::value& patch) {
  const auto* members = patch.if_object();
  if (members == nullptr) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = boost::json::object{};
  boost::json::object& object = target.get_object();
  for (const auto& [name, value] : *members) {
    if (value.is_null()) object.erase(name);
    else merge_patch(object[name], value);
  }
}

bool has_price(const boost::json::value& variant) {
  const auto* object = variant.if_object();
  const auto* price = object == nullptr ? nullptr : object->if_contains("price");
  return price != nullptr && !price->is_null();
}

// Variants that all have a price of their own say what the product costs, unless that was said too.
void forget_old_price(boost::json::object& merged, const boost::json::object& patch) {
  if (!patch.contains("variants") || patch.contains("price")) return;
  const auto* variants = merged.if_contains("variants");
  const auto* list = variants == nullptr ? nullptr : variants->if_array();
  if (list != nullptr && !list->empty() && std::all_of(list->begin(), list->end(), &has_price)) merged.erase("price");
}

}  // namespace

KeptProduct to_kept(const shop::Product& product) {
  KeptProduct kept;
  kept.product_id = product.id;
  kept.name = product.name;
  kept.description = product.description;
  kept.category = product.category;
  kept.subcategory = product.subcategory;
  kept.price = json::to_wire(product.price);
  if (product.original_price) kept.original_price = json::to_wire(*product.original_price);
  kept.brand = product.brand;
  kept.images = product.images;
  kept.specifications = product.specifications;
  kept.stock_quantity = product.stock_quantity;
  kept.rating = product.rating;
  kept.review_count = product.review_count;
  kept.tags = product.tags;
  for (const shop::Variant& variant : product.variants) {
    KeptVariant each;
    each.sku = variant.id;
    each.options = variant.options;
    if (variant.price) each.price = json::to_wire(*variant.price);
    each.stock_quantity = variant.stock_quantity;
    kept.variants.push_back(std::move(each));
  }
  kept.is_featured = product.is_featured;
  kept.is_active = product.is_active;
  kept.created_at = product.created_at;
  kept.updated_at = product.updated_at;
  return kept;
}

Result<shop::Product> to_domain(KeptProduct&& kept) {
  shop::Product product;
  if (kept.product_id) product.id = std::move(*kept.product_id);
  product.name = std::move(kept.name);
  product.description = std::move(kept.description);
  product.category = std::move(kept.category);
  if (kept.subcategory && !kept.subcategory->empty()) product.subcategory = std::move(kept.subcategory);
  if (kept.original_price) product.original_price = Money{kept.original_price->minor};
  product.brand = std::move(kept.brand);
  product.images = std::move(kept.images);
  product.specifications = std::move(kept.specifications);
  product.stock_quantity = kept.stock_quantity;
  product.rating = kept.rating;
  product.review_count = kept.review_count;
  product.tags = std::move(kept.tags);
  std::optional<json::Amount> lowest;
  bool all_priced = true;
  for (KeptVariant& each : kept.variants) {
    all_priced = all_priced && each.price.has_value();
    if (each.price && (!lowest || *each.price < *lowest)) lowest = each.price;
    shop::Variant variant;
    variant.id = std::move(each.sku);
    variant.options = std::move(each.options);
    if (each.price) variant.price = Money{each.price->minor};
    variant.stock_quantity = each.stock_quantity;
    product.variants.push_back(std::move(variant));
  }
  if (!kept.price && all_priced) kept.price = lowest;
  if (!kept.price) return invalid({Fault{{"body", "price"}, "field required", "value_error.missing"}});
  product.price = Money{kept.price->minor};
  product.is_featured = kept.is_featured;
  product.is_active = kept.is_active;
  if (kept.created_at) product.created_at = *kept.created_at;
  return product;
}

Result<shop::Product> patch_product(const ProductId& id, const shop::Product* known, const boost::json::object& patch) {
  boost::json::value merged = boost::json::object{};
  if (known != nullptr) {
    auto as_it_is = json::parse_document(json::print(to_kept(*known)));
    if (!as_it_is) return as_it_is.error();
    merged = std::move(*as_it_is);
  }
  merge_patch(merged, patch);
  forget_old_price(merged.get_object(), patch);
  merged.get_object()["product_id"] = id.str();
  auto kept = json::from_value<KeptProduct>(merged);
  if (!kept) return kept.error();
  return to_domain(std::move(*kept));
}

}  // namespace qm::shop::wire
