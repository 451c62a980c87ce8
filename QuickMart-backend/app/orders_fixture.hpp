// For tests: carts, checkout and orders on a store in memory that can die, with a payment gateway in the process.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/runtime.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/app/coupons.hpp"
#include "QuickMart-backend/app/dying_store_fixture.hpp"
#include "QuickMart-backend/app/orders.hpp"
#include "QuickMart-backend/app/owed_events_fixture.hpp"
#include "QuickMart-backend/clients/local_payment_gateway.hpp"

namespace qm::shop {

class OrdersFixture : public testing::Test {
 protected:
  OrdersFixture() {
    workers_.start();
    EXPECT_TRUE(run(orders_.open()));
  }
  ~OrdersFixture() override {
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
    coupon.valid_from = test::kNow - std::chrono::days{1};
    coupon.valid_until = test::kNow + std::chrono::days{10};
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
    return {std::move(id), change, "delivery", "staff", test::kNow};
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
  ManualClock clock_{test::kNow};
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

}  // namespace qm::shop
