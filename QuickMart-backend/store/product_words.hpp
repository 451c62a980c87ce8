// The words by which a product is found, before any stemming. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "QuickMart-backend/domain/product.hpp"

namespace qm::shop {

// Too common to tell products apart: neither indexed nor searched for.
bool is_stop_word(std::string_view word) noexcept;

struct ProductWords {
  std::map<std::string, unsigned> weights;  // folded word → weight of the weightiest field it stands in
  std::vector<std::string> ids;             // of the product and its variants, in small letters
};
ProductWords product_words(const Product& product);

// The same for the same words, across processes.
std::uint64_t digest_of(const ProductWords& words);

std::string in_small_letters(std::string_view id);

}  // namespace qm::shop
