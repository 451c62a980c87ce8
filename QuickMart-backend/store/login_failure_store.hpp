// Failed logins, counted for all instances of the shop: set "login_failures", one record per account (by the hash of
// its normalised address, whether there is such an account or not) and one per remote address. They forget by time to
// live. Thread-safe.
#pragma once
#include <string>

#include "platform/kv/store.hpp"
#include "QuickMart-backend/domain/login_throttle.hpp"

namespace qm::shop {

struct CountedFailures {
  LoginFailures of_account;
  LoginFailures of_remote;
};

// None of its writes waits for the disk: a power loss may forget failures, which gives an attacker a few guesses.
class LoginFailureStore {
 public:
  explicit LoginFailureStore(kv::Store& store) : store_(store) {}

  Task<Result<CountedFailures>> get(std::string email, std::string remote_address);
  // One more failure of both.
  Task<Result<void>> add(std::string email, std::string remote_address, Timestamp now);
  // The account's count starts anew; the remote address keeps its own, since it may have guessed at others.
  Task<Result<void>> clear_account(std::string email);

 private:
  kv::Store& store_;
};

}  // namespace qm::shop
