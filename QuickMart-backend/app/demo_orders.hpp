// Demo orders as orders of the shop: priced by the shop's own rules from the demo products and coupons. Pure.
#pragma once
#include <vector>

#include "QuickMart-backend/domain/coupon.hpp"
#include "QuickMart-backend/domain/order.hpp"
#include "QuickMart-backend/store/demo_data_files.hpp"

namespace qm::shop {

// Rejected, with the order's name, when it names a product or coupon that there is not.
Result<Order> price_demo_order(const DemoPerson& person, const DemoOrder& demo, const std::vector<Product>& products,
                               const std::vector<Coupon>& coupons);

}  // namespace qm::shop
