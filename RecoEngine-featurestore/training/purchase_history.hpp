// What customers bought and sent back, as public datasets tell it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/money.hpp"

namespace qm::reco {

inline constexpr std::size_t kMaxProductsOfPurchase = 100;  // the others are forgotten

// Everything a customer ordered at one moment.
struct Purchase {
  Timestamp at{};
  Money amount;
  std::int64_t lines = 0;
  std::int64_t items = 0;             // units of all products
  std::vector<std::string> products;  // ids, each once, as they came up; empty where the dataset does not tell
  friend bool operator==(const Purchase&, const Purchase&) = default;
};

// What came back, or was cancelled, at one moment; the amount is positive.
using PurchaseReturn = Purchase;

struct PurchaseHistory {
  std::string customer;
  std::vector<Purchase> purchases;      // oldest first
  std::vector<PurchaseReturn> returns;  // oldest first
};

struct PurchaseData {
  std::string name;                        // of the dataset
  std::string short_name;                  // the same, fit for ids: "online_retail_ii"
  std::vector<PurchaseHistory> customers;  // in order of their names
  Timestamp first{}, last{};               // of the moments told
  std::int64_t lines = 0;                  // read
  std::int64_t lines_without_customer = 0;
  std::int64_t lines_without_price = 0;  // given away, or written off
  std::uint64_t hash = 0;                // over the histories, but for items and products, which no model sees
};

}  // namespace qm::reco
