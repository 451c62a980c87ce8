// Records that are looked at newest first, of one owner: found by the hour in which they were made, as no engine can be
// asked for the newest of all. Besides the records themselves there are, in set "<set>_hours", one record per owner
// with the months that have any, and one per owner and month with its hours. Thread-safe.
#pragma once
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "platform/core/clock.hpp"
#include "platform/kv/store.hpp"

namespace qm::shop {

class HourlyLog {
 public:
  // Every record has these two; the rest is its owner's.
  static constexpr const char* kHour = "hour";  // indexed
  static constexpr const char* kAt = "at";

  HourlyLog(kv::Store& store, std::string set) : store_(store), set_(std::move(set)) {}

  // Declares the index; once, before walk().
  Task<Result<void>> open();
  // Gives `bins` what a record of that moment needs.
  static void mark(const std::string& owner, Timestamp at, kv::Bins& bins);
  // Creates the record: durable when it returns. AlreadyExists.
  Task<Result<void>> add(std::string owner, std::string id, Timestamp at, kv::Bins bins,
                         std::optional<std::chrono::seconds> ttl = {});

  // Where a walk begins: with the newest before it.
  struct Place {
    Timestamp at = Timestamp::max();
    std::string id{};
    std::string str() const;
    static Result<Place> parse(const std::string& text);  // Rejected
  };
  struct Item {
    std::string id;
    kv::Record record;
  };
  // Shows them newest first, none older than `since`, until `visit` says false or fails.
  using Visit = std::function<Result<bool>(Item)>;
  Task<Result<void>> walk(std::string owner, Place from, Timestamp since, Visit visit);

 private:
  Task<Result<void>> note_hour(std::string owner, Timestamp at);
  Task<Result<void>> put_entry(std::string id, std::string entry);
  Task<Result<bool>> walk_hour(std::string owner, std::int64_t hour, Place from, Timestamp since, const Visit& visit);

  kv::Store& store_;
  std::string set_;
  std::mutex mutex_;
  std::set<std::string> noted_;  // hours that this process has noted: once is enough
};

}  // namespace qm::shop
