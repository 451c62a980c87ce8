// Pictures of products, drawn from what is known of them: the same product always looks the same.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "QuickMart-backend/domain/product.hpp"

namespace qm::shop {

std::string picture_address(const ProductId& id);  // "/api/pictures/prod_001.svg"
std::optional<ProductId> product_of_picture(std::string_view file_name);
std::string draw_picture(const Product& product);  // an SVG document of 480 × 480

}  // namespace qm::shop
