// A product as staff keep it: what they send, what they are shown, and a line of a file. The same shape everywhere, so
// that what was read can be sent back.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>
#include <boost/json/object.hpp>

#include "platform/core/clock.hpp"
#include "platform/core/result.hpp"
#include "platform/json/describe.hpp"
#include "QuickMart-backend/domain/product.hpp"

namespace qm::shop::wire {

struct KeptVariant {
  SkuId sku;
  std::map<std::string, std::string> options;
  std::optional<json::Amount> price;  // empty: the product's
  std::int64_t stock_quantity = 0;
};
BOOST_DESCRIBE_STRUCT(KeptVariant, (), (sku, options, price, stock_quantity))
inline auto constraints(const KeptVariant*) {
  using V = KeptVariant;
  return json::fields(json::field(&V::options, json::defaulted()), json::field(&V::stock_quantity, json::defaulted()));
}

struct KeptProduct {
  std::optional<ProductId> product_id;  // made where it is missing and none is named otherwise
  std::string name;
  std::string description;
  CategoryId category;
  std::optional<std::string> subcategory;
  std::optional<json::Amount> price;  // may be missing where every variant has one: then the lowest
  std::optional<json::Amount> original_price;
  std::string brand;
  std::vector<std::string> images;  // as they are kept: empty stands for the drawn picture
  std::map<std::string, std::string> specifications;
  std::int64_t stock_quantity = 0;
  double rating = 0;
  std::int64_t review_count = 0;
  std::vector<std::string> tags;
  std::vector<KeptVariant> variants;
  bool is_featured = false;
  bool is_active = true;
  std::optional<Timestamp> created_at;  // of a new product only
  std::optional<Timestamp> updated_at;  // shown only
};
BOOST_DESCRIBE_STRUCT(KeptProduct, (),
                      (product_id, name, description, category, subcategory, price, original_price, brand, images,
                       specifications, stock_quantity, rating, review_count, tags, variants, is_featured, is_active,
                       created_at, updated_at))
inline auto constraints(const KeptProduct*) {
  using P = KeptProduct;
  return json::fields(
      json::field(&P::description, json::defaulted()), json::field(&P::brand, json::defaulted()),
      json::field(&P::images, json::defaulted()), json::field(&P::specifications, json::defaulted()),
      json::field(&P::stock_quantity, json::defaulted()), json::field(&P::rating, json::defaulted()),
      json::field(&P::review_count, json::defaulted()), json::field(&P::tags, json::defaulted()),
      json::field(&P::variants, json::defaulted()), json::field(&P::is_featured, json::defaulted()),
      json::field(&P::is_active, json::defaulted()));
}

KeptProduct to_kept(const shop::Product& product);
// Invalid when there is no price. The id stays empty when none is given.
Result<shop::Product> to_domain(KeptProduct&& product);

// What a merge patch (RFC 7396) makes of the product, or of nothing: a member that is not named stays, null takes it
// away. Invalid with every fault of form.
Result<shop::Product> patch_product(const ProductId& id, const shop::Product* known, const boost::json::object& patch);

}  // namespace qm::shop::wire
