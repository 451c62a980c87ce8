// A customer or a member of staff.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/core/clock.hpp"
#include "platform/core/id.hpp"
#include "platform/core/money.hpp"

namespace qm::shop {

struct UserTag {
  static constexpr const char* prefix = "user";
};
using UserId = Id<UserTag>;

enum class LoyaltyTier { bronze, silver, gold, platinum };
std::string_view to_string(LoyaltyTier tier) noexcept;
std::optional<LoyaltyTier> parse_loyalty_tier(std::string_view text) noexcept;

enum class Role { customer, staff, admin };
std::string_view to_string(Role role) noexcept;
std::optional<Role> parse_role(std::string_view text) noexcept;

struct Profile {
  std::string name;
  std::optional<int> age;
  std::optional<std::string> location;
  LoyaltyTier loyalty_tier = LoyaltyTier::bronze;
  friend bool operator==(const Profile&, const Profile&) = default;
};

struct Preferences {
  std::vector<std::string> categories;
  std::vector<std::string> brands;
  Money price_min;
  Money price_max;
  friend bool operator==(const Preferences&, const Preferences&) = default;
};

struct User {
  UserId id;
  std::string email;  // as given; compared through normalise_email()
  Role role = Role::customer;
  Profile profile;
  Preferences preferences;
  Timestamp created_at{};
  std::optional<Timestamp> last_login;
  friend bool operator==(const User&, const User&) = default;
};

// What makes two spellings one address: trimmed, ASCII letters in lower case.
std::string normalise_email(std::string_view email);

}  // namespace qm::shop
