#pragma once
#include <optional>
#include <string>

#include "platform/core/clock.hpp"
#include "platform/core/runtime.hpp"
#include "QuickMart-backend/store/user_store.hpp"

namespace qm::shop {

struct Registration {
  std::string email;
  std::string password;
  Role role = Role::customer;
  Profile profile;
  Preferences preferences;
  std::optional<UserId> id;  // empty: made here. Demo people bring theirs
};

// Opens an account; the password is hashed (Argon2id) on the pool. Thread-safe.
class RegisterUser {
 public:
  RegisterUser(UserStore& users, CpuPool& pool, const Clock& clock) : users_(users), pool_(pool), clock_(clock) {}

  // AlreadyExists: the address is taken. Unavailable: too many passwords are being hashed.
  Task<Result<User>> run(Registration registration);

 private:
  UserStore& users_;
  CpuPool& pool_;
  const Clock& clock_;
};

}  // namespace qm::shop
