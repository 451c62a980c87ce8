#include "bench/told_events.hpp"

#include <cstdio>

namespace qm::bench {

namespace {

using contracts::Event;
using contracts::EventChannel;
using contracts::EventData;
using contracts::EventType;

constexpr std::uint64_t kProducts = 5'000;

// SplitMix64 (Steele, Lea, Flood 2014).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t roll(std::uint64_t sides) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % sides;
  }

 private:
  std::uint64_t state_;
};

std::string named(const char* kind, std::uint64_t number, std::uint64_t of = 0) {
  char text[40];
  const int size = std::snprintf(text, sizeof text, "%s_%012lx%04lx", kind, static_cast<unsigned long>(number),
                                 static_cast<unsigned long>(of));
  return {text, static_cast<std::size_t>(size)};
}

std::string a_product(Dice& dice) { return "prod_" + std::to_string(dice.roll(kProducts)); }

class VisitTeller {
 public:
  VisitTeller(std::uint64_t number, Timestamp start)
      : number_(number), at_(start + number * kBetweenVisits), dice_(number), session_(named("ses", number)) {}

  std::vector<Event> tell() {
    add(EventType::session_started).session_id = session_;
    add_page("home");
    static constexpr const char* kWords[] = {"wireless headphones", "running shoes", "desk lamp", "coffee"};
    EventData& search = add(EventType::search);
    search.words = kWords[dice_.roll(4)];
    search.session_id = session_;
    const std::uint64_t looks = 2 + dice_.roll(4);
    for (std::uint64_t i = 0; i < looks; ++i) {
      EventData& look = add(EventType::product_viewed);
      look.product_id = a_product(dice_);
      look.session_id = session_;
    }
    end_somehow();
    add(EventType::session_ended).session_id = session_;
    return std::move(events_);
  }

 private:
  EventData& add(EventType type) {
    Event& event = events_.emplace_back();
    event.event_id = named("evt", number_, events_.size());
    event.type = type;
    event.user_id = named("user", number_ % kCustomers);
    event.at = at_;
    at_ += std::chrono::milliseconds{2'000 + dice_.roll(40'000)};
    return event.data;
  }
  void add_page(const char* page) {
    EventData& data = add(EventType::page_viewed);
    data.page = page;
    data.session_id = session_;
  }
  void fill_cart(EventData& data) {
    data.item_count = static_cast<std::int64_t>(1 + dice_.roll(4));
    data.product_ids = {a_product(dice_), a_product(dice_)};
    data.amount = json::Amount{static_cast<std::int64_t>(999 + dice_.roll(20'000))};
  }
  void end_somehow() {
    switch (dice_.roll(8)) {
      case 0:
      case 1:
        fill_cart(add(EventType::cart_changed));
        return place_order();
      case 2:
        fill_cart(add(EventType::cart_changed));
        return fill_cart(add(EventType::cart_abandoned));
      case 3:
        fill_cart(add(EventType::cart_changed));
        add(EventType::payment_failed).order_id = named("ord", number_);
        return;
      case 4: {
        EventData& nudge = add(EventType::nudge_delivered);
        nudge.nudge_id = named("nud", number_);
        nudge.channel = EventChannel::email;
        EventData& click = add(EventType::nudge_clicked);
        click.nudge_id = named("nud", number_);
        click.channel = EventChannel::email;
        return;
      }
      case 5:
        add(EventType::ticket_opened).ticket_id = named("tic", number_);
        return add_page("guide");
      default: add_page("listing"); return add_page("listing");
    }
  }
  void place_order() {
    EventData& order = add(EventType::order_placed);
    order.order_id = named("ord", number_);
    order.discount = json::Amount{dice_.roll(3) == 0 ? 500 : 0};
    fill_cart(order);
  }

  std::uint64_t number_;
  Timestamp at_;
  Dice dice_;
  std::string session_;
  std::vector<Event> events_;
};

}  // namespace

std::vector<Event> visit(std::uint64_t number, Timestamp start) { return VisitTeller{number, start}.tell(); }

std::vector<std::vector<Event>> batches(BatchShape shape, std::uint64_t first, std::uint64_t visits,
                                        std::size_t events, std::size_t lane, std::size_t lanes, Timestamp start) {
  // Blocks divide kCustomers, and so do their lanes: a customer's visits are all in one.
  const std::uint64_t block = shape == BatchShape::visits ? 50 : 500;
  std::vector<std::vector<Event>> all;
  for (std::uint64_t at = first; at < first + visits; at += block) {
    if (at / block % lanes != lane) continue;
    std::vector<std::vector<Event>> told;
    for (std::uint64_t v = at; v < std::min(at + block, first + visits); ++v) told.push_back(visit(v, start));
    all.emplace_back();
    const auto add = [&](Event& event) {
      if (all.back().size() == events) all.emplace_back();
      all.back().push_back(std::move(event));
    };
    if (shape == BatchShape::visits) {
      for (auto& each : told)
        for (Event& event : each) add(event);
    } else {
      for (std::size_t i = 0, added = 1; added > 0; ++i) {
        added = 0;
        for (auto& each : told) {
          if (i >= each.size()) continue;
          add(each[i]);
          ++added;
        }
      }
    }
    if (all.back().empty()) all.pop_back();
  }
  return all;
}

}  // namespace qm::bench
