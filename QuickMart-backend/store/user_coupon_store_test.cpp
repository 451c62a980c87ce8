#include "QuickMart-backend/store/user_coupon_store.hpp"

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"

namespace qm::shop {
namespace {

using test::kNow;

class UserCouponStoreTest : public testing::Test {
 protected:
  ManualClock clock_{kNow};
  std::unique_ptr<kv::Store> kv_ = kv::make_memory_store("quick_mart", clock_);
  UserCouponStore held_{*kv_};
};

TEST_F(UserCouponStoreTest, KeepsWhatItIsGiven) {
  UserCoupon held;
  held.id = UserCouponId{"uc_ann.coupon_a"};
  held.user_id = UserId{"ann"};
  held.coupon_id = CouponId{"coupon_a"};
  held.source = CouponSource::nudge;
  held.nudge_id = "nudge_1";
  held.churn_score = 0.75;
  held.assigned_at = kNow;
  held.uses.push_back({CouponUseId{"ord_1"}, CouponUseState::redeemed, kNow, Money{500}, CampaignId{"camp_1"}, true});
  held.uses.push_back({CouponUseId{"use_2"}, CouponUseState::releasing, kNow, Money{0}, {}, false});
  ASSERT_TRUE(*await(held_.give(held)));
  EXPECT_EQ(await(held_.get(held.id)).value(), held);
}

TEST_F(UserCouponStoreTest, ReadsRecordsOfWhenACouponHadOneUse) {
  struct Case {
    const char* status;
    std::optional<std::string> order;
    std::string use;  // id:state:cost
    bool is_void;
  };
  for (const Case& c : {Case{"available", {}, "", false}, Case{"used", {}, "uc_ann.coupon_a:redeemed:500", false},
                        Case{"used", "ord_1", "ord_1:redeemed:500", false},
                        Case{"spending", "ord_1", "ord_1:reserved:500", false}, Case{"expired", {}, "", true},
                        Case{"something", {}, "", true}}) {
    kv::Bins bins;
    bins["user_id"] = "ann";
    bins["coupon_id"] = "coupon_a";
    bins["status"] = c.status;
    bins["assigned_at"] = kNow.time_since_epoch().count();
    if (c.order) bins["order_id"] = *c.order;
    bins["used_at"] = kNow.time_since_epoch().count();
    bins["spending_since"] = kNow.time_since_epoch().count();
    bins["discount"] = 500;
    kv::WriteOptions whole;
    whole.mode = kv::WriteMode::Replace;
    ASSERT_TRUE(await(kv_->put(kv::Key{"user_coupon", "uc_ann.coupon_a"}, std::move(bins), whole)));
    UserCouponStore::Change look = [](UserCoupon&) -> Result<bool> { return true; };
    ASSERT_TRUE(await(held_.change(UserCouponId{"uc_ann.coupon_a"}, std::move(look))));  // it is written anew
    const UserCoupon held = await(held_.get(UserCouponId{"uc_ann.coupon_a"})).value();
    std::string uses;
    for (const CouponUse& use : held.uses)
      uses += use.id.str() + ":" + std::string{to_string(use.state)} + ":" + std::to_string(use.cost.minor());
    EXPECT_EQ(uses, c.use) << c.status;
    EXPECT_EQ(held.is_void, c.is_void) << c.status;
  }
}

}  // namespace
}  // namespace qm::shop
