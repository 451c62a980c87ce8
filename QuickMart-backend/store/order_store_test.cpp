#include "QuickMart-backend/store/order_store.hpp"


#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::shop {
namespace {

using std::chrono::days;
using test::kNow;

Order order_of(std::string user, std::string id, Timestamp at) {
  Order order;
  order.id = OrderId{std::move(id)};
  order.user_id = UserId{std::move(user)};
  order.items = {{SkuId{"prod_001"}, ProductId{"prod_001"}, "Café \"Machine\"", 2, Money{10'00}},
                 {SkuId{"cup-red"}, ProductId{"prod_002"}, "Cup", 1, Money{5'50}}};
  order.totals = price_order(Money{25'50}, Money{5'00}, false);
  order.status = OrderStatus::shipped;
  order.payment_status = PaymentStatus::paid;
  order.coupons = {{"SAVE5", Money{500}, Money{999}}};
  order.shipping_address = "1 Harbour Street";
  order.created_at = order.updated_at = at;
  return order;
}

class OrderStoreTest : public testing::Test {
 protected:
  std::string ids(const char* user, std::size_t limit = 100) {
    std::string text;
    for (const auto& order : *await(orders_.of_user(UserId{user}, limit))) text += order.id.str() + " ";
    return text;
  }
  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("quick_mart", clock_);
  OrderStore orders_{*kv_};
};

TEST_F(OrderStoreTest, KeepsWhatItIsGiven) {
  const Order order = order_of("user_1", "ord_1", kNow);
  ASSERT_TRUE(await(orders_.add(order)));
  EXPECT_EQ(await(orders_.get(order.id))->order, order);
  EXPECT_EQ(await(orders_.get(OrderId{"ord_2"})).error().kind, ErrorKind::NotFound);
}

TEST_F(OrderStoreTest, ReadsOrdersOfWhenTheyHadOneCoupon) {
  const Order order = order_of("user_1", "ord_1", kNow);
  ASSERT_TRUE(await(orders_.add(order)));
  kv::Bins bins;
  bins["coupons"] = {};
  bins["coupon_code"] = "SAVE5";
  ASSERT_TRUE(await(kv_->put(kv::Key{"order", "ord_1"}, std::move(bins))));
  EXPECT_EQ(await(orders_.get(order.id))->order.coupons, (std::vector<OrderCoupon>{{"SAVE5", Money{500}, Money{0}}}));
}

TEST_F(OrderStoreTest, AddsTheSameOrderOnce) {
  Order order = order_of("user_1", "ord_1", kNow);
  ASSERT_TRUE(await(orders_.add(order)));
  ASSERT_TRUE(await(orders_.add(order)));
  EXPECT_EQ(ids("user_1"), "ord_1 ");
  order.status = OrderStatus::delivered;
  EXPECT_EQ(await(orders_.add(order)).error().kind, ErrorKind::AlreadyExists);
  // Another customer's claim on the id leaves no trace.
  EXPECT_EQ(await(orders_.add(order_of("user_2", "ord_1", kNow))).error().kind, ErrorKind::AlreadyExists);
  EXPECT_EQ(ids("user_2"), "");
}

TEST_F(OrderStoreTest, ListsNewestFirstOverMonths) {
  for (const auto& [id, age] : {std::pair{"ord_a", 100}, {"ord_b", 0}, {"ord_c", 45}, {"ord_d", 1}})
    ASSERT_TRUE(await(orders_.add(order_of("user_1", id, kNow - days{age}))));
  ASSERT_TRUE(await(orders_.add(order_of("user_2", "ord_z", kNow))));
  EXPECT_EQ(ids("user_1"), "ord_b ord_d ord_c ord_a ");
  EXPECT_EQ(ids("user_1", 3), "ord_b ord_d ord_c ");
  EXPECT_EQ(ids("nobody"), "");
}

TEST_F(OrderStoreTest, AReplacedOrderMovesToItsNewMonth) {
  ASSERT_TRUE(await(orders_.add(order_of("user_1", "ord_1", kNow - days{100}))));
  ASSERT_TRUE(await(orders_.replace(order_of("user_1", "ord_1", kNow))));
  EXPECT_EQ(ids("user_1"), "ord_1 ");
}

TEST_F(OrderStoreTest, AnUpdateNeedsTheGenerationThatWasRead) {
  ASSERT_TRUE(await(orders_.add(order_of("user_1", "ord_1", kNow))));
  StoredOrder stored = *await(orders_.get(OrderId{"ord_1"}));
  stored.order.status = OrderStatus::delivered;
  ASSERT_TRUE(await(orders_.update(stored.order, stored.generation)));
  EXPECT_EQ(await(orders_.update(stored.order, stored.generation)).error().kind, ErrorKind::GenerationMismatch);
  EXPECT_EQ(await(orders_.get(OrderId{"ord_1"}))->order.status, OrderStatus::delivered);
}

}  // namespace
}  // namespace qm::shop
