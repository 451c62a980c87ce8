// What has come of a run, as the shop's staff and the gateway's ledger show it: every breach is entered in the books.
#pragma once
#include <map>

#include "tests/chaos/chaos_customers.hpp"

namespace qm::chaos {

class Audit {
 public:
  Audit(World& world, Customers& customers, boost::asio::io_context& context)
      : world_(world), customers_(customers), context_(context) {}

  // Waits until nothing is under way; what still is after `limit` is a breach.
  void wait_until_quiet(std::chrono::seconds limit);
  void run();
  std::size_t orders() const { return orders_.size(); }

 private:
  Reply get(Service& service, std::string target, const std::string& token);
  std::vector<boost::json::value> all(Service& service, const std::string& path, const char* list,
                                      const std::string& token);
  bool is_quiet();
  void read_orders();
  void check_keys();
  void check_order(const boost::json::value& order);
  void check_payment(const std::string& id, const boost::json::value& order, bool stood);
  void check_stock();
  void check_coupons();

  World& world_;
  Customers& customers_;
  boost::asio::io_context& context_;
  std::map<std::string, boost::json::value> orders_;    // by id, as the staff see them
  std::map<std::string, boost::json::value> payments_;  // by order id
  std::map<std::string, std::int64_t> bought_;          // by SKU: sold − restocked
  std::map<std::string, std::int64_t> coupons_used_;    // by code
};

}  // namespace qm::chaos
