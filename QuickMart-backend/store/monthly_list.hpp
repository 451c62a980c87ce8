// «All of a customer's X», newest first: one record per customer with the months that have any, and one per customer
// and month with the ids of that month, so that no record grows without bound. Thread-safe.
#pragma once
#include <functional>
#include <string>

#include "platform/core/clock.hpp"
#include "platform/kv/store.hpp"

namespace qm::shop {

// "2026-11"
std::string month_of(Timestamp at);

class MonthlyList {
 public:
  // `list_set` holds the lists, `item_set` the things themselves.
  MonthlyList(kv::Store& store, std::string list_set, std::string item_set)
      : store_(store), list_set_(std::move(list_set)), item_set_(std::move(item_set)) {}

  // Idempotent. Call it before the thing itself is written: an entry without its thing is skipped by walk(), a thing
  // without its entry would be lost.
  Task<Result<void>> add(std::string owner, std::string id, Timestamp at);

  struct Item {
    std::string id;
    std::string month;
    kv::Record record;
  };
  // Shows the things newest first, until `visit` says false or fails.
  using Visit = std::function<Result<bool>(Item)>;
  Task<Result<void>> walk(std::string owner, Visit visit);

 private:
  Task<Result<void>> put_entry(std::string id, std::string bin, std::string entry, std::int64_t value);
  Task<Result<bool>> walk_month(std::string owner, std::string month, Visit visit);

  kv::Store& store_;
  std::string list_set_;
  std::string item_set_;
};

}  // namespace qm::shop
