// What a run did and what it was told, for the audit to compare with what came of it. Plain values, used on one thread.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace qm::chaos {

// A checkout as its Idempotency-Key names it.
struct Purchase {
  std::string user;
  std::string token;
  std::string key;
  std::string body;
  std::set<std::string> orders;  // that it was answered with: at most one
  bool is_answered = false;      // with an order, or with a reason; and nothing was asked since that got no answer
  std::int64_t asked = 0;        // how often
  std::int64_t lost = 0;         // which of them was the last that had got no answer when it was noticed
};

struct CouponRule {
  std::string code;
  std::string campaign;
  std::optional<std::int64_t> limit;  // of all customers together
  std::int64_t each = 1;              // per customer
  bool is_stackable = false;
  bool first_order = false;
  std::optional<std::set<std::string>> given_to;  // personal: whom it was, or may have been, given to
};

// One thing that staff did, under the three names that the audit log gives it: how often it was asked for, and how
// often it was answered that it is done.
struct Deed {
  std::string action;
  std::string subject;
  std::string detail;
  friend auto operator<=>(const Deed&, const Deed&) = default;
};
struct DeedCount {
  std::int64_t asked = 0;
  std::int64_t done = 0;
};

// A number in a product that staff count up, each time from what they read, with If-Match.
struct EditCount {
  std::int64_t done = 0;
  std::int64_t in_doubt = 0;
};

struct Books {
  std::vector<std::shared_ptr<Purchase>> purchases;
  std::set<std::string> users;                             // everybody who ever bought
  std::map<std::string, std::int64_t> adjusted;            // by SKU: what staff added
  std::map<std::string, std::set<std::int64_t>> prices;    // by SKU, in minor units: all it may ever have cost
  std::map<std::string, CouponRule> coupons;               // by code
  std::map<std::string, std::int64_t> budgets;             // by campaign, in minor units
  std::map<Deed, DeedCount> deeds;
  std::map<std::string, EditCount> edits;                  // by product
  std::vector<std::string> breaches;

  void breach(std::string what);
};

}  // namespace qm::chaos
