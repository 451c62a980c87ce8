#include "QuickMart-backend/store/campaign_store.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::shop {
namespace {

using test::kNow;

class CampaignStoreTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(await(campaigns_.create({id_, "Spring", Money{1000}, {}, {}, kNow}))); }

  static ReservedBudget share(const char* use, std::int64_t minor, const char* coupon = "coupon_a") {
    return {CouponUseId{use}, CouponId{coupon}, UserId{"ann"}, Money{minor}, kNow};
  }
  // reserved/redeemed
  std::string state() {
    const Campaign campaign = await(campaigns_.get(id_)).value();
    return std::to_string(campaign.reserved.minor()) + "/" + std::to_string(campaign.redeemed.minor());
  }
  std::size_t open() { return await(campaigns_.list()).value().front().reserved.size(); }

  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("quick_mart", clock_);
  CampaignStore campaigns_{*kv_};
  const CampaignId id_{"camp_1"};
  const CouponId coupon_{"coupon_a"};
};

TEST_F(CampaignStoreTest, EveryStepCountsOnce) {
  const CouponUseId use{"ord_1"};
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(await(campaigns_.reserve(id_, share("ord_1", 600))));
  EXPECT_EQ(state(), "600/0");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(await(campaigns_.redeem(id_, use, coupon_)));
  EXPECT_EQ(state(), "0/600");
  EXPECT_EQ(open(), 0u);  // what is settled leaves the record
  ASSERT_TRUE(await(campaigns_.release(id_, use, coupon_, true)));
  EXPECT_EQ(state(), "0/600");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(await(campaigns_.reopen(id_, share("ord_1", 600))));
  EXPECT_EQ(state(), "600/0");
  ASSERT_TRUE(await(campaigns_.redeem(id_, use, coupon_)));  // of somebody who is late
  EXPECT_EQ(state(), "600/0");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(await(campaigns_.release(id_, use, coupon_, true)));
  EXPECT_EQ(state(), "0/0");
  EXPECT_EQ(open(), 0u);
  ASSERT_TRUE(await(campaigns_.reopen(id_, share("ord_1", 600))));  // of somebody who is later still
  EXPECT_EQ(state(), "0/0");
  EXPECT_EQ(open(), 0u);
}

TEST_F(CampaignStoreTest, ForgetsWhatWasReopenedAfterAllWasOver) {
  ASSERT_TRUE(await(campaigns_.reserve(id_, share("ord_2", 300))));
  ASSERT_TRUE(await(campaigns_.redeem(id_, CouponUseId{"ord_2"}, coupon_)));
  ASSERT_TRUE(await(campaigns_.reopen(id_, share("ord_1", 200))));
  EXPECT_EQ(state(), "200/100");
  ASSERT_TRUE(await(campaigns_.release(id_, CouponUseId{"ord_1"}, coupon_, false)));
  EXPECT_EQ(state(), "0/300");
}

TEST_F(CampaignStoreTest, NeverGivesMoreThanTheBudget) {
  ASSERT_TRUE(await(campaigns_.reserve(id_, share("ord_1", 600))));
  EXPECT_EQ(await(campaigns_.reserve(id_, share("ord_2", 401))).error().kind, ErrorKind::Rejected);
  ASSERT_TRUE(await(campaigns_.reserve(id_, share("ord_1", 400, "coupon_b"))));  // two coupons of one order
  EXPECT_EQ(state(), "1000/0");
  EXPECT_EQ(await(campaigns_.change_budget(id_, Money{999})).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(await(campaigns_.change_budget(id_, Money{1000})).value().left(), Money{0});
  EXPECT_EQ(await(campaigns_.change_budget(CampaignId{"camp_2"}, Money{1})).error().kind, ErrorKind::NotFound);
  ASSERT_TRUE(await(campaigns_.redeem(id_, CouponUseId{"ord_1"}, coupon_)));
  EXPECT_EQ(await(campaigns_.change_budget(id_, Money{999})).error().kind, ErrorKind::Conflict);
  ASSERT_TRUE(await(campaigns_.change_budget(id_, Money{1500})));
  EXPECT_TRUE(await(campaigns_.reserve(id_, share("ord_2", 500))));
  EXPECT_EQ(state(), "900/600");
}

}  // namespace
}  // namespace qm::shop
