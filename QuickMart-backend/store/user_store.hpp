// Accounts: set "user" (id = user id), and set "user_email" (id = SHA-256 of the normalised address → user id), whose
// creation is what makes an address unique. A closed account keeps its record as a tombstone without personal data: it
// is NotFound for everybody, and its address is free again. Thread-safe.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/user.hpp"

namespace qm::shop {

struct StoredUser {
  User user;
  std::string password_hash;  // PHC string; leaves this layer for verification only
  std::uint32_t generation = 0;
};

struct UserPage {
  std::vector<User> users;
  std::string cursor;  // empty: no more
};

class UserStore {
 public:
  explicit UserStore(kv::Store& store) : store_(store) {}

  // AlreadyExists when the address or the id is taken. A crash half-way leaves an address without an account, which any
  // call takes over whose created_at is 10 s later (the same id: at once). The id of a closed account may be opened
  // anew.
  Task<Result<void>> create(User user, std::string password_hash);
  // NotFound.
  Task<Result<StoredUser>> get(UserId id);
  // By address in any spelling. NotFound.
  Task<Result<StoredUser>> find_by_email(std::string email);
  // Profile, preferences, role and last login; neither id, address nor password. GenerationMismatch when it changed
  // since it was read.
  Task<Result<void>> update(User user, std::uint32_t expect_generation);
  // Sets one field without reading the rest; survives the process's death, but not a power loss. NotFound.
  Task<Result<void>> set_last_login(UserId id, Timestamp at);
  // NotFound. Idempotent.
  Task<Result<void>> close(UserId id);
  // In no particular order; `limit` 1…1,000. A page may hold fewer, since closed ones are left out.
  Task<Result<UserPage>> list(std::string cursor, std::size_t limit);

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
