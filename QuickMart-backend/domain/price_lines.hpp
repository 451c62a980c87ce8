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
  std::vector<std::string> names;    // as an order calls them
  std::vector<SkuId> gone;           // no longer sold
  std::vector<SkuId> repriced;       // whose price is another than the customer saw
};

inline PricedLines price_lines(const Cart& cart, const Catalog& catalog) {
  PricedLines priced;
  for (const CartLine& line : cart.lines) {
    const auto found = catalog.find_sku(line.sku);
    if (!found) {
      priced.gone.push_back(line.sku);
      continue;
    }
    if (found->price() != line.seen_price) priced.repriced.push_back(line.sku);
    priced.lines.push_back({line.sku, found->product->id, found->product->category, line.quantity, found->price()});
    priced.names.push_back(found->name());
  }
  return priced;
}

}  // namespace qm::shop
