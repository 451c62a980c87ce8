#pragma once
#include <optional>
#include <string>
#include <vector>

#include "QuickMart-backend/store/user_store.hpp"

namespace qm::shop {

// What is not named keeps its value. The loyalty tier is not here: the shop gives it, customers do not take it.
struct ProfileChange {
  std::optional<std::string> name;
  std::optional<int> age;
  std::optional<std::string> location;
};

struct PreferencesChange {
  std::optional<std::vector<std::string>> categories;
  std::optional<std::vector<std::string>> brands;
  std::optional<Money> price_min;
  std::optional<Money> price_max;
};

// The account of who is signed in. Of two changes at once, each keeps what the other does not name. Thread-safe.
// Unauthenticated everywhere: the account was closed, or is gone, since the token was issued.
class Account {
 public:
  explicit Account(UserStore& users) : users_(users) {}

  Task<Result<User>> get(UserId id);
  Task<Result<User>> change_profile(UserId id, ProfileChange change);
  Task<Result<User>> change_preferences(UserId id, PreferencesChange change);

 private:
  template <class Change>
  Task<Result<User>> change(UserId id, Change change);

  UserStore& users_;
};

}  // namespace qm::shop
