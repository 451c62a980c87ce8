// Stock: counted by hand, shown in listings, told of when it runs low.
#include "QuickMart-backend/app/orders_fixture.hpp"

namespace qm::shop {
namespace {

class StockTest : public OrdersFixture {};

TEST_F(StockTest, ListingsShowWhatIsLeft) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 4);
  ASSERT_TRUE(run(app_.place.run(request(ann_, "k1"))));
  ASSERT_TRUE(run(app_.mirror.run()));
  EXPECT_EQ(catalog_.snapshot()->find(ProductId{"pen"})->stock_quantity, 6);
  const auto too_many = run(app_.cart.add(ann_, SkuId{"pen"}, 7));
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().kind, ErrorKind::Conflict);
}

TEST_F(StockTest, AnAdjustmentCountsOnceAndNeverBelowWhatIsReserved) {
  sell("pen", 250, 10);
  EXPECT_EQ(run(app_.staff_stock.get(SkuId{"pen"}))->available, 10);
  EXPECT_EQ(run(app_.staff_stock.adjust(SkuId{"ink"}, adjustment("a", 1))).error().kind, ErrorKind::NotFound);
  std::vector<Task<Result<Stock>>> tasks;
  for (int i = 0; i < 8; ++i) tasks.push_back(app_.staff_stock.adjust(SkuId{"pen"}, adjustment("a1", 5)));
  for (const auto& result : run_all(std::move(tasks))) EXPECT_TRUE(result) << result.error().detail;
  EXPECT_EQ(stock("pen").available, 15);
  EXPECT_EQ(run(app_.staff_stock.adjust(SkuId{"pen"}, adjustment("a1", 6))).error().kind, ErrorKind::Invalid);
  ASSERT_TRUE(run(stock_.reserve(SkuId{"pen"}, OrderId{"ord_1"}, 4)));
  EXPECT_EQ(run(app_.staff_stock.adjust(SkuId{"pen"}, adjustment("a2", -12))).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(run(app_.staff_stock.adjust(SkuId{"pen"}, adjustment("a3", -11)))->available, 0);
  EXPECT_TRUE(stock("pen").adds_up());
  ASSERT_TRUE(run(app_.mirror.run()));
  EXPECT_EQ(catalog_.snapshot()->find(ProductId{"pen"})->stock_quantity, 0);
}

TEST_F(StockTest, LowAndEmptyAndFilledStockIsToldOnceByManyInstances) {
  sell("pen", 5000, 10);
  fill(ann_, "pen", 6);
  ASSERT_TRUE(run(app_.place.run(request(ann_, "k1"))));
  // Every instance looks, dying here and there.
  for (int writes = 0; writes < 6; ++writes) {
    for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
      kv_.die_after(writes, last);
      static_cast<void>(run(app_.mirror.run_for_all()));
      kv_.revive();
    }
  }
  ASSERT_TRUE(run(app_.mirror.run_for_all()));
  EXPECT_EQ(stock_events(), "stock.low.pen.1");
  fill(ann_, "pen", 4);
  ASSERT_TRUE(run(app_.place.run(request(ann_, "k2"))));
  std::vector<Task<Result<void>>> looks;
  for (int i = 0; i < 8; ++i) looks.push_back(app_.mirror.run_for_all());
  for (const auto& looked : run_all(std::move(looks))) EXPECT_TRUE(looked);
  EXPECT_EQ(stock_events(), "stock.low.pen.1 stock.out.pen.2");
  ASSERT_TRUE(run(app_.staff_stock.adjust(SkuId{"pen"}, adjustment("a1", 3))));
  ASSERT_TRUE(run(app_.mirror.run()));
  ASSERT_TRUE(run(app_.mirror.run()));
  EXPECT_EQ(stock_events(), "stock.back.pen.3 stock.low.pen.1 stock.out.pen.2");
  EXPECT_TRUE(stock("pen").adds_up());
}

}  // namespace
}  // namespace qm::shop
