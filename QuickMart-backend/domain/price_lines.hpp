// A cart's lines as the catalog prices them now. Pure.
#pragma once
#include <string>
#include <vector>

#include "QuickMart-backend/domain/cart.hpp"
#include "QuickMart-backend/domain/catalog.hpp"
#include "QuickMart-backend/domain/pricing.hpp"

namespace qm::shop {

struct PricedLines {
  std::vector<PriceLine> lines;      // one per line of the cart that is still sold, in order
  std::vector<std::string> names;    // of their products
  std::vector<ProductId> gone;       // products that are no longer sold
  std::vector<ProductId> repriced;   // whose price is another than the customer saw
};

inline PricedLines price_lines(const Cart& cart, const Catalog& catalog) {
  PricedLines priced;
  for (const CartLine& line : cart.lines) {
    const Product* product = catalog.find(line.product_id);
    if (product == nullptr) {
      priced.gone.push_back(line.product_id);
      continue;
    }
    if (product->price != line.seen_price) priced.repriced.push_back(line.product_id);
    priced.lines.push_back({product->id, product->category, line.quantity, product->price});
    priced.names.push_back(product->name);
  }
  return priced;
}

}  // namespace qm::shop
