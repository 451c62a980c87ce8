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

Facets to_wire(const shop::Facets& facets) {
  Facets wire;
  for (const auto& each : facets.categories) wire.categories.push_back({each.value, each.name, each.count});
  for (const auto& each : facets.brands) wire.brands.push_back({each.value, each.name, each.count});
  for (const PriceBand& band : facets.prices) {
    PriceFacet facet;
    facet.min.minor = band.min_minor;
    if (band.next_minor) facet.max = json::Amount{*band.next_minor - 1};
    facet.count = band.count;
    wire.prices.push_back(std::move(facet));
  }
  for (const RatingBand& band : facets.ratings) wire.ratings.push_back({band.min_rating, band.count});
  if (facets.in_stock > 0) wire.in_stock.push_back({true, facets.in_stock});
  if (facets.out_of_stock > 0) wire.in_stock.push_back({false, facets.out_of_stock});
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
