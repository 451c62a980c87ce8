#include "platform/aerospike/login.hpp"

#include <memory>

#include <crypt.h>

#include "platform/aerospike/wire.hpp"

namespace qm::aerospike {

namespace {

enum class AdminCommand : std::uint8_t { Authenticate = 0, Login = 20 };
enum class AdminField : std::uint8_t { User = 0, Credential = 3, SessionToken = 5, SessionTtl = 6 };

constexpr char kSalt[] = "$2a$10$7EqJtq98hPqEX7fNZaFWoO";
constexpr std::size_t kAdminHeaderBytes = 16;
constexpr std::size_t kFieldHeaderBytes = 5;

void append_field(std::string& out, AdminField field, std::string_view value) {
  append_big(out, static_cast<std::uint32_t>(value.size() + 1));
  out.push_back(static_cast<char>(field));
  out.append(value);
}

void encode_credentials(std::string& out, AdminCommand command, std::string_view user, AdminField field,
                        std::string_view credential) {
  const std::uint64_t body = kAdminHeaderBytes + 2 * kFieldHeaderBytes + user.size() + credential.size();
  append_big(out, std::uint64_t{2} << 56 | std::uint64_t{2} << 48 | body);
  char header[kAdminHeaderBytes] = {};
  header[2] = static_cast<char>(command);
  header[3] = 2;  // fields
  out.append(header, sizeof header);
  append_field(out, AdminField::User, user);
  append_field(out, field, credential);
}

}  // namespace

Result<std::string> hash_password(std::string_view password) {
  const auto work = std::make_unique<crypt_data>();
  const char* hash = crypt_r(std::string(password).c_str(), kSalt, work.get());
  if (!hash || !std::string_view(hash).starts_with(kSalt)) {
    return Error{ErrorKind::Internal, "The system's crypt() does not offer bcrypt, which logins need."};
  }
  return std::string(hash);
}

void encode_login(std::string& out, std::string_view user, std::string_view password_hash) {
  encode_credentials(out, AdminCommand::Login, user, AdminField::Credential, password_hash);
}

void encode_authenticate(std::string& out, std::string_view user, std::string_view session_token) {
  encode_credentials(out, AdminCommand::Authenticate, user, AdminField::SessionToken, session_token);
}

Result<LoginReply> parse_login(std::string_view body) {
  Reader in(body);
  LoginReply reply;
  in.bytes(1);
  reply.code = static_cast<ResultCode>(in.number<std::uint8_t>());
  in.bytes(1);
  const auto fields = in.number<std::uint8_t>();
  in.bytes(kAdminHeaderBytes - 4);
  for (std::uint8_t i = 0; i < fields && !in.failed(); ++i) {
    const auto size = in.length(in.number<std::uint32_t>(), 1);
    const auto field = static_cast<AdminField>(in.number<std::uint8_t>());
    const auto value = in.bytes(size);
    if (field == AdminField::SessionToken) reply.session_token = value;
    if (field == AdminField::SessionTtl) {
      Reader number(value);
      reply.session_ttl = std::chrono::seconds{number.number<std::uint32_t>()};
      if (number.failed()) in.fail();
    }
  }
  if (in.failed()) return unavailable("The server's answer to a login could not be read.");
  return reply;
}

}  // namespace qm::aerospike
