#include "PaymentSandbox/domain/payment.hpp"

#include <gtest/gtest.h>

namespace qm::sandbox {
namespace {

using enum PaymentState;

// What each step makes of each state. error: Rejected or Conflict.
struct Case {
  const char* step;
  PaymentState from;
  bool changes;
  PaymentState to;
  std::optional<ErrorKind> error{};
};

constexpr ErrorKind kConflict = ErrorKind::Conflict;
const Case kSteps[] = {
    {"authorise", none, true, authorised},
    {"authorise", declined, false, declined, ErrorKind::Rejected},
    {"authorise", authorised, false, authorised},
    {"authorise", captured, false, captured},
    {"authorise", cancelled, false, cancelled, kConflict},
    {"decline", none, true, declined},
    {"decline", declined, false, declined, ErrorKind::Rejected},
    {"decline", authorised, false, authorised},  // the first decision stays
    {"decline", cancelled, false, cancelled, kConflict},
    {"authorise more", authorised, false, authorised, kConflict},
    {"authorise more", captured, false, captured, kConflict},
    {"capture", none, false, none, kConflict},
    {"capture", declined, false, declined, kConflict},
    {"capture", authorised, true, captured},
    {"capture", captured, false, captured},
    {"capture", cancelled, false, cancelled, kConflict},
    {"cancel", none, true, cancelled},
    {"cancel", declined, true, cancelled},
    {"cancel", authorised, true, cancelled},
    {"cancel", captured, false, captured, kConflict},
    {"cancel", cancelled, false, cancelled},
    {"refund", none, false, none, kConflict},
    {"refund", authorised, false, authorised, kConflict},
    {"refund", captured, true, captured},
    {"refund", cancelled, false, cancelled, kConflict},
    {"dispute", authorised, false, authorised, kConflict},
    {"dispute", captured, true, captured},
};

Payment payment_in(PaymentState state) {
  Payment payment;
  payment.id = PaymentId{"ord_1"};
  if (state == none) return payment;
  if (state == cancelled) {
    EXPECT_TRUE(cancel(payment).value());
    return payment;
  }
  EXPECT_TRUE(authorise(payment, Money{1'000}, "card", state == declined).value());
  if (state == captured) EXPECT_TRUE(capture(payment).value());
  return payment;
}

Result<bool> take(Payment& payment, std::string_view step) {
  if (step == "authorise") return authorise(payment, Money{1'000}, "card", false);
  if (step == "decline") return authorise(payment, Money{1'000}, "card", true);
  if (step == "authorise more") return authorise(payment, Money{1'001}, "card", false);
  if (step == "capture") return capture(payment);
  if (step == "cancel") return cancel(payment);
  if (step == "refund") return refund(payment, "r1", Money{400});
  return dispute(payment);
}

TEST(Payment, StepsFollowTheTable) {
  for (const Case& c : kSteps) {
    const std::string where = std::string{c.step} + " of " + std::string{to_string(c.from)};
    Payment payment = payment_in(c.from);
    const Payment before = payment;
    const auto changed = take(payment, c.step);
    ASSERT_EQ(changed.has_value(), !c.error) << where;
    if (c.error) EXPECT_EQ(changed.error().kind, *c.error) << where;
    else EXPECT_EQ(*changed, c.changes) << where;
    EXPECT_EQ(payment.state, c.to) << where;
    EXPECT_EQ(payment == before, !c.changes) << where;
    const Payment after = payment;
    static_cast<void>(take(payment, c.step));
    EXPECT_EQ(payment, after) << where << ", again";
    EXPECT_LE(payment.captures, 1) << where;
  }
}

TEST(Payment, RefundsNeverExceedWhatWasTaken) {
  Payment payment = payment_in(captured);
  EXPECT_TRUE(refund(payment, "a", Money{600}).value());
  EXPECT_FALSE(refund(payment, "a", Money{600}).value());  // refund twice: made once
  EXPECT_FALSE(refund(payment, "a", Money{500}).value());
  EXPECT_EQ(refund(payment, "b", Money{401}).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(refund(payment, "c", Money{1, Currency{"EUR"}}).error().kind, ErrorKind::Conflict);
  EXPECT_TRUE(refund(payment, "b", Money{400}).value());
  EXPECT_EQ(payment.refunded(), Money{1'000});
  EXPECT_EQ(refund(payment, "d", Money{1}).error().kind, ErrorKind::Conflict);
}

TEST(Payment, NamesOfStatesReadBack) {
  for (const auto state : {none, declined, authorised, captured, cancelled})
    EXPECT_EQ(parse_payment_state(to_string(state)), state);
  EXPECT_FALSE(parse_payment_state("nonsense"));
}

}  // namespace
}  // namespace qm::sandbox
