#include "QuickMart-backend/api/catalog_wire.hpp"

#include "QuickMart-backend/api/product_picture.hpp"

namespace qm::shop::wire {

Product to_wire(const shop::Product& product) {
  Product wire;
  wire.product_id = product.id.str();
  wire.name = product.name;
  wire.description = product.description;
  wire.category = product.category.str();
  wire.subcategory = product.subcategory;
  wire.price = json::to_wire(product.price);
  if (product.original_price) wire.original_price = json::to_wire(*product.original_price);
  wire.discount_percentage = discount_percentage(product);
  wire.brand = product.brand;
  wire.images = product.images;
  if (wire.images.empty()) wire.images.push_back(picture_address(product.id));
  wire.specifications = product.specifications;
  wire.stock_quantity = product.stock_quantity;
  wire.rating = product.rating;
  wire.review_count = product.review_count;
  wire.tags = product.tags;
  for (const shop::Variant& variant : product.variants)
    wire.variants.push_back({variant.id, variant.options, json::to_wire(variant.price.value_or(product.price)),
                             variant.stock_quantity});
  wire.is_featured = product.is_featured;
  wire.is_active = product.is_active;
  wire.created_at = product.created_at;
  wire.updated_at = product.updated_at;
  return wire;
}

Category to_wire(const shop::Category& category, const CategoryTree& tree) {
  Category wire;
  wire.category_id = category.id.str();
  wire.name = category.name;
  wire.description = category.description;
  wire.is_active = category.is_active;
  wire.sort_order = category.sort_order;
  wire.parent_id = category.parent;
  for (CategoryId& child : tree.children(category.id))
    if (tree.is_shown(child)) wire.children.push_back(std::move(child));
  wire.path = tree.path(category.id);
  return wire;
}

}  // namespace qm::shop::wire
