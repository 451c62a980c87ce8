#include "QuickMart-backend/app/account.hpp"

namespace qm::shop {
namespace {

constexpr int kMaxAccountAttempts = 16;

Error account_gone() { return Error{ErrorKind::Unauthenticated, "This account does not exist any more."}; }

template <class T>
void take(T& value, const std::optional<T>& change) {
  if (change) value = *change;
}

void apply(const ProfileChange& change, User& user) {
  take(user.profile.name, change.name);
  if (change.age) user.profile.age = change.age;
  if (change.location) user.profile.location = change.location;
}

void apply(const PreferencesChange& change, User& user) {
  take(user.preferences.categories, change.categories);
  take(user.preferences.brands, change.brands);
  take(user.preferences.price_min, change.price_min);
  take(user.preferences.price_max, change.price_max);
}

}  // namespace

Task<Result<User>> Account::get(UserId id) {
  auto stored = co_await users_.get(std::move(id));
  if (stored) co_return std::move(stored->user);
  if (stored.error().kind == ErrorKind::NotFound) co_return account_gone();
  co_return stored.error();
}

template <class Change>
Task<Result<User>> Account::change(UserId id, Change change) {
  for (int attempt = 0; attempt < kMaxAccountAttempts; ++attempt) {
    auto stored = co_await users_.get(id);
    if (!stored && stored.error().kind == ErrorKind::NotFound) co_return account_gone();
    if (!stored) co_return stored.error();
    const User before = stored->user;
    apply(change, stored->user);
    if (stored->user == before) co_return before;
    auto written = co_await users_.update(stored->user, stored->generation);
    if (written) co_return std::move(stored->user);
    if (written.error().kind == ErrorKind::NotFound) co_return account_gone();
    if (written.error().kind != ErrorKind::GenerationMismatch) co_return written.error();
  }
  co_return unavailable("The account is being changed; please try again.");
}

Task<Result<User>> Account::change_profile(UserId id, ProfileChange wanted) {
  co_return co_await change(std::move(id), std::move(wanted));
}

Task<Result<User>> Account::change_preferences(UserId id, PreferencesChange wanted) {
  co_return co_await change(std::move(id), std::move(wanted));
}

}  // namespace qm::shop
