// Login by user and password, as an Enterprise server with security enabled asks for. Pure; thread-safe.
//
// A client logs in once per node, which gives a session token, and authenticates each further connection to that node
// with the token. The password travels hashed (bcrypt, a salt of the protocol's own), so without TLS a listener can
// still use what it hears.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/aerospike/result_code.hpp"
#include "platform/core/result.hpp"

namespace qm::aerospike {

// The password as the server knows it. Slow on purpose (about 50 ms): do it once. Internal when the system's crypt
// does not know the method.
Result<std::string> hash_password(std::string_view password);

void encode_login(std::string& out, std::string_view user, std::string_view password_hash);
void encode_authenticate(std::string& out, std::string_view user, std::string_view session_token);

struct LoginReply {
  // Ok; SecurityNotEnabled: go on without; anything else is a refusal.
  ResultCode code = ResultCode::Ok;
  std::string session_token{};         // of a login; empty after encode_authenticate
  std::chrono::seconds session_ttl{0};  // 0: the session does not expire
};

// The body of an Admin frame that answers one of the above.
Result<LoginReply> parse_login(std::string_view body);

}  // namespace qm::aerospike
