#include "QuickMart-backend/api/user_wire.hpp"

namespace qm::shop::wire {
namespace {

constexpr std::size_t kMaxNameBytes = 100;

Fault fault_at(std::vector<std::string> place, std::string step, std::string msg, std::string type) {
  place.push_back(std::move(step));
  return Fault{std::move(place), std::move(msg), std::move(type)};
}

void check_names(const std::optional<std::vector<std::string>>& names, std::vector<std::string> place,
                 const std::string& field, std::vector<Fault>& faults) {
  if (!names) return;
  place.push_back(field);
  for (std::size_t i = 0; i < names->size(); ++i) {
    const std::size_t size = (*names)[i].size();
    if (size == 0)
      faults.push_back(fault_at(place, std::to_string(i), "ensure this value has at least 1 characters",
                                "value_error.any_str.min_length"));
    if (size > kMaxNameBytes)
      faults.push_back(fault_at(place, std::to_string(i), "ensure this value has at most 100 characters",
                                "value_error.any_str.max_length"));
  }
}

}  // namespace

Preferences to_wire(const shop::Preferences& preferences) {
  Preferences wire;
  wire.categories = preferences.categories;
  wire.brands = preferences.brands;
  wire.price_range = {json::to_wire(preferences.price_min), json::to_wire(preferences.price_max)};
  return wire;
}

User to_wire(const shop::User& user) {
  User wire;
  wire.user_id = user.id.str();
  wire.email = user.email;
  wire.profile = {user.profile.name, user.profile.age, user.profile.location, user.profile.loyalty_tier};
  wire.preferences = to_wire(user.preferences);
  wire.created_at = user.created_at;
  wire.last_login = user.last_login;
  return wire;
}

shop::Profile to_domain(Profile&& wire) {
  return shop::Profile{std::move(wire.name), wire.age, std::move(wire.location), wire.loyalty_tier};
}

shop::ProfileChange to_domain(ProfileChange&& wire) {
  return shop::ProfileChange{std::move(wire.name), wire.age, std::move(wire.location)};
}

shop::PreferencesChange to_domain(PreferencesChange&& wire) {
  shop::PreferencesChange change;
  change.categories = std::move(wire.categories);
  change.brands = std::move(wire.brands);
  if (wire.price_range) {
    change.price_min = Money{wire.price_range->min.minor};
    change.price_max = Money{wire.price_range->max.minor};
  }
  return change;
}

std::vector<Fault> faults_of(const PreferencesChange& wire, const std::vector<std::string>& place) {
  std::vector<Fault> faults;
  check_names(wire.categories, place, "categories", faults);
  check_names(wire.brands, place, "brands", faults);
  if (wire.price_range && wire.price_range->min > wire.price_range->max) {
    std::vector<std::string> range = place;
    range.push_back("price_range");
    faults.push_back(fault_at(std::move(range), "max", "ensure this value is greater than or equal to min",
                              "value_error.number.not_ge"));
  }
  return faults;
}

}  // namespace qm::shop::wire
