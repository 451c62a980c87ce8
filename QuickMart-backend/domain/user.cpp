#include "QuickMart-backend/domain/user.hpp"

#include <array>
#include <utility>

namespace qm::shop {
namespace {

constexpr std::array<std::pair<LoyaltyTier, std::string_view>, 4> kTiers{{{LoyaltyTier::bronze, "bronze"},
                                                                         {LoyaltyTier::silver, "silver"},
                                                                         {LoyaltyTier::gold, "gold"},
                                                                         {LoyaltyTier::platinum, "platinum"}}};
constexpr std::array<std::pair<Role, std::string_view>, 3> kRoles{
    {{Role::customer, "customer"}, {Role::staff, "staff"}, {Role::admin, "admin"}}};

}  // namespace

std::string_view to_string(LoyaltyTier tier) noexcept {
  for (const auto& [each, name] : kTiers)
    if (each == tier) return name;
  return "";
}
std::optional<LoyaltyTier> parse_loyalty_tier(std::string_view text) noexcept {
  for (const auto& [each, name] : kTiers)
    if (name == text) return each;
  return std::nullopt;
}
std::string_view to_string(Role role) noexcept {
  for (const auto& [each, name] : kRoles)
    if (each == role) return name;
  return "";
}
std::optional<Role> parse_role(std::string_view text) noexcept {
  for (const auto& [each, name] : kRoles)
    if (name == text) return each;
  return std::nullopt;
}

std::string normalise_email(std::string_view email) {
  const auto first = email.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  std::string normal{email.substr(first, email.find_last_not_of(" \t") - first + 1)};
  for (char& c : normal)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return normal;
}

}  // namespace qm::shop
