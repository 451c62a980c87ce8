// The part of the audit that is about coupons and campaigns.
#include "tests/chaos/chaos_audit.hpp"

namespace qm::chaos {
void Audit::check_coupon(const CouponRule& rule) {
  const CouponUses& uses = uses_[rule.code];
  const std::int64_t count = counted_[rule.code];
  if (rule.limit && (uses.all > *rule.limit || count > *rule.limit))
    books().breach("the coupon " + rule.code + " was used " + std::to_string(uses.all) + " times");
  if (!is_applied(rule.code) && count != uses.all)
    books().breach("of the coupon " + rule.code + ", " + std::to_string(count) + " uses are counted and " +
                   std::to_string(uses.all) + " made");
  for (const auto& [user, times] : uses.by_user)
    if (times > rule.each) books().breach("the coupon " + rule.code + " was used too often by " + user);
}

std::int64_t Audit::owed_by(const std::string& campaign) {
  std::int64_t applied = 0;  // each takes 1.00 off
  for (const auto& coupon : list_of(campaigns_[campaign], "/coupons"))
    if (is_applied(text_of(coupon, "/code"))) applied += number_of(coupon, "/usage_count") * 100;
  return paid_[campaign] + applied;
}

void Audit::check_budgets() {
  for (const auto& [id, campaign] : campaigns_) {
    const std::int64_t redeemed = minor_of(campaign, "/campaign/redeemed");
    if (minor_of(campaign, "/campaign/budget") != books().budgets[id])
      books().breach("the campaign " + id + " has a budget that nobody gave it");
    if (redeemed + minor_of(campaign, "/campaign/reserved") > books().budgets[id])
      books().breach("the campaign " + id + " pays more than it has");
    if (redeemed != owed_by(id))
      books().breach("the campaign " + id + " paid " + std::to_string(redeemed) + " instead of " +
                     std::to_string(owed_by(id)));
  }
}

void Audit::read_hands() {
  hands_.clear();
  for (const std::string& user : books().users) {
    const Reply held = get(scene_.world().shop(0), "/api/coupons/history", token_of(user, "customer"));
    for (const auto& each : held.json.is_array() ? held.json.get_array() : boost::json::array{}) {
      const std::string code = text_of(each, "/coupon/code");
      if (books().coupons.contains(code)) hands_[user][code] += number_of(each, "/user_coupon/times_used");
    }
  }
}

std::map<std::string, std::int64_t> Audit::spent_in_hands() const {
  std::map<std::string, std::int64_t> spent;
  for (const auto& [user, codes] : hands_)
    for (const auto& [code, times] : codes)
      if (is_applied(code) && times > 0) spent[code] += times;
  return spent;
}

std::map<std::string, std::int64_t> Audit::counted_when_applied() const {
  std::map<std::string, std::int64_t> counted;
  for (const auto& [code, times] : counted_)
    if (is_applied(code) && times > 0) counted[code] = times;
  return counted;
}

bool Audit::do_hands_fit_orders() {
  for (const auto& [user, codes] : hands_)
    for (const auto& [code, times] : codes)
      if (!is_applied(code) && times != uses_[code].by_user[user]) return false;
  return true;
}

// What customers hold says the same as their orders.
void Audit::check_hands() {
  for (const auto& [user, codes] : hands_)
    for (const auto& [code, times] : codes)
      if (!is_applied(code) && times != uses_[code].by_user[user])
        books().breach(user + " used " + code + " " + std::to_string(times) + " times, and has orders with it: " +
                       std::to_string(uses_[code].by_user[user]));
  std::map<std::string, std::int64_t> spent = spent_in_hands();
  for (const auto& [code, times] : counted_)
    if (is_applied(code) && spent[code] != times)
      books().breach(code + " was spent " + std::to_string(spent[code]) + " times and is counted " +
                     std::to_string(times));
}

void Audit::check_first_orders() {
  std::map<std::string, std::int64_t> firsts;
  for (const auto& [code, uses] : uses_) {
    if (!books().coupons[code].first_order) continue;
    for (const auto& [user, times] : uses.by_user) firsts[user] += times;
  }
  for (const auto& [user, times] : firsts)
    if (times > 1) books().breach(user + " had " + std::to_string(times) + " first orders");
}

}  // namespace qm::chaos
