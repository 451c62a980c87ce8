// A place in a listing as the text that clients hand back. Opaque to them: read it with parse only.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "QuickMart-backend/domain/product_query.hpp"

namespace qm::shop {

inline constexpr std::size_t kMaxCursorBytes = 1'024;

std::string print_cursor(const ProductCursor& cursor);
// Empty when it is none that print_cursor() made.
std::optional<ProductCursor> parse_cursor(std::string_view text);

}  // namespace qm::shop
