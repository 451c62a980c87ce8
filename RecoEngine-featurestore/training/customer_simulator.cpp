#include "RecoEngine-featurestore/training/customer_simulator.hpp"

#include <algorithm>
#include <charconv>

namespace qm::reco {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr hours kDay{24};
constexpr double kMinute_ms = 60'000, kHour_ms = 3'600'000;
constexpr double kHoursADay = 24;
// Visits begin within these, so that they end on their day, and after a nudge of the day.
constexpr double kFirstHour = 1, kLastHour = 22;
constexpr double kLongestVisit_min = 25;
constexpr std::size_t kProducts = 60;  // as in the demo shop
constexpr double kOrdinaryDiscount = 0.1;
constexpr double kStillReads = 0.25;  // of what was read before, by who has lost interest
// What is named on a day is counted: what a customer does from 0, other things from here.
constexpr int kNamesOfMessages = 500, kNamesOfANudge = 900;

milliseconds ms(double count) { return milliseconds{static_cast<std::int64_t>(count)}; }
Money money(double amount) { return Money{static_cast<std::int64_t>(amount * 100 + 0.5)}; }

void append_number(std::string& text, std::uint64_t number) {
  char digits[24];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

std::string product(Random& random) {
  const std::size_t number = 1 + random.below(kProducts);
  std::string id = "prod_000";
  id[6] = static_cast<char>('0' + number / 10);
  id[7] = static_cast<char>('0' + number % 10);
  return id;
}

// The words of one stream say nothing about those of another, however near their seeds are.
std::uint64_t mixed(std::uint64_t a, std::uint64_t b) { return Random{a + b * 0xd1b54a32d192ed03ULL}.bits(); }

const char* pick(Random& random, std::initializer_list<const char*> words) {
  return words.begin()[random.below(words.size())];
}

}  // namespace

NudgeGroup group_of(const NudgeEffect& effect) noexcept {
  if (effect.buys_treated) return effect.buys_untreated ? NudgeGroup::SureThing : NudgeGroup::Persuadable;
  return effect.buys_untreated ? NudgeGroup::SleepingDog : NudgeGroup::LostCause;
}

SimulatedCustomer::SimulatedCustomer(const SimulatedShop& shop, std::uint64_t number)
    : seed_(mixed(shop.seed * 0x9e3779b97f4a7c15ULL + 1, number)), begin_(shop.begin), prefix_("sim") {
  append_number(prefix_, shop.seed);
  prefix_ += '.';
  append_number(prefix_, number);
  id_ = UserId{prefix_};
  Random random = this->random(Stream::Traits, 0);
  traits_ = draw_traits(random);
}

Random SimulatedCustomer::random(Stream stream, int day) const {
  return Random{mixed(seed_, static_cast<std::uint64_t>(stream) + 8 * static_cast<std::uint64_t>(day))};
}

void SimulatedCustomer::live(int days, const Sink& sink, Messages messages) {
  std::vector<const Event*> happened;
  for (const int end = day_ + days; day_ < end; ++day_) {
    if (traits_.joined_day <= day_) {
      told_ = kNamesOfMessages;
      if (messages == Messages::Told) receive_messages();
      told_ = 0;
      visit(live_a_day(traits_, standing_, DayDraws{random(Stream::Chain, day_)}));
      if (coupon_ && --coupon_days_ == 0) coupon_.reset();
    }
    if (later_.empty()) continue;
    const auto is_over = [over = at(kDay)](const Event& event) { return event.at < over; };
    happened.clear();
    for (const Event& event : later_)
      if (is_over(event)) happened.push_back(&event);
    std::ranges::sort(happened, [](const Event* a, const Event* b) { return happened_before(*a, *b); });
    for (const Event* event : happened) sink(*event);
    std::erase_if(later_, is_over);
  }
}

// --- nudges

double SimulatedCustomer::chance_to_read(const SimulatedNudge& nudge) const {
  const double by_channel = nudge.channel == Channel::app ? (standing_.gone ? 0.1 : 1.0) : 0.8;
  return std::min(0.95, by_channel * (0.4 + 0.6 * traits_.interest));
}

SimulatedCustomer::Answer SimulatedCustomer::answer_to(const SimulatedNudge& nudge) const {
  Random random = this->random(Stream::Nudge, day_);
  if (!random.chance(chance_to_read(nudge))) return Answer::Unread;
  const double answers = random.uniform();
  if (answers < traits_.keenness) return Answer::Moved;
  return answers < -traits_.keenness ? Answer::DrivenAway : Answer::Read;
}

Standing SimulatedCustomer::standing_after(Answer answer) const {
  if (answer == Answer::Moved) return {false, std::min(standing_.trouble, 1), kMovedDays};
  if (answer == Answer::DrivenAway) return {true, standing_.trouble, 0};
  return standing_;
}

void SimulatedCustomer::nudge(const SimulatedNudge& nudge) {
  Random random = this->random(Stream::Nudge, day_ + 1'000'000);
  const Answer answer = answer_to(nudge);
  standing_ = standing_after(answer);
  told_ = kNamesOfANudge;
  const Timestamp delivered = at(seconds{1});
  const std::string id = name('n');
  const auto tell_of_it = [&](EventType type, Timestamp when) {
    Event& event = tell(type, when);
    event.data.nudge_id = id;
    event.data.channel = nudge.channel;
  };
  tell_of_it(EventType::nudge_delivered, delivered);
  if (answer == Answer::Unread) return;
  const Timestamp read = delivered + seconds{30} + ms(random.uniform(0, 40 * kMinute_ms));
  tell_of_it(EventType::nudge_opened, read);
  if (answer == Answer::Moved) tell_of_it(EventType::nudge_clicked, read + seconds{20});
  if (!nudge.coupon_code || answer == Answer::DrivenAway) return;
  coupon_ = nudge;
  coupon_days_ = kMovedDays;
}

bool SimulatedCustomer::buys_within(int days, Standing standing) const {
  for (int day = std::max(day_, traits_.joined_day); day < day_ + days; ++day) {
    const DayDraws draws{random(Stream::Chain, day)};
    if (live_a_day(traits_, standing, draws).end == VisitEnd::Bought) return true;
  }
  return false;
}

NudgeEffect SimulatedCustomer::effect_of_nudge(const SimulatedNudge& nudge, int days) const {
  const auto chance_after = [&](Answer answer) { return chance_to_buy(traits_, standing_after(answer), days); };
  const double reads = chance_to_read(nudge);
  const double moved = reads * std::max(traits_.keenness, 0.0), driven_away = reads * std::max(-traits_.keenness, 0.0);
  NudgeEffect effect;
  effect.chance_untreated = chance_to_buy(traits_, standing_, days);
  effect.chance_treated = moved * chance_after(Answer::Moved) + driven_away * chance_after(Answer::DrivenAway) +
                          (1 - moved - driven_away) * effect.chance_untreated;
  effect.buys_untreated = buys_within(days);
  effect.buys_treated = buys_within(days, standing_after(answer_to(nudge)));
  return effect;
}

// --- what is told

Timestamp SimulatedCustomer::at(milliseconds of_day) const { return begin_ + day_ * kDay + of_day; }

std::string SimulatedCustomer::name(char kind) const {
  std::string id{kind};
  id.append(prefix_, 3);
  id += '.';
  append_number(id, static_cast<std::uint64_t>(day_));
  id += '.';
  append_number(id, static_cast<std::uint64_t>(told_));
  return id;
}

Event& SimulatedCustomer::tell(EventType type, Timestamp at) {
  Event& event = later_.emplace_back();
  event.id = EventId{name('e')};
  ++told_;
  event.type = type;
  event.user_id = id_;
  event.at = at;
  return event;
}

// The shop's ordinary messages. They change nothing.
void SimulatedCustomer::receive_messages() {
  Random random = this->random(Stream::Messages, day_);
  const double attention = traits_.interest * (standing_.gone ? kStillReads : 1.0) * (1 - 0.15 * standing_.trouble);
  if (random.chance(0.15)) send_message(random, Channel::push, 0.6 * attention);
  if (random.chance(0.12)) send_message(random, Channel::email, 0.35 * attention);
  if (!standing_.gone && random.chance(0.1)) send_message(random, Channel::app, 0.4 * attention);
}

void SimulatedCustomer::send_message(Random& random, Channel channel, double chance_of_answer) {
  const std::string id = name('m');
  const auto tell_of_it = [&](EventType type, Timestamp when) {
    Event& event = tell(type, when);
    event.data.nudge_id = id;
    event.data.channel = channel;
  };
  const Timestamp sent = at(ms(random.uniform(8, 20) * kHour_ms));
  const Timestamp answered = sent + ms(std::exp(random.normal(3.5 - 1.5 * traits_.interest, 0.5)) * kHour_ms);
  tell_of_it(EventType::nudge_delivered, sent);
  if (!random.chance(chance_of_answer)) return;
  if (channel != Channel::app) tell_of_it(EventType::nudge_opened, answered);
  if (channel != Channel::push) tell_of_it(EventType::nudge_clicked, answered + seconds{15});
}

void SimulatedCustomer::visit(const ShoppingDay& what) {
  if (what.end == VisitEnd::None) return;
  Random random = this->random(Stream::Visit, day_);
  const Timestamp began = at(ms(random.uniform(kFirstHour, kLastHour) * kHour_ms));
  const std::string session = name('s');
  tell(EventType::session_started, began).data.session_id = session;
  const bool signs_in = random.chance(0.5);
  if (signs_in) tell(EventType::login, began + seconds{3}).data.session_id = session;
  if (what.end == VisitEnd::Looked && random.chance(0.1 + 0.2 * (1 - traits_.interest))) {
    tell(EventType::page_viewed, began + seconds{4}).data.page = "home";
    return;
  }
  const double minutes = std::clamp(random.normal(3 + 9 * traits_.interest, 3), 0.5, kLongestVisit_min);
  const Timestamp looked = look_around(random, what, began + seconds{5}, minutes);
  Timestamp ended = looked + seconds{30};
  if (what.end != VisitEnd::Looked) {
    const Timestamp filled = looked + seconds{10};
    EventData cart = fill_cart(random);
    tell(EventType::cart_changed, filled).data = cart;
    if (what.end == VisitEnd::LeftCart) tell(EventType::cart_abandoned, filled).data = cart;
    const Timestamp paid = filled + ms(random.uniform(20, 150) * 1000);
    if (what.end == VisitEnd::PaymentFailed) tell(EventType::payment_failed, paid);
    if (what.end == VisitEnd::Bought) place_order(random, what, std::move(cart), paid);
    ended = paid + seconds{30};
  }
  if (signs_in && random.chance(0.3))
    tell(EventType::logout, ended).data.session_id = session;
  else if (random.chance(0.6))
    tell(EventType::session_ended, ended).data.session_id = session;
}

// Pages and searches, and the products that they lead to. → when it is over.
Timestamp SimulatedCustomer::look_around(Random& random, const ShoppingDay& what, Timestamp began, double minutes) {
  const auto shown = 3 + random.below(6);
  const double clicks = (0.08 + 0.3 * traits_.interest) * (1 - 0.15 * standing_.trouble);
  const bool reads = random.chance(0.1 + 0.6 * traits_.interest);
  const milliseconds step = ms(minutes * kMinute_ms / static_cast<double>(2 * shown));
  Timestamp now = began;
  for (std::size_t i = 0; i < shown; ++i, now += 2 * step) {
    if (i > 0 && random.chance(0.2)) {
      tell(EventType::search, now).data.words =
          pick(random, {"lamp", "running shoes", "headphones", "cookbook", "garden chair", "winter coat", "usb cable"});
    } else {
      const bool content = reads && i == shown - 1;
      tell(EventType::page_viewed, now).data.page = content  ? pick(random, {"guide", "review"})
                                                    : i == 0 ? "home"
                                                             : "listing";
    }
    // Nobody fills a cart without having looked at anything.
    const bool has_to = what.end != VisitEnd::Looked && i == 0;
    if (!random.chance(clicks) && !has_to) continue;
    const auto looked_at = random.chance(0.06) ? EventType::out_of_stock_seen : EventType::product_viewed;
    tell(looked_at, now + step).data.product_id = product(random);
  }
  return now;
}

EventData SimulatedCustomer::fill_cart(Random& random) const {
  EventData cart;
  cart.item_count = 1 + static_cast<std::int64_t>(random.below(3));
  cart.product_ids.emplace();
  for (std::int64_t i = 0; i < *cart.item_count; ++i) cart.product_ids->push_back(product(random));
  cart.amount = money(std::max(3.0, traits_.order_value * std::exp(random.normal(0, 0.4))));
  return cart;
}

void SimulatedCustomer::place_order(Random& random, const ShoppingDay& what, EventData cart, Timestamp at) {
  const std::string order_id = name('o');
  const bool discounted = random.chance(what.sale ? 0.9 : 0.2 + 0.6 * traits_.price_sensitivity);
  const bool by_coupon = random.chance(0.5);
  const double share = coupon_ ? coupon_->discount : discounted ? kOrdinaryDiscount : 0;
  const Money discount{static_cast<std::int64_t>(static_cast<double>(cart.amount->minor()) * share)};
  const Money paid = *cart.amount - discount;
  if (coupon_ || (discounted && by_coupon)) {
    EventData& coupon = tell(EventType::coupon_redeemed, at - seconds{1}).data;
    coupon.coupon_code = coupon_ ? *coupon_->coupon_code : "WELCOME10";
    coupon.order_id = order_id;
    coupon.discount = discount;
    coupon_.reset();
  }
  EventData& order = tell(EventType::order_placed, at).data;
  order = std::move(cart);
  order.order_id = order_id;
  order.amount = paid;
  order.discount = discount;
  if (what.wrong)
    suffer(random, what.badly, order_id, paid, at);
  else if (random.chance(0.015))
    tell(EventType::order_cancelled, at + minutes{50}).data.order_id = order_id;
}

void SimulatedCustomer::suffer(Random& random, bool badly, const std::string& order_id, Money amount, Timestamp at) {
  if (random.chance(0.5))
    tell(EventType::delivery_late, at + ms(random.uniform(3, 7) * kHoursADay * kHour_ms)).data.order_id = order_id;
  const Timestamp refunded = at + ms(random.uniform(6, 14) * kHoursADay * kHour_ms);
  if (random.chance(0.28)) {
    EventData& refund = tell(EventType::order_refunded, refunded).data;
    refund.order_id = order_id;
    refund.amount = amount;
  }
  if (!badly && random.chance(0.4)) return;
  const std::string ticket = name('t');
  const Timestamp asked = at + ms(random.uniform(1, 4) * kHoursADay * kHour_ms);
  EventData& opened = tell(EventType::ticket_opened, asked).data;
  opened.ticket_id = ticket;
  opened.order_id = order_id;
  const double took_h = std::exp(badly ? random.normal(4, 0.5) : random.normal(2.3, 0.6));
  const auto score = static_cast<std::int64_t>((badly ? 1 : 3) + random.below(3));
  const Timestamp closed = asked + ms(took_h * kHour_ms);
  EventData& answer = tell(EventType::ticket_closed, closed).data;
  answer.ticket_id = ticket;
  answer.resolution_hours = took_h;
  if (!random.chance(0.7)) return;
  EventData& rated = tell(EventType::ticket_rated, closed + ms(random.uniform(1, 30) * kHour_ms)).data;
  rated.ticket_id = ticket;
  rated.score = score;
}

}  // namespace qm::reco
