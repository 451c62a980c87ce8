#include "QuickMart-backend/store/product_words.hpp"

#include <algorithm>
#include <array>

#include "QuickMart-backend/domain/fold_text.hpp"
#include "QuickMart-backend/store/product_index.hpp"

namespace qm::shop {
namespace {

constexpr unsigned kNameWeight = 8, kBrandWeight = 5, kTagWeight = 4, kCategoryWeight = 3, kOptionWeight = 3,
                   kTextWeight = 1;

constexpr std::array<std::string_view, 30> kStopWords{
    "a",  "an", "and", "are", "as",   "at",  "be", "by", "for",  "from", "has",  "in",  "into", "is",   "it",
    "its", "of", "on",  "or",  "our", "s",   "so", "than", "that", "the", "this", "to", "with", "you", "your"};
static_assert(std::is_sorted(kStopWords.begin(), kStopWords.end()));

class Collector {
 public:
  explicit Collector(ProductWords& words) : words_(words) {}
  void add(std::string_view text, unsigned weight) {
    for (std::string& word : words_of(text)) {
      if (word.size() > kMaxIndexedWordBytes || is_stop_word(word)) continue;
      unsigned& known = words_.weights[std::move(word)];
      known = std::max(known, weight);
    }
  }

 private:
  ProductWords& words_;
};

void mix(std::uint64_t& sum, std::string_view text) {  // FNV-1a
  for (const char c : text) sum = (sum ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
  sum = (sum ^ 0xFFU) * 1'099'511'628'211ULL;  // no text has this byte
}

}  // namespace

bool is_stop_word(std::string_view word) noexcept {
  return std::binary_search(kStopWords.begin(), kStopWords.end(), word);
}

std::string in_small_letters(std::string_view id) {
  std::string small{id};
  for (char& c : small)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return small;
}

ProductWords product_words(const Product& product) {
  ProductWords words;
  Collector collect{words};
  collect.add(product.name, kNameWeight);
  collect.add(product.brand, kBrandWeight);
  for (const std::string& tag : product.tags) collect.add(tag, kTagWeight);
  collect.add(product.category.str(), kCategoryWeight);
  collect.add(product.subcategory.value_or(""), kCategoryWeight);
  collect.add(product.description, kTextWeight);
  for (const auto& [name, value] : product.specifications) collect.add(value, kTextWeight);
  words.ids.push_back(in_small_letters(product.id.str()));
  for (const Variant& variant : product.variants) {
    for (const auto& [option, value] : variant.options) collect.add(value, kOptionWeight);
    words.ids.push_back(in_small_letters(variant.id.str()));
  }
  return words;
}

std::uint64_t digest_of(const ProductWords& words) {
  std::uint64_t sum = 14'695'981'039'346'656'037ULL;
  for (const auto& [word, weight] : words.weights) {
    mix(sum, word);
    mix(sum, std::to_string(weight));
  }
  for (const std::string& id : words.ids) mix(sum, id);
  return sum;
}

}  // namespace qm::shop
