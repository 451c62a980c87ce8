// GET /api/products…, /api/pictures/{picture}: the catalog's routes and wire types.
#pragma once
#include <functional>
#include <string_view>

#include "platform/http/api.hpp"
#include "QuickMart-backend/app/catalog.hpp"

namespace qm::shop {

// `catalog` outlives `api`.
// Told of what callers look at and search for; empty: nobody is. Called on the request's thread, must not wait.
struct CatalogWatch {
  std::function<void(const http::Request& request, const Product& product)> viewed;
  std::function<void(const http::Request& request, std::string_view words)> searched;
};

void add_catalog_routes(http::Api& api, const CatalogApp& catalog, CatalogWatch watch = {});

}  // namespace qm::shop
