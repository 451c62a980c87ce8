#include "QuickMart-backend/app/register_user.hpp"

#include "platform/security/password.hpp"

namespace qm::shop {
namespace {

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string{text.substr(first, text.find_last_not_of(" \t") - first + 1)};
}

}  // namespace

Task<Result<User>> RegisterUser::run(Registration registration) {
  // Before the costly hash; what counts is that create() says so too.
  auto holder = co_await users_.find_by_email(registration.email);
  if (holder) co_return Error{ErrorKind::AlreadyExists, "Email already registered"};
  if (holder.error().kind != ErrorKind::NotFound) co_return holder.error();

  std::string password = std::move(registration.password);
  auto hashing = [password = std::move(password)] { return security::hash_password(password); };
  auto hash = co_await pool_.run(std::move(hashing));
  if (!hash) co_return hash.error();

  User user;
  user.created_at = clock_.now();
  user.id = registration.id ? std::move(*registration.id) : UserId::make(user.created_at);
  user.email = trimmed(registration.email);
  user.role = registration.role;
  user.profile = std::move(registration.profile);
  user.preferences = std::move(registration.preferences);
  auto created = co_await users_.create(user, std::move(*hash));
  if (created) co_return user;
  if (created.error().kind == ErrorKind::AlreadyExists)
    co_return Error{ErrorKind::AlreadyExists, "Email already registered"};
  co_return created.error();
}

}  // namespace qm::shop
