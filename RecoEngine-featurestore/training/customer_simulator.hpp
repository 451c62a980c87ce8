// Customers who never were, event by event: they browse, buy, have troubles, lose interest, come back, and answer
// nudges with an effect that is known. Deterministic: a customer follows from the seed and the customer's number alone,
// bit for bit on every machine; the first n of a larger crowd are the smaller crowd, and a longer life begins with the
// shorter one.
//
// The effect of a nudge is known twice: as a difference of chances, computed exactly from the chain that decides what
// customers do (shopping_chain.hpp), and as what this very customer does with and without it. Both worlds are dealt the
// same numbers, so that they differ by the nudge and by nothing else.
#pragma once
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "RecoEngine-featurestore/domain/event.hpp"
#include "RecoEngine-featurestore/training/shopping_chain.hpp"

namespace qm::reco {

// What is done about a customer. A coupon is redeemed with the next order within kMovedDays by whoever read of it, also
// by those who would have bought anyway: that is what it costs.
struct SimulatedNudge {
  Channel channel = Channel::email;
  std::optional<std::string> coupon_code;
  double discount = 0.2;  // share of the order, with a coupon
};

// Of treating a customer at a moment, on buying within so many days after it.
struct NudgeEffect {
  double chance_untreated = 0;  // by all that is so at that moment; over all that may come
  double chance_treated = 0;
  bool buys_untreated = false;  // what this customer does
  bool buys_treated = false;
  double difference() const { return chance_treated - chance_untreated; }
};

// By what a customer does: what a treatment is worth. Only for the first two does it change anything.
enum class NudgeGroup { Persuadable, SleepingDog, SureThing, LostCause };
NudgeGroup group_of(const NudgeEffect& effect) noexcept;

struct SimulatedShop {
  std::uint64_t seed = 42;
  Timestamp begin{};  // of the first day; a day is 24 hours from there
};

// One life, lived day by day. A copy goes on by itself: two worlds. Not thread-safe.
class SimulatedCustomer {
 public:
  using Sink = std::function<void(const Event&)>;

  SimulatedCustomer(const SimulatedShop& shop, std::uint64_t number);

  const UserId& id() const { return id_; }
  const CustomerTraits& traits() const { return traits_; }
  const Standing& standing() const { return standing_; }
  int day() const { return day_; }  // the next to be lived, from 0
  bool has_joined() const { return traits_.joined_day < day_; }

  // Lives so many days. `sink` gets what happens in them, in time order (happened_before), each event with an id of its
  // own that depends on nothing but seed, number and day. What follows from them later (a late delivery, an answer) is
  // told when its day is lived. The shop's ordinary messages change nothing that customers do; who does not want to
  // know of them saves a fifth of the time.
  enum class Messages { Told, Untold };
  void live(int days, const Sink& sink, Messages messages = Messages::Told);

  // Treats the customer as the next day begins. Precondition: has_joined(), and not treated for this day yet.
  void nudge(const SimulatedNudge& nudge);

  // Of nudge() now. Lives no day.
  NudgeEffect effect_of_nudge(const SimulatedNudge& nudge, int days) const;
  // Whether an order is placed within the next days.
  bool buys_within(int days) const { return buys_within(days, standing_); }

 private:
  enum class Stream : std::uint64_t { Traits, Chain, Visit, Messages, Nudge };
  enum class Answer { Unread, Read, Moved, DrivenAway };

  Random random(Stream stream, int day) const;
  double chance_to_read(const SimulatedNudge& nudge) const;
  Answer answer_to(const SimulatedNudge& nudge) const;
  Standing standing_after(Answer answer) const;
  bool buys_within(int days, Standing standing) const;

  Timestamp at(std::chrono::milliseconds of_day) const;
  std::string name(char kind) const;  // of the next thing: an id
  Event& tell(EventType type, Timestamp at);
  void receive_messages();
  void send_message(Random& random, Channel channel, double chance_of_answer);
  void visit(const ShoppingDay& what);
  Timestamp look_around(Random& random, const ShoppingDay& what, Timestamp began, double minutes);
  EventData fill_cart(Random& random) const;
  void place_order(Random& random, const ShoppingDay& what, EventData cart, Timestamp at);
  void suffer(Random& random, bool badly, const std::string& order_id, Money amount, Timestamp at);

  std::uint64_t seed_;  // of this life
  Timestamp begin_;
  std::string prefix_;  // of its ids
  UserId id_;
  CustomerTraits traits_;
  Standing standing_;
  int day_ = 0;
  int told_ = 0;  // things named on this day
  std::optional<SimulatedNudge> coupon_;
  int coupon_days_ = 0;       // how long it is good
  std::vector<Event> later_;  // what is still to come of what was done, in no order
};

}  // namespace qm::reco
