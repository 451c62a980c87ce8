// Orders whose payments are in doubt: at each call to the gateway in turn the answer gets lost, with or without the
// step having been made, and the gateway's events come before, between and after everything, twice.
#include <gtest/gtest.h>

#include "platform/core/await.hpp"
#include "platform/core/runtime.hpp"
#include "platform/core/test_time.hpp"
#include "platform/kv/memory_store.hpp"
#include "QuickMart-backend/app/orders.hpp"
#include "QuickMart-backend/app/owed_events_fixture.hpp"
#include "QuickMart-backend/app/receive_payment_event.hpp"
#include "QuickMart-backend/clients/local_payment_gateway.hpp"

namespace qm::shop {
namespace {

// Whose answers get lost from the n-th call on, until it is mended.
class DoubtfulGateway final : public PaymentGateway {
 public:
  enum class Lost { Call, Answer };

  explicit DoubtfulGateway(PaymentGateway& gateway) : gateway_(gateway) {}

  void lose_after(int calls, Lost what) {
    left_ = calls;
    what_ = what;
    is_broken_ = true;
  }
  void mend() { is_broken_ = false; }
  bool has_lost() const { return left_ < 0; }
  void go_away(bool is_away) { is_away_ = is_away; }

  bool is_reachable() const override { return !is_away_; }

  Task<Result<void>> authorise(OrderId order, Money amount, std::string method) override {
    Task<Result<void>> call = gateway_.authorise(std::move(order), amount, std::move(method));
    co_return co_await perhaps(std::move(call));
  }
  Task<Result<void>> capture(OrderId order) override {
    Task<Result<void>> call = gateway_.capture(std::move(order));
    co_return co_await perhaps(std::move(call));
  }
  Task<Result<void>> cancel(OrderId order) override {
    Task<Result<void>> call = gateway_.cancel(std::move(order));
    co_return co_await perhaps(std::move(call));
  }
  Task<Result<void>> refund(OrderId order, std::string refund, Money amount) override {
    Task<Result<void>> call = gateway_.refund(std::move(order), std::move(refund), amount);
    co_return co_await perhaps(std::move(call));
  }

 private:
  Task<Result<void>> perhaps(Task<Result<void>> call) {
    const bool is_lost = is_broken_ && --left_ < 0;
    if (is_lost && what_ == Lost::Call) co_return in_doubt();
    auto done = co_await std::move(call);
    if (is_lost) co_return in_doubt();
    co_return done;
  }
  static Error in_doubt() { return {ErrorKind::InDoubt, "The gateway did not answer."}; }

  PaymentGateway& gateway_;
  bool is_broken_ = false;
  bool is_away_ = false;
  int left_ = 0;
  Lost what_ = Lost::Call;
};

class PaymentsInDoubtTest : public testing::Test {
 protected:
  PaymentsInDoubtTest() {
    workers_.start();
    EXPECT_TRUE(run(orders_.open()));
    Product pen;
    pen.id = ProductId{"pen"};
    pen.name = "The pen";
    pen.category = CategoryId{"things"};
    pen.price = Money{5'000};
    pen.stock_quantity = 1'000;
    EXPECT_TRUE(run(catalog_store_.put(std::move(pen))));
    EXPECT_TRUE(run(catalog_.publish()));
  }
  ~PaymentsInDoubtTest() override {
    workers_.stop();
    workers_.join();
  }

  template <class T>
  Result<T> run(Task<Result<T>> task) {
    return await_on(workers_.context(0), std::move(task));
  }
  Result<Order> buy(const UserId& user) {
    CheckoutRequest request;
    request.user = user;
    request.key = "key";
    request.payment_method = "card";
    return run(app_.place.run(std::move(request)));
  }
  void recover() {
    clock_.advance(kOrderLease + std::chrono::seconds{1});
    EXPECT_TRUE(run(app_.recover.run()));
  }
  // Everything that the gateway may ever have to say of the user's orders, twice.
  void tell_everything(const UserId& user) {
    for (const Order& order : run(orders_.of_user(user, 100)).value()) {
      for (const auto kind : {PaymentEventKind::captured, PaymentEventKind::authorised, PaymentEventKind::cancelled,
                              PaymentEventKind::declined, PaymentEventKind::refunded}) {
        PaymentEvent event;
        event.provider = "sandbox";
        event.id = "evt_" + std::to_string(told_++);
        event.kind = kind;
        event.order = order.id;
        event.is_ours = true;
        for (int i = 0; i < 2; ++i) static_cast<void>(run(receive_.run(event)));
      }
    }
  }
  // Money was taken for orders that stand, once, and is nowhere else.
  void expect_money_is_right(const UserId& user, int standing, const std::string& where) {
    int stand = 0;
    for (const Order& order : run(orders_.of_user(user, 100)).value()) {
      const auto payment = run(ledger_.get(sandbox::PaymentId{order.id.str()})).value();
      EXPECT_EQ(order.progress, OrderProgress::none) << where;
      EXPECT_NE(payment.state, sandbox::PaymentState::authorised) << where;
      EXPECT_LE(payment.captures, 1) << where;
      const bool stands = order.status == OrderStatus::confirmed;
      stand += stands ? 1 : 0;
      const Money kept = payment.captured() - payment.refunded();
      EXPECT_EQ(kept, stands ? order.totals.total() : Money{0}) << where << ' ' << order.id.str();
    }
    EXPECT_EQ(stand, standing) << where;
  }

  WorkerThreads workers_{1};
  ManualClock clock_{test::kNow};
  std::unique_ptr<kv::Store> kv_{kv::make_memory_store("quick_mart", clock_)};
  CatalogStore catalog_store_{*kv_};
  CatalogApp catalog_{catalog_store_};
  CouponStore coupons_{*kv_};
  UserCouponStore held_{*kv_};
  OrderStore orders_{*kv_};
  StockStore stock_{*kv_};
  CartStore carts_{*kv_};
  SagaStores saga_{*kv_};
  PaymentEventStore events_{*kv_};
  PaymentReferenceStore references_{*kv_};
  sandbox::PaymentLedger ledger_{saga_.deferred};
  LocalPaymentGateway local_{ledger_, clock_};
  DoubtfulGateway payments_{local_};
  jobs::Queue queue_{*kv_, clock_};
  ListeningReco reco_;
  SendEvents send_events_{queue_, reco_};
  MerchantEvents merchant_{queue_};
  UserStore users_{*kv_};
  CampaignStore campaigns_{*kv_};
  FirstOrderStore first_orders_{*kv_};
  CouponApp coupon_app_{{coupons_, held_, campaigns_, first_orders_, orders_, users_, clock_, send_events_}};
  NoteViews views_{send_events_, clock_};
  OrderApp app_{{orders_, stock_, carts_, coupon_app_, payments_, catalog_store_, catalog_, saga_, clock_,
                 send_events_, merchant_, views_}};
  ReceivePaymentEvent receive_{{orders_, events_, references_, payments_, clock_}};
  int told_ = 0;
};

TEST_F(PaymentsInDoubtTest, AtAnyCallWithEventsInAnyOrderMoneyIsTakenOnceOrNotAtAll) {
  int customers = 0;
  for (const auto lost : {DoubtfulGateway::Lost::Call, DoubtfulGateway::Lost::Answer}) {
    for (const bool is_cancelled : {false, true}) {
      bool was_lost = true;
      for (int calls = 0; was_lost; ++calls, ++customers) {
        const UserId user{"user_" + std::to_string(customers)};
        const std::string where = user.str() + " lost at call " + std::to_string(calls);
        ASSERT_TRUE(run(app_.cart.add(user, SkuId{"pen"}, 1)));
        payments_.lose_after(calls, lost);
        auto order = buy(user);
        tell_everything(user);
        if (is_cancelled && order) static_cast<void>(run(app_.customer.cancel(user, order->id)));
        was_lost = payments_.has_lost();
        payments_.mend();
        tell_everything(user);
        recover();
        tell_everything(user);
        order = buy(user);
        ASSERT_TRUE(order) << where << ": " << order.error().detail;
        if (is_cancelled) {
          const auto cancelled = run(app_.customer.cancel(user, order->id));
          ASSERT_TRUE(cancelled) << where << ": " << cancelled.error().detail;
          tell_everything(user);
        }
        expect_money_is_right(user, is_cancelled ? 0 : 1, where);
        ASSERT_LT(calls, 30);
      }
    }
  }
  EXPECT_GE(customers, 10);
}

TEST_F(PaymentsInDoubtTest, NoOrderIsMadeWhileTheGatewayIsKnownToBeAway) {
  const UserId user{"user"};
  ASSERT_TRUE(run(app_.cart.add(user, SkuId{"pen"}, 1)));
  payments_.go_away(true);
  for (int i = 0; i < 3; ++i) {
    const auto refused = buy(user);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::Unavailable) << refused.error().detail;
    EXPECT_GT(refused.error().retry_after.count(), 0) << "the customer is told to try again";
  }
  EXPECT_TRUE(run(orders_.of_user(user, 100))->empty());
  payments_.go_away(false);
  const auto order = buy(user);
  ASSERT_TRUE(order) << "the key is still free: " << order.error().detail;
  payments_.go_away(true);
  EXPECT_EQ(buy(user)->id, order->id) << "what was answered is answered again";
}

}  // namespace
}  // namespace qm::shop
