// What RecoEngine is told of a customer: the features that follow from history and orders, as of now. The handler of
// the job kind "send_features" (payload {"user_id":"…"}) asks here and sends each group to POST /ingest/{group}.
#pragma once
#include "platform/core/clock.hpp"
#include "QuickMart-backend/domain/customer_history.hpp"
#include "QuickMart-backend/store/customer_history_store.hpp"
#include "QuickMart-backend/store/order_store.hpp"
#include "QuickMart-backend/app/catalog.hpp"

namespace qm::shop {

class CustomerFeatures {
 public:
  CustomerFeatures(CustomerHistoryStore& histories, OrderStore& orders, const CatalogApp& catalog, const Clock& clock)
      : histories_(histories), orders_(orders), catalog_(catalog), clock_(clock) {}

  // NotFound when there is no history of the customer. Thread-safe.
  Task<Result<FeatureGroups>> of(UserId user);

 private:
  CustomerHistoryStore& histories_;
  OrderStore& orders_;
  const CatalogApp& catalog_;
  const Clock& clock_;
};

}  // namespace qm::shop
