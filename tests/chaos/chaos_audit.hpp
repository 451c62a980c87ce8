// What has come of a run, as the shop's staff and customers and the gateway's ledger show it: every breach is entered
// in the books.
#pragma once
#include <map>

#include "tests/chaos/chaos_scene.hpp"

namespace qm::chaos {

class Audit {
 public:
  Audit(Scene& scene, std::string staff_token) : scene_(scene), staff_(std::move(staff_token)) {}

  // Waits until nothing is under way; what still is after `limit` is a breach.
  void wait_until_quiet(std::chrono::seconds limit);
  void run();
  std::size_t orders() const { return orders_.size(); }

 private:
  struct CouponUses {
    std::int64_t all = 0;
    std::map<std::string, std::int64_t> by_user;
  };
  struct Entries {
    std::int64_t all = 0;
    std::int64_t succeeded = 0;
  };

  static bool is_applied(std::string_view code) { return code.ends_with("APPLIED"); }
  Reply get(Service& service, std::string target, const std::string& token);
  std::vector<boost::json::value> all(Service& service, const std::string& path, const char* list,
                                      const std::string& token);
  Books& books() { return scene_.books(); }

  bool is_quiet();
  void read_orders();
  void read_coupons();
  void check_keys();
  void check_order(const boost::json::value& order);
  void check_prices(const boost::json::value& order);
  void check_coupons_of(const boost::json::value& order);
  void count_goods(const boost::json::value& order);
  void check_payment(const std::string& id, const boost::json::value& order, bool stood);
  void check_stock();
  void check_coupon(const CouponRule& rule);
  void check_budgets();
  // What its coupons took off, in minor units: in orders that stand, and by `apply`.
  std::int64_t owed_by(const std::string& campaign);
  void read_hands();
  bool do_hands_fit_orders();
  // By code, of the coupons that are spent by `apply` and so have no orders: how often customers say they spent it, and
  // how often it is counted. A use whose process died is counted until its lease has run out.
  std::map<std::string, std::int64_t> spent_in_hands() const;
  std::map<std::string, std::int64_t> counted_when_applied() const;
  void check_hands();
  void check_first_orders();
  bool is_told(const std::string& id, const boost::json::value& order) const;
  void check_edits();
  void read_log();
  void check_log();

  Scene& scene_;
  const std::string staff_;
  std::map<std::string, boost::json::value> orders_;    // by id, as the staff see them
  std::map<std::string, boost::json::value> payments_;  // by order id
  std::map<std::string, std::int64_t> bought_;          // by SKU: sold − restocked
  std::map<std::string, CouponUses> uses_;              // by code: in orders that stand
  std::map<std::string, std::int64_t> counted_;         // by code: as the coupon counts its uses
  std::map<std::string, std::map<std::string, std::int64_t>> hands_;  // by customer and code: times used, as held
  std::map<std::string, boost::json::value> campaigns_;
  std::map<std::string, std::int64_t> paid_;            // by campaign, in minor units: what orders that stand cost it
  std::map<Deed, Entries> log_;
};

}  // namespace qm::chaos
