// GET /api/products…, /api/pictures/{picture}: the catalog's routes and wire types.
#pragma once
#include "platform/http/api.hpp"
#include "QuickMart-backend/app/catalog.hpp"

namespace qm::shop {

// `catalog` outlives `api`.
void add_catalog_routes(http::Api& api, const CatalogApp& catalog);

}  // namespace qm::shop
