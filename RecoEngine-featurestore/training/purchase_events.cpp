#include "RecoEngine-featurestore/training/purchase_events.hpp"

#include <algorithm>

namespace qm::reco {

namespace {

class Teller {
 public:
  Teller(const PurchaseHistory& history, std::string_view dataset, std::chrono::days later)
      : history_(history), customer_(std::string{dataset} + "_" + history.customer), later_(later),
        taken_back_(history.purchases.size()) {}

  PurchaseEvents tell() {
    for (const Purchase& bought : history_.purchases) tell_order(bought);
    for (const PurchaseReturn& back : history_.returns) tell_return(back);
    std::ranges::sort(told_.events, happened_before);
    return std::move(told_);
  }

 private:
  std::string name_of(const Purchase& moment) const {
    return customer_ + "_" + std::to_string(moment.at.time_since_epoch().count());
  }

  Event& add(EventType type, const Purchase& moment, std::string_view what) {
    Event event;
    event.id = EventId{name_of(moment) + std::string{what}};
    event.type = type;
    event.user_id = UserId{customer_};
    event.at = moment.at + later_;
    told_.events.push_back(std::move(event));
    return told_.events.back();
  }

  void tell_order(const Purchase& bought) {
    Event& event = add(EventType::order_placed, bought, "_ordered");
    event.data.order_id = name_of(bought);
    event.data.amount = bought.amount;
    event.data.discount = Money{0};
    event.data.item_count = std::min<std::int64_t>(bought.items, 1'000'000);
    event.data.product_ids = bought.products;
  }

  void tell_return(const PurchaseReturn& back) {
    const auto order = find_order(back);
    if (!order) {
      ++told_.returns_without_order;
      return;
    }
    const Purchase& bought = history_.purchases[*order];
    const bool whole = back.amount >= bought.amount && !taken_back_[*order];
    taken_back_[*order] = true;
    Event& event = add(whole ? EventType::order_cancelled : EventType::order_refunded, back, "_returned");
    event.data.order_id = name_of(bought);
    if (!whole) event.data.amount = back.amount;
  }

  // Its place in the history.
  std::optional<std::size_t> find_order(const PurchaseReturn& back) const {
    const auto& bought = history_.purchases;
    const auto later = std::ranges::lower_bound(bought, back.at, {}, &Purchase::at);
    const auto latest = static_cast<std::size_t>(later - bought.begin());
    if (latest == 0) return std::nullopt;
    for (std::size_t i = latest; i-- > 0;)
      if (fits(bought[i], back)) return i;
    return latest - 1;
  }

  static bool fits(const Purchase& bought, const PurchaseReturn& back) {
    if (back.products.empty()) return bought.amount >= back.amount;
    return std::ranges::find_first_of(back.products, bought.products) != back.products.end();
  }

  const PurchaseHistory& history_;
  const std::string customer_;
  const std::chrono::days later_;
  std::vector<bool> taken_back_;  // by place in the history
  PurchaseEvents told_;
};

}  // namespace

PurchaseEvents events_of(const PurchaseHistory& history, std::string_view dataset, std::chrono::days later) {
  return Teller{history, dataset, later}.tell();
}

std::chrono::days days_until(Timestamp last, Timestamp until) noexcept {
  return std::chrono::floor<std::chrono::days>(until - last);
}

}  // namespace qm::reco
