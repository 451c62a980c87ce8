#include "QuickMart-backend/app/orders.hpp"

#include <atomic>
#include <thread>

#include <set>

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/runtime.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/app/coupons.hpp"
#include "QuickMart-backend/app/dying_store_fixture.hpp"
#include "QuickMart-backend/app/owed_events_fixture.hpp"
#include "QuickMart-backend/clients/local_payment_gateway.hpp"

namespace qm::shop {
namespace {

using std::chrono::days;
using test::kNow;

class OrdersTest : public testing::Test {
 protected:
  OrdersTest() {
    workers_.start();
    EXPECT_TRUE(run(orders_.open()));
  }
  ~OrdersTest() override {
    workers_.stop();
    workers_.join();
  }

  template <class T>
  Result<T> run(Task<Result<T>> task) {
    return await_on(workers_.context(0), std::move(task));
  }
  // Runs all of them at once, spread over the workers.
  template <class T>
  std::vector<Result<T>> run_all(std::vector<Task<Result<T>>> tasks) {
    return await_all(workers_, workers_.size(), std::move(tasks));
  }
  // Begins all of them before any goes on, and lets them take turns step by step on one thread: whatever they look at
  // before they decide, all of them have seen it.
  template <class T>
  std::vector<Result<T>> run_in_turns(std::vector<Task<Result<T>>> tasks) {
    kv_.interleave();
    auto missing = std::make_shared<std::size_t>(tasks.size());
    for (auto& task : tasks) task = wait_for_all(std::move(task), missing);
    return await_all(workers_, 1, std::move(tasks));
  }
  template <class T>
  static Task<Result<T>> wait_for_all(Task<Result<T>> task, std::shared_ptr<std::size_t> missing) {
    --*missing;
    const Executor executor = co_await boost::asio::this_coro::executor;
    while (*missing > 0) co_await boost::asio::post(executor, boost::asio::use_awaitable_t<Executor>{});
    co_return co_await std::move(task);
  }

  void sell(std::string id, std::int64_t minor, std::int64_t quantity) {
    Product product;
    product.id = ProductId{std::move(id)};
    product.name = "The " + product.id.str();
    product.category = CategoryId{"things"};
    product.price = Money{minor};
    product.stock_quantity = quantity;
    ASSERT_TRUE(run(catalog_store_.put(product)));
    ASSERT_TRUE(run(catalog_.publish()));
  }
  void give_out(std::string code, Discount discount, std::optional<std::int64_t> limit = {}) {
    give_out(std::move(code), discount, [limit](Coupon& coupon) { coupon.usage_limit = limit; });
  }
  void give_out(std::string code, Discount discount, const std::function<void(Coupon&)>& more) {
    Coupon coupon;
    coupon.code = std::move(code);
    coupon.name = "Test";
    coupon.discount = discount;
    coupon.valid_from = kNow - days{1};
    coupon.valid_until = kNow + days{10};
    more(coupon);
    ASSERT_TRUE(run(coupon_app_.create.run(std::move(coupon))));
  }
  void fill(const UserId& user, const char* product, std::int64_t quantity) {
    const auto added = run(app_.cart.add(user, SkuId{product}, quantity));
    ASSERT_TRUE(added) << added.error().detail;
  }
  static CheckoutRequest request(UserId user, std::string key, std::optional<std::string> coupon = {},
                                 std::string method = "card") {
    CheckoutRequest request{std::move(user), std::move(key), {}, "1 Main St", std::move(method)};
    if (coupon) request.coupon_codes = std::vector{std::move(*coupon)};
    return request;
  }
  static CheckoutRequest with_coupons(UserId user, std::string key, std::vector<std::string> codes) {
    return {std::move(user), std::move(key), std::move(codes), "1 Main St", "card"};
  }
  CampaignId begin_campaign(std::int64_t budget_minor) {
    return run(coupon_app_.campaigns.create("Spring", Money{budget_minor})).value().id;
  }
  Campaign campaign(const CampaignId& id) { return run(campaigns_.get(id)).value(); }
  // All at once, each customer with one piece of the product in the cart. → how many bought.
  int buy_at_once(const std::vector<UserId>& users, const char* product, std::vector<std::string> codes) {
    std::vector<Task<Result<Order>>> tasks;
    for (const UserId& user : users) fill(user, product, 1);
    for (const UserId& user : users) tasks.push_back(app_.place.run(with_coupons(user, "k", codes)));
    int bought = 0;
    for (const auto& result : run_in_turns(std::move(tasks))) {
      bought += result ? 1 : 0;
      if (!result) EXPECT_EQ(result.error().kind, ErrorKind::Rejected) << result.error().detail;
    }
    return bought;
  }
  static std::vector<UserId> customers(int count) {
    std::vector<UserId> users;
    for (int i = 0; i < count; ++i) users.emplace_back("user_" + std::to_string(i));
    return users;
  }
  Stock stock(const char* product) { return run(stock_.get(SkuId{product})).value(); }
  std::vector<Order> orders_of(const UserId& user) { return run(orders_.of_user(user, 100)).value(); }
  std::int64_t uses_of(const char* code) { return run(coupons_.find(code)).value().usage_count; }

  static RefundRequest refund_of(std::string id, std::vector<ReturnedLine> lines) {
    RefundRequest request;
    request.id = std::move(id);
    request.fingerprint = "f";
    request.lines = std::move(lines);
    request.reason = "too heavy";
    request.by = "staff";
    return request;
  }
  static StockAdjustment adjustment(std::string id, std::int64_t change) {
    return {std::move(id), change, "delivery", "staff", kNow};
  }

  // After the lease of whoever died.
  void recover() {
    clock_.advance(kOrderLease + std::chrono::seconds{1});
    ASSERT_TRUE(run(app_.recover.run()));
    ASSERT_TRUE(run(app_.recover.sweep()));
    ASSERT_TRUE(run(coupon_app_.recover.run()));
  }

  // Of stock, without their moments, in the order of their names.
  std::string stock_events() {
    std::string found;
    const kv::Page page = run(kv_.scan("job", "", 1'000, {})).value();
    for (const kv::Entry& entry : page.entries) {
      const auto begin = entry.key.id.find("stock.");
      if (begin == std::string::npos) continue;
      found += (found.empty() ? "" : " ") + entry.key.id.substr(begin, entry.key.id.rfind('.') - begin);
    }
    return found;
  }
  // Of an event that merchants are told: "order.paid.ord_1".
  bool is_noted(const std::string& event) { return run(kv_.exists({"job", "merchant_event." + event}, {})).value(); }
  void expect_events_noted(const Order& order, const std::string& where) {
    const bool was_confirmed = order.payment_status != PaymentStatus::failed;
    EXPECT_EQ(is_noted("order.confirmed." + order.id.str()), was_confirmed) << where;
    EXPECT_EQ(is_noted("order.paid." + order.id.str()), was_confirmed) << where;
    const bool was_cancelled = was_confirmed && order.status == OrderStatus::cancelled;
    EXPECT_EQ(is_noted("order.cancelled." + order.id.str()), was_cancelled) << where;
    for (const Refund& refund : order.refunds)
      EXPECT_TRUE(is_noted("order.refunded." + order.id.str() + "." + refund.id)) << where;
    for (const OrderStatus status : {OrderStatus::processing, OrderStatus::shipped, OrderStatus::delivered}) {
      bool moved = false;
      for (const OrderEvent& event : order.history) moved = moved || event.what == to_string(status);
      EXPECT_EQ(is_noted("order." + std::string{to_string(status)} + "." + order.id.str()), moved) << where;
    }
  }

  // `used`: coupon → orders that stand and used it.
  void expect_customer_adds_up(const UserId& user, const std::map<std::string, std::set<std::string>>& used,
                               const std::string& where) {
    std::map<std::string, std::set<std::string>> held;
    for (const UserCoupon& each : run(held_.of_user(user)).value()) {
      for (const CouponUse& use : each.uses) {
        EXPECT_EQ(use.state, CouponUseState::redeemed) << where << ' ' << each.id.str() << ' ' << use.id.str();
        held[each.coupon_id.str()].insert(use.id.str());
      }
    }
    EXPECT_EQ(held, used) << where << ' ' << user.str();
    const auto claim = run(first_orders_.get(user)).value();
    if (!claim) return;
    const auto of = used.find(claim->coupon.str());
    EXPECT_TRUE(of != used.end() && of->second.contains(claim->use.str())) << where << ' ' << claim->use.str();
  }

  void expect_campaigns_add_up(std::map<std::string, Money> spent, const std::string& where) {
    std::map<std::string, Money> by_campaign;
    for (const CouponWithPending& each : run(coupons_.list()).value())
      if (each.coupon.campaign_id)
        by_campaign[each.coupon.campaign_id->str()] =
            by_campaign[each.coupon.campaign_id->str()] + spent[each.coupon.code];
    for (const CampaignWithReserved& each : run(campaigns_.list()).value()) {
      EXPECT_TRUE(each.reserved.empty()) << where;
      EXPECT_EQ(each.campaign.reserved, Money{}) << where;
      EXPECT_EQ(each.campaign.redeemed, by_campaign[each.campaign.id.str()]) << where;
      EXPECT_GE(each.campaign.left().minor(), 0) << where;
    }
  }

  // What must hold when nothing is under way. `users`: all who ever ordered.
  void expect_all_adds_up(const std::vector<UserId>& users, const std::string& where) {
    std::map<std::string, std::int64_t> bought;
    std::map<std::string, std::int64_t> redeemed;
    std::map<std::string, Money> spent;  // coupon → what it cost
    for (const UserId& user : users) {
      std::map<std::string, std::set<std::string>> used;  // coupon → orders
      for (const Order& order : orders_of(user)) {
        EXPECT_EQ(order.progress, OrderProgress::none) << where;
        expect_events_noted(order, where);
        const sandbox::Payment payment = run(ledger_.get(sandbox::PaymentId{order.id.str()})).value();
        if (order.status == OrderStatus::confirmed) {
          EXPECT_EQ(order.payment_status,
                    order.refunds.empty() ? PaymentStatus::paid : PaymentStatus::partially_refunded)
              << where;
          EXPECT_EQ(payment.captures, 1) << where;
          EXPECT_EQ(payment.amount, order.totals.total()) << where;
          EXPECT_EQ(payment.refunded(), refunded(order)) << where;
          for (const OrderItem& item : order.items) bought[item.sku.str()] += item.quantity;
          for (const Refund& refund : order.refunds) {
            EXPECT_TRUE(refund.is_done) << where;
            for (const ReturnedLine& line : refund.lines)
              if (line.restock) bought[line.sku.str()] -= line.quantity;
          }
          Money by_coupon, by_line;
          for (const OrderItem& item : order.items) by_line = by_line + item.discount;
          for (const OrderCoupon& coupon : order.coupons) {
            ++redeemed[coupon.code];
            spent[coupon.code] = spent[coupon.code] + coupon.cost();
            used[coupon_id_of(coupon.code).str()].insert(order.id.str());
            by_coupon = by_coupon + coupon.discount;
          }
          EXPECT_EQ(by_coupon, order.totals.discount) << where;
          EXPECT_EQ(by_line, order.totals.discount) << where;
        } else {
          EXPECT_EQ(order.status, OrderStatus::cancelled) << where;
          EXPECT_TRUE(payment.captures == 0 || payment.refunded() == payment.amount) << where;
          EXPECT_NE(payment.state, sandbox::PaymentState::authorised) << where;
        }
      }
      expect_customer_adds_up(user, used, where);
    }
    expect_campaigns_add_up(spent, where);
    for (const Stock& stock : run(stock_.list()).value()) {
      EXPECT_TRUE(stock.adds_up()) << where << ' ' << stock.sku.str();
      EXPECT_TRUE(stock.reserved.empty()) << where << ' ' << stock.sku.str();
      EXPECT_EQ(stock.sold - stock.restocked, bought[stock.sku.str()]) << where;
    }
    for (const CouponWithPending& each : run(coupons_.list()).value()) {
      EXPECT_EQ(each.coupon.usage_count, redeemed[each.coupon.code]) << where << ' ' << each.coupon.code;
      EXPECT_TRUE(each.pending.empty()) << where << ' ' << each.coupon.code;
    }
  }

  WorkerThreads workers_{4};
  ManualClock clock_{kNow};
  DyingStore kv_{kv::make_memory_store("quick_mart", clock_)};
  CatalogStore catalog_store_{kv_};
  CatalogApp catalog_{catalog_store_};
  CouponStore coupons_{kv_};
  UserCouponStore held_{kv_};
  UserStore users_{kv_};
  OrderStore orders_{kv_};
  StockStore stock_{kv_};
  CartStore carts_{kv_};
  SagaStores saga_{kv_};
  sandbox::PaymentLedger ledger_{saga_.deferred};
  LocalPaymentGateway payments_{ledger_, clock_};
  jobs::Queue queue_{kv_, clock_};
  ListeningReco reco_;
  SendEvents events_{queue_, reco_};
  MerchantEvents merchant_{queue_};
  CampaignStore campaigns_{kv_};
  FirstOrderStore first_orders_{kv_};
  CouponApp coupon_app_{{coupons_, held_, campaigns_, first_orders_, orders_, users_, clock_, events_}};
  NoteViews views_{events_, clock_};
  OrderApp app_{{orders_, stock_, carts_, coupon_app_, payments_, catalog_store_, catalog_, saga_, clock_, events_,
                 merchant_, views_}};
  const UserId ann_{"ann"};
};

TEST_F(OrdersTest, BuysTheCartOnceHoweverOftenItIsAsked) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 4);
  const auto first = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(first) << first.error().detail;
  EXPECT_EQ(first->status, OrderStatus::confirmed);
  EXPECT_EQ(first->payment_status, PaymentStatus::paid);
  EXPECT_EQ(first->totals.total(), Money{1000 + 80 + 999});
  fill(ann_, "pen", 1);  // the cart is another one by now
  const auto again = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(orders_of(ann_).size(), 1u);
  EXPECT_EQ(stock("pen").on_hand, 6);
  EXPECT_EQ(run(app_.cart.get(ann_))->items.size(), 1u);
  expect_all_adds_up({ann_}, "bought once");
}

TEST_F(OrdersTest, RefusesAKeyThatWasUsedForSomethingElse) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 1);
  ASSERT_TRUE(run(app_.place.run(request(ann_, "k1"))));
  fill(ann_, "pen", 1);
  const auto other = run(app_.place.run(request(ann_, "k1", "SAVE")));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::Invalid);
}

TEST_F(OrdersTest, LastUnitRaceIsWonByOne) {
  sell("pen", 250, 1);
  std::vector<UserId> users;
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 16; ++i) {
    users.emplace_back("user_" + std::to_string(i));
    fill(users.back(), "pen", 1);
  }
  for (const UserId& user : users) tasks.push_back(app_.place.run(request(user, "k")));
  int bought = 0;
  for (const auto& result : run_all(std::move(tasks))) {
    bought += result ? 1 : 0;
    if (!result) EXPECT_EQ(result.error().kind, ErrorKind::Conflict) << result.error().detail;
  }
  EXPECT_EQ(bought, 1);
  EXPECT_EQ(stock("pen").available, 0);
  expect_all_adds_up(users, "last unit");
}

TEST_F(OrdersTest, CouponLimitRaceLetsNoMoreThrough) {
  sell("pen", 5000, 100);
  give_out("FEW", PercentOff{BasisPoints{1000}}, 3);
  std::vector<UserId> users;
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 12; ++i) {
    users.emplace_back("user_" + std::to_string(i));
    fill(users.back(), "pen", 1);
  }
  for (const UserId& user : users) tasks.push_back(app_.place.run(request(user, "k", "FEW")));
  int bought = 0;
  for (const auto& result : run_in_turns(std::move(tasks))) {
    bought += result ? 1 : 0;
    if (!result) EXPECT_EQ(result.error().kind, ErrorKind::Rejected) << result.error().detail;
  }
  EXPECT_EQ(bought, 3);
  EXPECT_EQ(uses_of("FEW"), 3);
  expect_all_adds_up(users, "coupon limit");
}

TEST_F(OrdersTest, TwoDevicesEditingOneCartLoseNothing) {
  sell("pen", 250, 100);
  sell("ink", 400, 100);
  std::vector<Task<Result<CartView>>> tasks;
  for (int i = 0; i < 10; ++i) {
    tasks.push_back(app_.cart.add(ann_, SkuId{"pen"}, 1));
    tasks.push_back(app_.cart.add(ann_, SkuId{"ink"}, 2));
  }
  for (const auto& result : run_in_turns(std::move(tasks))) EXPECT_TRUE(result) << result.error().detail;
  const auto cart = run(carts_.get(ann_)).value();
  EXPECT_EQ(cart.find(SkuId{"pen"})->quantity, 10);
  EXPECT_EQ(cart.find(SkuId{"ink"})->quantity, 20);
}

TEST_F(OrdersTest, TellsOfAPriceThatChangedBetweenCartAndCheckout) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 4);
  sell("pen", 300, 10);
  const auto refused = run(app_.place.run(request(ann_, "k1")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Conflict);
  EXPECT_NE(refused.error().detail.find("22.95"), std::string::npos) << refused.error().detail;
  EXPECT_TRUE(orders_of(ann_).empty());
  EXPECT_EQ(run(app_.cart.get(ann_))->totals.total(), Money{2295});
  const auto bought = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(bought) << bought.error().detail;
  EXPECT_EQ(bought->totals.total(), Money{2295});
}

TEST_F(OrdersTest, LeavesNothingBehindWhenThePaymentIsDeclined) {
  sell("pen", 5000, 10);
  give_out("SAVE", PercentOff{BasisPoints{1000}});
  fill(ann_, "pen", 2);
  for (int i = 0; i < 2; ++i) {  // the answer of the key stays
    const auto declined = run(app_.place.run(request(ann_, "k1", "SAVE", "declined")));
    ASSERT_FALSE(declined);
    EXPECT_EQ(declined.error().kind, ErrorKind::Rejected);
  }
  EXPECT_EQ(stock("pen").available, 10);
  EXPECT_EQ(uses_of("SAVE"), 0);
  EXPECT_EQ(run(carts_.get(ann_))->find(SkuId{"pen"})->quantity, 2);
  expect_all_adds_up({ann_}, "declined");
  EXPECT_TRUE(run(app_.place.run(request(ann_, "k2", "SAVE"))));
  expect_all_adds_up({ann_}, "paid otherwise");
}

TEST_F(OrdersTest, MakesOneOrderOfDuplicateRequestsAtOnce) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 1);
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 12; ++i) tasks.push_back(app_.place.run(request(ann_, "k1")));
  int answered = 0;
  for (const auto& result : run_all(std::move(tasks))) {
    answered += result ? 1 : 0;
    if (!result) EXPECT_EQ(result.error().kind, ErrorKind::Conflict) << result.error().detail;
  }
  EXPECT_GE(answered, 1);
  EXPECT_EQ(orders_of(ann_).size(), 1u);
  EXPECT_EQ(stock("pen").sold, 1);
  expect_all_adds_up({ann_}, "duplicates");
}

TEST_F(OrdersTest, CancellingGivesBackMoneyGoodsAndCouponOnce) {
  sell("pen", 5000, 10);
  give_out("SAVE", PercentOff{BasisPoints{1000}}, 1);
  fill(ann_, "pen", 2);
  const auto order = run(app_.place.run(request(ann_, "k1", "SAVE")));
  ASSERT_TRUE(order) << order.error().detail;
  EXPECT_EQ(run(app_.customer.cancel(UserId{"bob"}, order->id)).error().kind, ErrorKind::NotFound);
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 8; ++i) tasks.push_back(app_.customer.cancel(ann_, order->id));
  run_all(std::move(tasks));
  const auto cancelled = run(app_.customer.cancel(ann_, order->id));
  ASSERT_TRUE(cancelled) << cancelled.error().detail;
  EXPECT_EQ(cancelled->status, OrderStatus::cancelled);
  EXPECT_EQ(stock("pen").available, 10);
  EXPECT_EQ(stock("pen").restocked, 2);
  EXPECT_EQ(uses_of("SAVE"), 0);
  expect_all_adds_up({ann_}, "cancelled");
  fill(ann_, "pen", 1);
  EXPECT_TRUE(run(app_.place.run(request(ann_, "k2", "SAVE"))));
}

// Dies at each write of a checkout in turn; what comes after the restart must make it whole, and the same key must
// lead to one order.
TEST_F(OrdersTest, PaidButCrashedBeforeConfirmationIsUndoneAndSoIsEveryOtherStep) {
  sell("pen", 5000, 1'000);
  sell("ink", 300, 1'000);
  give_out("SAVE", PercentOff{BasisPoints{1000}});
  std::vector<UserId> users;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const std::string where = "dead at write " + std::to_string(writes) +
                                (last == DyingStore::Last::Done ? ", done" : ", lost");
      users.emplace_back("user_" + std::to_string(users.size()));
      const UserId user = users.back();
      fill(user, "pen", 1);
      fill(user, "ink", 2);
      kv_.die_after(writes, last);
      const auto answer = run(app_.place.run(request(user, "k", "SAVE")));
      died = kv_.is_dead();
      kv_.revive();
      recover();
      expect_all_adds_up(users, where);
      const auto again = run(app_.place.run(request(user, "k", "SAVE")));
      ASSERT_TRUE(again) << where << ": " << again.error().detail;
      if (answer) EXPECT_EQ(again->id, answer->id) << where;
      const auto orders = orders_of(user);
      EXPECT_EQ(std::ranges::count(orders, OrderStatus::confirmed, &Order::status), 1) << where;
      EXPECT_TRUE(run(carts_.get(user))->lines.empty()) << where;
      expect_all_adds_up(users, where + ", asked again");
      EXPECT_EQ(owed_of(kv_, user.str()), "coupon_redeemed order_placed ") << where;
      ASSERT_LT(writes, 100);
    }
  }
  EXPECT_GT(users.size(), 20u);
}

TEST_F(OrdersTest, ACancellationThatCrashedIsCarriedThrough) {
  sell("pen", 5000, 1'000);
  give_out("SAVE", PercentOff{BasisPoints{1000}});
  std::vector<UserId> users;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const std::string where = "dead at write " + std::to_string(writes) +
                                (last == DyingStore::Last::Done ? ", done" : ", lost");
      users.emplace_back("user_" + std::to_string(users.size()));
      const UserId user = users.back();
      fill(user, "pen", 1);
      const auto order = run(app_.place.run(request(user, "k", "SAVE")));
      ASSERT_TRUE(order) << order.error().detail;
      kv_.die_after(writes, last);
      static_cast<void>(run(app_.customer.cancel(user, order->id)));
      died = kv_.is_dead();
      kv_.revive();
      recover();
      expect_all_adds_up(users, where);
      const auto again = run(app_.customer.cancel(user, order->id));
      ASSERT_TRUE(again) << where << ": " << again.error().detail;
      expect_all_adds_up(users, where + ", asked again");
      EXPECT_EQ(owed_of(kv_, user.str()), "coupon_redeemed order_cancelled order_placed order_refunded ") << where;
      ASSERT_LT(writes, 100);
    }
  }
  EXPECT_EQ(stock("pen").available, 1'000);
}

// The power fails: what no durable write followed is lost, whatever was answered to the steps in between.
TEST_F(OrdersTest, APowerLossTakesNothingThatWasAnsweredAndLeavesNothingHalfDone) {
  sell("pen", 5000, 1'000);
  sell("ink", 300, 1'000);
  give_out("SAVE", PercentOff{BasisPoints{1000}});
  std::vector<UserId> users;
  bool died = true;
  for (int writes = 0; died; ++writes) {
    const std::string where = "power lost at write " + std::to_string(writes);
    users.emplace_back("user_" + std::to_string(users.size()));
    const UserId user = users.back();
    fill(user, "pen", 1);
    fill(user, "ink", 2);
    kv_.die_after(writes, DyingStore::Last::Done);
    const auto answer = run(app_.place.run(request(user, "k", "SAVE")));
    died = kv_.is_dead();
    ASSERT_TRUE(run(kv_.lose_power()));
    recover();
    expect_all_adds_up(users, where);
    if (answer) EXPECT_EQ(std::ranges::count(orders_of(user), answer->id, &Order::id), 1) << where;
    const auto again = run(app_.place.run(request(user, "k", "SAVE")));
    ASSERT_TRUE(again) << where << ": " << again.error().detail;
    if (answer) EXPECT_EQ(again->id, answer->id) << where;
    const auto orders = orders_of(user);
    EXPECT_EQ(std::ranges::count(orders, OrderStatus::confirmed, &Order::status), 1) << where;
    expect_all_adds_up(users, where + ", asked again");
    ASSERT_LT(writes, 100);
  }
  EXPECT_GT(users.size(), 10u);
}

TEST_F(OrdersTest, RecoveryDoesNotFallBehindACrowdOfAbandonedOrders) {
  constexpr int kCrowd = 350;
  for (int i = 0; i < kCrowd; ++i) {
    Order order;
    order.id = OrderId{"ord_" + std::to_string(i)};
    order.user_id = ann_;
    order.progress = OrderProgress::placing;
    order.created_at = clock_.now();
    order.lease_until = clock_.now();
    ASSERT_TRUE(run(orders_.replace(order)));
  }
  EXPECT_EQ(run(app_.recover.run()).value(), kCrowd);
  EXPECT_TRUE(run(orders_.abandoned(clock_.now() + kOrderLease * 2, 10))->empty());
}

TEST_F(OrdersTest, SeveralInstancesMayRecoverAtOnce) {
  sell("pen", 5000, 1'000);
  give_out("SAVE", PercentOff{BasisPoints{1000}});
  std::vector<UserId> users;
  for (int writes = 2; writes < 16; ++writes) {
    users.emplace_back("user_" + std::to_string(writes));
    fill(users.back(), "pen", 1);
    kv_.die_after(writes, DyingStore::Last::Done);
    static_cast<void>(run(app_.place.run(request(users.back(), "k", "SAVE"))));
    kv_.revive();
  }
  clock_.advance(kOrderLease + std::chrono::seconds{1});
  std::vector<Task<Result<int>>> tasks;
  for (int i = 0; i < 6; ++i) tasks.push_back(app_.recover.run());
  run_all(std::move(tasks));
  recover();
  expect_all_adds_up(users, "recovered by many");
}

// A process that stalled for longer than its lease wakes and goes on with an order that was undone meanwhile.
TEST_F(OrdersTest, AStepThatComesAfterItsOrderWasUndoneIsGivenBack) {
  sell("pen", 5000, 10);
  give_out("SAVE", PercentOff{BasisPoints{1000}}, 1);
  fill(ann_, "pen", 2);
  ASSERT_FALSE(run(app_.place.run(request(ann_, "k1", "SAVE", "declined"))));
  const OrderId undone = orders_of(ann_).front().id;
  ASSERT_TRUE(run(stock_.reserve(SkuId{"pen"}, undone, 2)));
  const Coupon coupon = run(coupons_.find("SAVE")).value();
  ASSERT_TRUE(run(coupon_app_.hold.reserve(ann_, coupon, use_of(undone), Money{1000})));
  EXPECT_FALSE(run(payments_.authorise(undone, Money{1}, "card")));
  recover();
  EXPECT_EQ(stock("pen").available, 10);
  EXPECT_EQ(uses_of("SAVE"), 0);
  expect_all_adds_up({ann_}, "late steps");
  EXPECT_TRUE(run(app_.place.run(request(ann_, "k2", "SAVE"))));
}

TEST_F(OrdersTest, ACheckoutThatFailsForAnythingButItsPaymentIsNoEvent) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 4);
  const UserId bob{"bob"};
  fill(bob, "pen", 8);
  ASSERT_TRUE(run(app_.place.run(request(ann_, "k1"))));
  ASSERT_FALSE(run(app_.place.run(request(bob, "k1"))));
  EXPECT_EQ(owed_of(kv_, "bob"), "");
}

TEST_F(OrdersTest, ARefusedPaymentIsToldOnceForEachCheckoutWhoeverUndoesIt) {
  sell("pen", 250, 10);
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const std::string where = "dead at write " + std::to_string(writes);
      const UserId user{"user_" + std::to_string(writes) + (last == DyingStore::Last::Done ? "_done" : "_lost")};
      fill(user, "pen", 4);
      kv_.die_after(writes, last);
      static_cast<void>(run(app_.place.run(request(user, "k1", {}, "declined"))));
      died = kv_.is_dead();
      kv_.revive();
      recover();
      ASSERT_FALSE(run(app_.place.run(request(user, "k1", {}, "declined")))) << where;
      recover();
      std::set<std::string> orders;
      for (const auto& [id, event] : owed_events(kv_)) {
        if (event.user_id != user.str()) continue;
        EXPECT_EQ(event.type, contracts::EventType::payment_failed) << where;
        EXPECT_TRUE(orders.insert(event.data.order_id.value()).second) << where;
      }
      EXPECT_GE(orders.size(), 1u) << where;
      if (!died) EXPECT_EQ(orders.size(), 1u) << "asked again with the same key, nothing is refused anew";
      ASSERT_LT(writes, 100);
    }
  }
}

TEST_F(OrdersTest, ACustomerWhoWantsWhatIsSoldOutIsToldOfAndAGuestIsNot) {
  sell("pen", 250, 0);
  EXPECT_FALSE(run(app_.cart.add(ann_, SkuId{"pen"}, 1)));
  EXPECT_FALSE(run(app_.cart.add(make_guest(kNow), SkuId{"pen"}, 1)));
  sell("cap", 250, 1);
  EXPECT_FALSE(run(app_.cart.add(ann_, SkuId{"cap"}, 2))) << "there is one";
  ASSERT_TRUE(run(views_.run()));
  ASSERT_EQ(reco_.told.size(), 1u);
  EXPECT_EQ(reco_.told.begin()->second.type, contracts::EventType::out_of_stock_seen);
  EXPECT_EQ(reco_.told.begin()->second.user_id, "ann");
  EXPECT_EQ(reco_.told.begin()->second.data.product_id, "pen");
}

TEST_F(OrdersTest, AnOrdersEventSaysWhatWasBought) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 4);
  const auto order = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(order) << order.error().detail;
  const auto owed = owed_events(kv_);
  ASSERT_EQ(owed.size(), 1u);
  const contracts::Event& event = owed.begin()->second;
  EXPECT_EQ(event.event_id, "order_placed." + order->id.str());
  EXPECT_EQ(event.data.order_id, order->id.str());
  EXPECT_EQ(event.data.amount, json::to_wire(order->totals.total()));
  EXPECT_EQ(event.data.item_count, 4);
  EXPECT_EQ(event.data.product_ids, std::vector<std::string>{"pen"});
}

// Two workers cancelled it at once, and the slower one puts the goods back after the faster one was through.
TEST_F(OrdersTest, GoodsComeBackOnceHoweverLateAWorkerWakes) {
  sell("pen", 5000, 10);
  fill(ann_, "pen", 2);
  const auto bought = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(bought);
  ASSERT_TRUE(run(app_.customer.cancel(ann_, bought->id)));
  recover();
  PutBack late{bought->id.str(), ""};
  ASSERT_TRUE(run(stock_.put_back(SkuId{"pen"}, late, 2)));
  EXPECT_EQ(stock("pen").available, 10);
  expect_all_adds_up({ann_}, "put back late");
  clock_.advance(std::chrono::hours{2});
  recover();
  EXPECT_TRUE(stock("pen").returned.empty());
}

// Whoever was slow with a key may still create the order of its attempt: no other attempt may stand beside it.
TEST_F(OrdersTest, AKeyThatWasTakenOverKeepsItsOrdersId) {
  sell("pen", 5000, 10);
  fill(ann_, "pen", 1);
  kv_.die_after(1, DyingStore::Last::Lost);  // after it has the key, before the order is there
  ASSERT_FALSE(run(app_.place.run(request(ann_, "k1"))));
  kv_.revive();
  const OrderId first = run(saga_.checkouts.get("ann:k1")).value().checkout.order_id;
  clock_.advance(kOrderLease + std::chrono::seconds{1});
  ASSERT_TRUE(run(app_.cart.clear(ann_)));
  EXPECT_FALSE(run(app_.place.run(request(ann_, "k1"))));  // goes on with the key, and finds an empty cart
  fill(ann_, "pen", 1);
  clock_.advance(kOrderLease + std::chrono::seconds{1});
  const auto bought = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(bought) << bought.error().detail;
  EXPECT_EQ(bought->id, first);
  expect_all_adds_up({ann_}, "taken over");
}

TEST_F(OrdersTest, ListingsShowWhatIsLeft) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 4);
  ASSERT_TRUE(run(app_.place.run(request(ann_, "k1"))));
  ASSERT_TRUE(run(app_.mirror.run()));
  EXPECT_EQ(catalog_.snapshot()->find(ProductId{"pen"})->stock_quantity, 6);
  const auto too_many = run(app_.cart.add(ann_, SkuId{"pen"}, 7));
  ASSERT_FALSE(too_many);
  EXPECT_EQ(too_many.error().kind, ErrorKind::Conflict);
}

TEST_F(OrdersTest, EachVariantHasItsOwnPriceAndStock) {
  Product shirt;
  shirt.id = ProductId{"shirt"};
  shirt.name = "Shirt";
  shirt.category = CategoryId{"things"};
  shirt.price = Money{2000};
  shirt.variants = {{SkuId{"shirt-s"}, {{"size", "S"}}, {}, 1}, {SkuId{"shirt-xl"}, {{"size", "XL"}}, Money{2500}, 9}};
  ASSERT_TRUE(run(catalog_store_.put(shirt)));
  ASSERT_TRUE(run(catalog_.publish()));
  EXPECT_EQ(catalog_.snapshot()->find(shirt.id)->stock_quantity, 10);

  const auto unnamed = app_.cart.choose(shirt.id, {});
  ASSERT_FALSE(unnamed);
  EXPECT_EQ(unnamed.error().kind, ErrorKind::Invalid);
  EXPECT_FALSE(app_.cart.choose(shirt.id, SkuId{"pen"}));
  EXPECT_EQ(app_.cart.choose(shirt.id, SkuId{"shirt-xl"}).value(), SkuId{"shirt-xl"});
  EXPECT_FALSE(run(app_.cart.add(ann_, SkuId{"shirt"}, 1)));
  EXPECT_FALSE(run(app_.cart.add(ann_, SkuId{"shirt-s"}, 2)));

  fill(ann_, "shirt-s", 1);
  fill(ann_, "shirt-xl", 2);
  const auto order = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(order) << order.error().detail;
  ASSERT_EQ(order->items.size(), 2u);
  EXPECT_EQ(order->items[0].product_name, "Shirt (S)");
  EXPECT_EQ(order->items[1].unit_price, Money{2500});
  EXPECT_EQ(order->items[1].product_id, shirt.id);
  EXPECT_EQ(order->totals.subtotal, Money{7000});
  EXPECT_EQ(stock("shirt-s").on_hand, 0);
  EXPECT_EQ(stock("shirt-xl").on_hand, 7);
  ASSERT_TRUE(run(app_.mirror.run()));
  EXPECT_EQ(catalog_.snapshot()->find_sku(SkuId{"shirt-xl"})->stock_quantity(), 7);
  EXPECT_EQ(catalog_.snapshot()->find(shirt.id)->stock_quantity, 7);
  expect_all_adds_up({ann_}, "variants");
}

TEST_F(OrdersTest, TheFirstAnswerOfAKeyIsGivenAgainWhateverBecameOfTheOrder) {
  sell("pen", 250, 10);
  fill(ann_, "pen", 1);
  const auto first = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(first);
  ASSERT_TRUE(run(app_.customer.cancel(ann_, first->id)));
  const auto again = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, OrderStatus::confirmed);
  EXPECT_EQ(again->payment_status, PaymentStatus::paid);
  EXPECT_EQ(again->items, first->items);
}

TEST_F(OrdersTest, RefundTwiceGivesTheMoneyBackOnce) {
  sell("pen", 5000, 10);
  fill(ann_, "pen", 4);
  const auto order = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(order);
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 8; ++i) tasks.push_back(app_.staff.refund(order->id, refund_of("r1", {{SkuId{"pen"}, 1, true}})));
  run_all(std::move(tasks));
  const auto refunded_once = run(app_.staff.refund(order->id, refund_of("r1", {{SkuId{"pen"}, 1, true}})));
  ASSERT_TRUE(refunded_once) << refunded_once.error().detail;
  EXPECT_EQ(refunded_once->refunds.size(), 1u);
  EXPECT_EQ(refunded(*refunded_once), Money{5400});
  EXPECT_EQ(stock("pen").restocked, 1);
  expect_all_adds_up({ann_}, "refunded once");
  RefundRequest other = refund_of("r1", {});
  other.fingerprint = "g";
  EXPECT_EQ(run(app_.staff.refund(order->id, other)).error().kind, ErrorKind::Invalid);
  // Not more pieces than are left, not all of what was never sent.
  EXPECT_EQ(run(app_.staff.refund(order->id, refund_of("r2", {{SkuId{"pen"}, 4, true}}))).error().kind,
            ErrorKind::Conflict);
  EXPECT_EQ(run(app_.staff.refund(order->id, refund_of("r3", {}))).error().kind, ErrorKind::Conflict);
  // What is left goes back with a cancellation.
  ASSERT_TRUE(run(app_.staff.cancel(order->id, "staff")));
  EXPECT_EQ(stock("pen").available, 10);
  EXPECT_EQ(run(ledger_.get(sandbox::PaymentId{order->id.str()}))->refunded(), order->totals.total());
  expect_all_adds_up({ann_}, "cancelled after a refund");
}

TEST_F(OrdersTest, ADeliveredOrderIsRefundedWholeAndKeepsWhatCannotBeSoldAgain) {
  sell("pen", 5000, 10);
  fill(ann_, "pen", 2);
  const auto order = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(order);
  EXPECT_EQ(run(app_.staff.advance(order->id, OrderStatus::delivered, "staff")).error().kind, ErrorKind::Conflict);
  for (const auto status : {OrderStatus::processing, OrderStatus::shipped, OrderStatus::delivered})
    ASSERT_TRUE(run(app_.staff.advance(order->id, status, "staff")));
  EXPECT_EQ(run(app_.customer.cancel(ann_, order->id)).error().kind, ErrorKind::Conflict);
  RefundRequest all = refund_of("r1", {{SkuId{"pen"}, 1, true}, {SkuId{"pen"}, 1, false}});
  all.with_shipping = true;
  const auto whole = run(app_.staff.refund(order->id, all));
  ASSERT_TRUE(whole) << whole.error().detail;
  EXPECT_EQ(whole->status, OrderStatus::refunded);
  EXPECT_EQ(whole->payment_status, PaymentStatus::refunded);
  EXPECT_EQ(stock("pen").available, 9);
  EXPECT_TRUE(stock("pen").adds_up());
  EXPECT_EQ(run(ledger_.get(sandbox::PaymentId{order->id.str()}))->refunded(), order->totals.total());
}

TEST_F(OrdersTest, ARefundThatCrashedIsCarriedThrough) {
  sell("pen", 5000, 1'000);
  std::vector<UserId> users;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const std::string where = "dead at write " + std::to_string(writes) +
                                (last == DyingStore::Last::Done ? ", done" : ", lost");
      users.emplace_back("user_" + std::to_string(users.size()));
      fill(users.back(), "pen", 3);
      const auto order = run(app_.place.run(request(users.back(), "k")));
      ASSERT_TRUE(order) << order.error().detail;
      const RefundRequest asked = refund_of("r1", {{SkuId{"pen"}, 1, true}, {SkuId{"pen"}, 1, false}});
      kv_.die_after(writes, last);
      static_cast<void>(run(app_.staff.refund(order->id, asked)));
      died = kv_.is_dead();
      kv_.revive();
      recover();
      expect_all_adds_up(users, where);
      const auto again = run(app_.staff.refund(order->id, asked));
      ASSERT_TRUE(again) << where << ": " << again.error().detail;
      EXPECT_EQ(again->refunds.size(), 1u) << where;
      expect_all_adds_up(users, where + ", asked again");
      EXPECT_EQ(owed_of(kv_, users.back().str()), "order_placed order_refunded ") << where;
      ASSERT_LT(writes, 100);
    }
  }
}

TEST_F(OrdersTest, AnAdjustmentCountsOnceAndNeverBelowWhatIsReserved) {
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

TEST_F(OrdersTest, AMoveIsToldWhereverTheProcessDies) {
  sell("pen", 5000, 1'000);
  std::vector<UserId> users;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const std::string where = "dead at write " + std::to_string(writes);
      users.emplace_back("user_" + std::to_string(users.size()));
      fill(users.back(), "pen", 1);
      const auto order = run(app_.place.run(request(users.back(), "k")));
      ASSERT_TRUE(order) << order.error().detail;
      kv_.die_after(writes, last);
      static_cast<void>(run(app_.staff.advance(order->id, OrderStatus::processing, "staff")));
      died = kv_.is_dead();
      kv_.revive();
      recover();
      const Order moved = run(orders_.get(order->id))->order;
      EXPECT_EQ(moved.progress, OrderProgress::none) << where;
      expect_events_noted(moved, where);
    }
  }
}

TEST_F(OrdersTest, LowAndEmptyAndFilledStockIsToldOnceByManyInstances) {
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

// Among checkouts, as one more of them that buys nothing; it begins `late` turns after them.
Task<Result<Order>> recover_after(RecoverOrders& recover, int late) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  constexpr boost::asio::use_awaitable_t<Executor> kAwait{};
  for (int turn = 0; turn < late; ++turn) co_await boost::asio::post(executor, kAwait);
  for (int i = 0; i < 5; ++i) {
    auto settled = co_await recover.run();
    if (!settled) co_return settled.error();
  }
  co_return Error{ErrorKind::Conflict, "This was no checkout."};
}

// One instance's clock is far ahead: it takes orders over while the other one is still at work on them, whatever step
// that has come to. Nothing may be lost or doubled by that; only time is.
TEST_F(OrdersTest, ClockSkewBetweenInstancesLosesAndDoublesNothing) {
  sell("pen", 5000, 1'000);
  give_out("SAVE", PercentOff{BasisPoints{1000}});
  ManualClock ahead{kNow + std::chrono::minutes{10}};
  CouponApp hasty_coupons{{coupons_, held_, campaigns_, first_orders_, orders_, users_, ahead, events_}};
  OrderApp hasty{{orders_, stock_, carts_, hasty_coupons, payments_, catalog_store_, catalog_, saga_, ahead, events_,
                  merchant_, views_}};
  std::vector<UserId> all;
  int taken_over = 0, bought = 0;
  for (int late = 0; late < 60; ++late) {
    const std::string where = "skewed, " + std::to_string(late) + " turns late";
    std::vector<UserId> users;
    std::vector<Task<Result<Order>>> tasks;
    for (const char* who : {"a", "b", "c"}) {
      users.emplace_back("user_" + std::to_string(late) + who);
      fill(users.back(), "pen", 1);
    }
    for (const UserId& user : users) tasks.push_back(app_.place.run(request(user, "k", "SAVE")));
    tasks.push_back(recover_after(hasty.recover, late));
    for (const auto& result : run_in_turns(std::move(tasks))) {
      bought += result ? 1 : 0;
      taken_over += result ? 0 : 1;
      if (!result) EXPECT_EQ(result.error().kind, ErrorKind::Conflict) << where << ": " << result.error().detail;
    }
    all.insert(all.end(), users.begin(), users.end());
    ahead.advance(std::chrono::minutes{20});
    recover();
    expect_all_adds_up(all, where);
    for (const UserId& user : users) {
      const auto again = run(app_.place.run(request(user, "k", "SAVE")));
      ASSERT_TRUE(again) << where << ": " << again.error().detail;
      EXPECT_EQ(std::ranges::count(orders_of(user), OrderStatus::confirmed, &Order::status), 1) << where;
    }
    expect_all_adds_up(all, where + ", asked again");
  }
  EXPECT_GT(taken_over - 60, 10);
  EXPECT_GT(bought, 10);
}

// --- coupons' rules --------------------------------------------------------------------------------------------------

TEST_F(OrdersTest, TakesSeveralCouponsOnlyIfAllMayBeUsedTogether) {
  sell("pen", 5000, 100);
  const CampaignId spring = begin_campaign(100'000);
  const auto stackable = [&](Coupon& coupon) {
    coupon.is_stackable = true;
    coupon.campaign_id = spring;
  };
  give_out("TENTH", PercentOff{BasisPoints{1000}}, stackable);
  give_out("FIVE", AmountOff{Money{500}}, stackable);
  give_out("SHIP", FreeShipping{}, stackable);
  give_out("ALONE", PercentOff{BasisPoints{2000}});
  fill(ann_, "pen", 1);
  const auto refused = run(app_.place.run(with_coupons(ann_, "k1", {"TENTH", "ALONE"})));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Rejected);
  EXPECT_NE(refused.error().detail.find("ALONE"), std::string::npos) << refused.error().detail;
  EXPECT_EQ(run(app_.place.run(with_coupons(ann_, "k2", {"A", "B", "C", "D", "E", "F"}))).error().kind,
            ErrorKind::Rejected);
  const auto order = run(app_.place.run(with_coupons(ann_, "k3", {"SHIP", "five", "TENTH"})));
  ASSERT_TRUE(order) << order.error().detail;
  EXPECT_EQ(order->coupons, (std::vector<OrderCoupon>{
                                {"TENTH", Money{500}, Money{}}, {"FIVE", Money{500}, {}}, {"SHIP", {}, Money{999}}}));
  EXPECT_EQ(order->totals.total(), Money{4000 + 320});
  EXPECT_EQ(campaign(spring).redeemed, Money{1999});
  expect_all_adds_up({ann_}, "three coupons");
  ASSERT_TRUE(run(app_.customer.cancel(ann_, order->id)));
  EXPECT_EQ(campaign(spring).redeemed, Money{});
  expect_all_adds_up({ann_}, "cancelled");
}

TEST_F(OrdersTest, BudgetRaceNeverPassesTheBudget) {
  sell("pen", 5000, 100);
  const CampaignId spring = begin_campaign(2'400);  // for four of 5.00, and not for a fifth
  for (const char* code : {"ONE", "TWO"})
    give_out(code, AmountOff{Money{code == std::string{"ONE"} ? 300 : 200}}, [&](Coupon& coupon) {
      coupon.is_stackable = true;
      coupon.campaign_id = spring;
    });
  const std::vector<UserId> users = customers(12);
  int bought = buy_at_once(users, "pen", {"ONE", "TWO"});
  EXPECT_LE(bought, 4);  // fewer where one's reservation kept another out, and then was given back
  expect_all_adds_up(users, "budget race");
  for (const UserId& user : users) bought += run(app_.place.run(with_coupons(user, "k2", {"ONE", "TWO"}))) ? 1 : 0;
  EXPECT_EQ(bought, 4);
  EXPECT_EQ(campaign(spring).redeemed, Money{2000});
  expect_all_adds_up(users, "budget");
  const auto verdict = run(coupon_app_.validate.run(ann_, "ONE", Money{5000})).value();
  EXPECT_TRUE(verdict.is_valid);  // 4.00 are left
  ASSERT_TRUE(run(coupon_app_.apply.run(ann_, "ONE", Money{5000})));
  EXPECT_FALSE(run(coupon_app_.validate.run(UserId{"bob"}, "ONE", Money{5000})).value().is_valid);
  EXPECT_EQ(run(coupon_app_.apply.run(UserId{"bob"}, "TWO", Money{5000})).error().kind, ErrorKind::Rejected);
  EXPECT_EQ(run(coupon_app_.campaigns.change_budget(spring, Money{2299})).error().kind, ErrorKind::Conflict);
  ASSERT_TRUE(run(coupon_app_.campaigns.change_budget(spring, Money{2500})));
  EXPECT_TRUE(run(coupon_app_.apply.run(UserId{"bob"}, "TWO", Money{5000})));
  EXPECT_EQ(campaign(spring).left(), Money{});
}

TEST_F(OrdersTest, LimitPerCustomerRaceLetsNoMoreThrough) {
  sell("pen", 5000, 100);
  give_out("TWICE", PercentOff{BasisPoints{1000}}, [](Coupon& coupon) { coupon.usage_limit_per_customer = 2; });
  fill(ann_, "pen", 1);
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 10; ++i)
    tasks.push_back(app_.place.run(with_coupons(ann_, "k" + std::to_string(i), {"TWICE"})));
  int bought = 0;
  for (const auto& result : run_in_turns(std::move(tasks))) bought += result ? 1 : 0;
  EXPECT_LE(bought, 2);
  EXPECT_GE(bought, 1);
  expect_all_adds_up({ann_}, "race");
  for (int i = 0; i < 3; ++i) {
    fill(ann_, "pen", 1);
    const auto order = run(app_.place.run(with_coupons(ann_, "again" + std::to_string(i), {"TWICE"})));
    bought += order ? 1 : 0;
    if (!order) EXPECT_NE(order.error().detail.find("already used"), std::string::npos) << order.error().detail;
  }
  EXPECT_EQ(bought, 2);
  EXPECT_EQ(uses_of("TWICE"), 2);
  expect_all_adds_up({ann_}, "one after the other");
}

TEST_F(OrdersTest, FirstOrderRaceIsWonByOne) {
  sell("pen", 5000, 100);
  const auto first_only = [](Coupon& coupon) {
    coupon.first_order_only = true;
    coupon.usage_limit_per_customer = 9;
  };
  give_out("HELLO", PercentOff{BasisPoints{1000}}, first_only);
  give_out("HEY", AmountOff{Money{500}}, first_only);
  fill(ann_, "pen", 1);
  std::vector<Task<Result<Order>>> tasks;
  for (int i = 0; i < 10; ++i)
    tasks.push_back(app_.place.run(with_coupons(ann_, "k" + std::to_string(i), {i % 2 == 0 ? "HELLO" : "HEY"})));
  int bought = 0;
  OrderId id;
  for (const auto& result : run_in_turns(std::move(tasks))) {
    bought += result ? 1 : 0;
    if (result) id = result->id;
    if (!result) EXPECT_EQ(result.error().kind, ErrorKind::Rejected) << result.error().detail;
  }
  EXPECT_EQ(bought, 1);
  expect_all_adds_up({ann_}, "race");
  fill(ann_, "pen", 1);
  EXPECT_EQ(run(app_.place.run(with_coupons(ann_, "later", {"HEY"}))).error().kind, ErrorKind::Rejected);
  EXPECT_FALSE(run(coupon_app_.apply.run(ann_, "HEY", Money{5000})));
  ASSERT_TRUE(run(app_.customer.cancel(ann_, id)));
  EXPECT_TRUE(run(app_.place.run(with_coupons(ann_, "after", {"HEY"}))));
  expect_all_adds_up({ann_}, "the first was cancelled");
}

TEST_F(OrdersTest, AFirstOrderCouponIsNotForCustomersWhoBought) {
  sell("pen", 5000, 100);
  give_out("HELLO", PercentOff{BasisPoints{1000}}, [](Coupon& coupon) { coupon.first_order_only = true; });
  fill(ann_, "pen", 1);
  ASSERT_FALSE(run(app_.place.run(request(ann_, "k0", "HELLO", "declined"))));  // that was no order
  EXPECT_TRUE(run(coupon_app_.validate.run(ann_, "HELLO", Money{5000}))->is_valid);
  ASSERT_TRUE(run(app_.place.run(request(ann_, "k1"))));
  EXPECT_FALSE(run(coupon_app_.validate.run(ann_, "HELLO", Money{5000}))->is_valid);
  fill(ann_, "pen", 1);
  const auto refused = run(app_.place.run(request(ann_, "k2", "HELLO")));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("first order"), std::string::npos) << refused.error().detail;
  expect_all_adds_up({ann_}, "no new customer");
}

TEST_F(OrdersTest, AClaimLeftByADeadCheckoutIsTakenOver) {
  sell("pen", 5000, 100);
  give_out("HELLO", PercentOff{BasisPoints{1000}}, [](Coupon& coupon) { coupon.first_order_only = true; });
  fill(ann_, "pen", 1);
  ASSERT_FALSE(run(app_.place.run(request(ann_, "k1", "HELLO", "declined"))));
  // A stalled process goes on with what was undone, and dies after each of the customer's own two records.
  const OrderId undone = orders_of(ann_).front().id;
  const Coupon coupon = run(coupons_.find("HELLO")).value();
  for (int record = 0; record < 2; ++record) {
    kv_.die_after(1, DyingStore::Last::Lost);
    EXPECT_FALSE(run(coupon_app_.hold.reserve(ann_, coupon, use_of(undone), Money{500})));
    kv_.revive();
  }
  EXPECT_TRUE(run(first_orders_.get(ann_)).value().has_value());
  const auto bought = run(app_.place.run(request(ann_, "k2", "HELLO")));
  ASSERT_TRUE(bought) << bought.error().detail;
  expect_all_adds_up({ann_}, "taken over");
  // With nothing but the claim.
  ASSERT_TRUE(run(app_.customer.cancel(ann_, bought->id)));
  ASSERT_TRUE(run(first_orders_.claim(ann_, {use_of(undone), coupon.id, kNow}, {})));
  fill(ann_, "pen", 1);
  const auto again = run(app_.place.run(request(ann_, "k3", "HELLO")));
  ASSERT_TRUE(again) << again.error().detail;
  expect_all_adds_up({ann_}, "the claim alone");
}

TEST_F(OrdersTest, APersonalCouponIsForThoseItWasGivenTo) {
  sell("pen", 5000, 100);
  give_out("YOURS", PercentOff{BasisPoints{1000}}, [](Coupon& coupon) { coupon.is_personal = true; });
  kv::Bins account;
  account["email"] = "ann@example.com";
  ASSERT_TRUE(run(kv_.put(kv::Key{"user", "ann"}, std::move(account), kv::WriteOptions{})));
  EXPECT_TRUE(run(coupon_app_.list.available()).value().empty());
  fill(ann_, "pen", 1);
  EXPECT_FALSE(run(coupon_app_.validate.run(ann_, "YOURS", Money{5000}))->is_valid);
  EXPECT_EQ(run(app_.place.run(request(ann_, "k1", "YOURS"))).error().kind, ErrorKind::Rejected);
  const Coupon coupon = run(coupons_.find("YOURS")).value();
  EXPECT_EQ(run(coupon_app_.hold.reserve(ann_, coupon, CouponUseId{"use_1"}, Money{500})).error().kind,
            ErrorKind::Rejected);
  AssignCouponInput input;
  input.user_id = ann_;
  input.coupon = "YOURS";
  ASSERT_TRUE(run(coupon_app_.assign.run(std::move(input))));
  EXPECT_TRUE(run(app_.place.run(request(ann_, "k2", "YOURS"))));
  fill(UserId{"bob"}, "pen", 1);
  EXPECT_EQ(run(app_.place.run(request(UserId{"bob"}, "k", "YOURS"))).error().kind, ErrorKind::Rejected);
  expect_all_adds_up({ann_, UserId{"bob"}}, "personal");
}

TEST_F(OrdersTest, TheCartShowsWhatItsCouponsTakeOffAndTheCheckoutUsesThem) {
  sell("pen", 2500, 100);
  const auto stackable = [](Coupon& coupon) { coupon.is_stackable = true; };
  give_out("TENTH", PercentOff{BasisPoints{1000}}, stackable);
  give_out("FROM50", AmountOff{Money{500}}, [](Coupon& coupon) {
    coupon.is_stackable = true;
    coupon.minimum_order_value = Money{5000};
  });
  give_out("ALONE", PercentOff{BasisPoints{2000}});
  fill(ann_, "pen", 1);
  EXPECT_EQ(run(app_.cart.set_coupons(ann_, {"NOSUCH"})).error().kind, ErrorKind::Rejected);
  EXPECT_EQ(run(app_.cart.set_coupons(ann_, {"TENTH", "ALONE"})).error().kind, ErrorKind::Rejected);
  const auto one = run(app_.cart.set_coupons(ann_, {"from50", "tenth", "TENTH"}));
  ASSERT_TRUE(one) << one.error().detail;
  EXPECT_EQ(one->totals.discount, Money{250});
  ASSERT_EQ(one->refused.size(), 1u);
  EXPECT_EQ(one->refused[0].code, "FROM50");
  EXPECT_NE(one->refused[0].reason.find("at least 50.00"), std::string::npos);
  const auto two = run(app_.cart.add(ann_, SkuId{"pen"}, 1));
  EXPECT_EQ(two->totals.discount, Money{1000});
  EXPECT_TRUE(two->refused.empty());
  const auto order = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(order) << order.error().detail;
  EXPECT_EQ(order->totals, two->totals);
  EXPECT_TRUE(run(carts_.get(ann_))->coupons.empty());
  expect_all_adds_up({ann_}, "the cart's coupons");

  // One that was said not to fit does not stand in the way, and the request may name others.
  fill(ann_, "pen", 1);
  EXPECT_EQ(run(app_.cart.set_coupons(ann_, {"TENTH"}))->refused.size(), 1u);
  const auto plain = run(app_.place.run(request(ann_, "k2")));
  ASSERT_TRUE(plain) << plain.error().detail;
  EXPECT_TRUE(plain->coupons.empty());
  fill(ann_, "pen", 1);
  const auto other = run(app_.place.run(request(ann_, "k3", "ALONE")));
  ASSERT_TRUE(other) << other.error().detail;
  EXPECT_EQ(other->coupons.size(), 1u);
  ASSERT_TRUE(run(app_.cart.clear(ann_)));
  EXPECT_TRUE(run(carts_.get(ann_))->coupons.empty());
  expect_all_adds_up({ann_}, "three orders");
}

TEST_F(OrdersTest, TellsOfACouponThatRanOutBetweenCartAndCheckout) {
  sell("pen", 2500, 100);
  give_out("LAST", PercentOff{BasisPoints{1000}}, 1);
  fill(ann_, "pen", 2);
  EXPECT_EQ(run(app_.cart.set_coupons(ann_, {"LAST"}))->totals.total(), Money{4500 + 360 + 999});
  ASSERT_TRUE(run(coupon_app_.apply.run(UserId{"bob"}, "LAST", Money{5000})));
  for (int i = 0; i < 2; ++i) {
    const auto refused = run(app_.place.run(request(ann_, "k1")));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Conflict);
    EXPECT_NE(refused.error().detail.find("54.00"), std::string::npos) << refused.error().detail;
  }
  EXPECT_EQ(run(app_.cart.get(ann_))->refused.size(), 1u);  // now she knows
  const auto bought = run(app_.place.run(request(ann_, "k1")));
  ASSERT_TRUE(bought) << bought.error().detail;
  EXPECT_EQ(bought->totals.total(), Money{5400});
}

// The same while checkouts are under way: whoever comes too late hears the new total.
TEST_F(OrdersTest, ARaceForACartsLastCouponTellsTheOthersTheNewTotal) {
  sell("pen", 5000, 100);
  give_out("LAST", PercentOff{BasisPoints{1000}}, 1);
  const std::vector<UserId> users = customers(8);
  std::vector<Task<Result<Order>>> tasks;
  for (const UserId& user : users) {
    fill(user, "pen", 1);
    ASSERT_TRUE(run(app_.cart.set_coupons(user, {"LAST"})));
  }
  for (const UserId& user : users) tasks.push_back(app_.place.run(request(user, "k")));
  int bought = 0;
  for (const auto& result : run_in_turns(std::move(tasks))) {
    bought += result ? 1 : 0;
    if (result) continue;
    EXPECT_EQ(result.error().kind, ErrorKind::Conflict) << result.error().detail;
    EXPECT_NE(result.error().detail.find("54.00"), std::string::npos) << result.error().detail;
  }
  EXPECT_EQ(bought, 1);
  expect_all_adds_up(users, "the cart's last coupon");
}

// With two stacked coupons of one campaign, one of them for first orders, at each write in turn.
TEST_F(OrdersTest, ACheckoutWithStackedCouponsThatCrashedLeavesTheBooksInOrder) {
  sell("pen", 5000, 1'000);
  const CampaignId spring = begin_campaign(1'000'000);
  const auto stackable = [&](Coupon& coupon) {
    coupon.is_stackable = true;
    coupon.campaign_id = spring;
  };
  give_out("TENTH", PercentOff{BasisPoints{1000}}, [&](Coupon& coupon) {
    stackable(coupon);
    coupon.first_order_only = true;
  });
  give_out("SHIP", FreeShipping{}, stackable);
  std::vector<UserId> users;
  for (const auto last : {DyingStore::Last::Lost, DyingStore::Last::Done}) {
    bool died = true;
    for (int writes = 0; died; ++writes) {
      const std::string where = "dead at write " + std::to_string(writes) +
                                (last == DyingStore::Last::Done ? ", done" : ", lost");
      users.emplace_back("user_" + std::to_string(users.size()));
      const UserId user = users.back();
      fill(user, "pen", 1);
      kv_.die_after(writes, last);
      const auto answer = run(app_.place.run(with_coupons(user, "k", {"TENTH", "SHIP"})));
      died = kv_.is_dead();
      kv_.revive();
      recover();
      expect_all_adds_up(users, where);
      const auto again = run(app_.place.run(with_coupons(user, "k", {"TENTH", "SHIP"})));
      ASSERT_TRUE(again) << where << ": " << again.error().detail;
      if (answer) EXPECT_EQ(again->id, answer->id) << where;
      expect_all_adds_up(users, where + ", asked again");
      kv_.die_after(writes, last);
      static_cast<void>(run(app_.customer.cancel(user, again->id)));
      died = died || kv_.is_dead();
      kv_.revive();
      recover();
      expect_all_adds_up(users, where + ", cancelled");
      ASSERT_LT(writes, 100);
    }
  }
  EXPECT_GT(users.size(), 40u);
}

// A process that stalled while it took an order back wakes when all is over.
TEST_F(OrdersTest, AReopenedUseThatComesTooLateIsForgotten) {
  sell("pen", 5000, 10);
  const CampaignId spring = begin_campaign(1'000);
  give_out("TENTH", PercentOff{BasisPoints{1000}}, [&](Coupon& coupon) {
    coupon.campaign_id = spring;
    coupon.usage_limit_per_customer = 2;
  });
  for (const char* key : {"k1", "k2"}) {
    fill(ann_, "pen", 1);
    ASSERT_TRUE(run(app_.place.run(request(ann_, key, "TENTH"))));
  }
  const OrderId cancelled = orders_of(ann_).front().id;
  ASSERT_TRUE(run(app_.customer.cancel(ann_, cancelled)));
  const CouponId coupon = coupon_id_of("TENTH");
  ASSERT_TRUE(run(coupons_.reopen_use(coupon, {use_of(cancelled), ann_, kNow})));
  ASSERT_TRUE(run(campaigns_.reopen(spring, {use_of(cancelled), coupon, ann_, Money{500}, kNow})));
  recover();
  EXPECT_EQ(uses_of("TENTH"), 1);
  EXPECT_EQ(campaign(spring).redeemed, Money{500});
  expect_all_adds_up({ann_}, "late");
}

// One who gave a use back died before the end of it, and another, who was as far as that before, reopens it: whoever
// goes on finds it reopened, and on its way back.
TEST_F(OrdersTest, AUseThatIsReopenedWhileItIsGivenBackIsNotCountedOffTwice) {
  sell("pen", 5000, 10);
  const CampaignId spring = begin_campaign(1'000);
  give_out("TENTH", PercentOff{BasisPoints{1000}}, [&](Coupon& coupon) {
    coupon.campaign_id = spring;
    coupon.usage_limit_per_customer = 2;
  });
  for (const char* key : {"k1", "k2"}) {
    fill(ann_, "pen", 1);
    ASSERT_TRUE(run(app_.place.run(request(ann_, key, "TENTH"))));
  }
  const CouponUseId use = use_of(orders_of(ann_).front().id);
  const CouponId coupon = coupon_id_of("TENTH");
  const ReservedBudget share{use, coupon, ann_, Money{500}, kNow};
  const auto reopen = [&] {
    ASSERT_TRUE(run(coupons_.reopen_use(coupon, {use, ann_, kNow})));
    ASSERT_TRUE(run(campaigns_.reopen(spring, share)));
  };
  reopen();
  const auto begin_release = [&use](UserCoupon& held) -> Result<bool> {
    held.find(use)->state = CouponUseState::releasing;
    return true;
  };
  ASSERT_TRUE(run(held_.change(*user_coupon_id_of(ann_, coupon), begin_release)));
  ASSERT_TRUE(run(campaigns_.release(spring, use, coupon, true)));
  ASSERT_TRUE(*run(coupons_.release_use(coupon, use, true)));
  reopen();
  ASSERT_TRUE(run(coupon_app_.hold.release(ann_, coupon, use)));
  EXPECT_EQ(uses_of("TENTH"), 1);
  EXPECT_EQ(campaign(spring).redeemed, Money{500});
  EXPECT_EQ(campaign(spring).reserved, Money{});
  clock_.advance(std::chrono::hours{2});
  ASSERT_TRUE(run(coupon_app_.recover.run()));
  EXPECT_TRUE(run(coupons_.list())->front().taken_off.empty()) << "it is not remembered for ever";
  EXPECT_TRUE(run(campaigns_.list())->front().given_back.empty());
}

}  // namespace
}  // namespace qm::shop
