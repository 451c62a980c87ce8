// Customers as the wire knows them: never with a password, nor what became of it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "platform/core/clock.hpp"
#include "platform/json/describe.hpp"
#include "QuickMart-backend/app/account.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {
BOOST_DESCRIBE_ENUM(LoyaltyTier, bronze, silver, gold, platinum)
}  // namespace qm::shop

namespace qm::shop::wire {

struct Profile {
  std::string name;
  std::optional<int> age;
  std::optional<std::string> location;
  LoyaltyTier loyalty_tier = LoyaltyTier::bronze;
};
BOOST_DESCRIBE_STRUCT(Profile, (), (name, age, location, loyalty_tier))
inline auto constraints(const Profile*) {
  return json::fields(json::field(&Profile::name, json::length(1, 200)),
                      json::field(&Profile::age, json::range(0, 150)),
                      json::field(&Profile::location, json::length(0, 200)),
                      json::field(&Profile::loyalty_tier, json::defaulted()));
}

// A change: what is left out stays.
struct ProfileChange {
  std::optional<std::string> name;
  std::optional<int> age;
  std::optional<std::string> location;
};
BOOST_DESCRIBE_STRUCT(ProfileChange, (), (name, age, location))
inline auto constraints(const ProfileChange*) {
  using P = ProfileChange;
  return json::fields(json::field(&P::name, json::length(1, 200)), json::field(&P::age, json::range(0, 150)),
                      json::field(&P::location, json::length(0, 200)));
}

struct PriceRange {
  json::Amount min;
  json::Amount max;
};
BOOST_DESCRIBE_STRUCT(PriceRange, (), (min, max))
inline auto constraints(const PriceRange*) {
  return json::fields(json::field(&PriceRange::min, json::range(0, 1e9)),
                      json::field(&PriceRange::max, json::range(0, 1e9)));
}

struct Preferences {
  std::vector<std::string> categories;
  std::vector<std::string> brands;
  PriceRange price_range;
};
BOOST_DESCRIBE_STRUCT(Preferences, (), (categories, brands, price_range))

// As given, at registration or to change some of them: what is left out is empty, or stays.
struct PreferencesChange {
  std::optional<std::vector<std::string>> categories;
  std::optional<std::vector<std::string>> brands;
  std::optional<PriceRange> price_range;
};
BOOST_DESCRIBE_STRUCT(PreferencesChange, (), (categories, brands, price_range))
inline auto constraints(const PreferencesChange*) {
  using P = PreferencesChange;
  return json::fields(json::field(&P::categories, json::length(0, 50)), json::field(&P::brands, json::length(0, 50)));
}

struct User {
  std::string user_id;
  std::string email;
  Profile profile;
  Preferences preferences;
  Timestamp created_at{};
  std::optional<Timestamp> last_login;
};
BOOST_DESCRIBE_STRUCT(User, (), (user_id, email, profile, preferences, created_at, last_login))

User to_wire(const shop::User& user);
Preferences to_wire(const shop::Preferences& preferences);
shop::Profile to_domain(Profile&& wire);
shop::ProfileChange to_domain(ProfileChange&& wire);
shop::PreferencesChange to_domain(PreferencesChange&& wire);

// What the declared limits do not say: every name has 1 to 100 bytes, and the range's min is at most its max. `place`
// leads to the preferences in the request.
std::vector<Fault> faults_of(const PreferencesChange& wire, const std::vector<std::string>& place);

}  // namespace qm::shop::wire
