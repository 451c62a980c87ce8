// A request as handlers see it, and the answer they give. Names of headers compare without case.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/core/result.hpp"
#include "platform/core/task.hpp"

namespace qm::http {

enum class Method { Get, Head, Post, Put, Delete, Patch, Options, Other };
std::string_view to_string(Method method) noexcept;

using Headers = std::vector<std::pair<std::string, std::string>>;

// Who is calling, as the Authenticator found. Anonymous: empty subject.
struct Principal {
  std::string subject;  // user id, or the name of the service
  std::string role;     // "customer", "staff", "admin", "service"
  std::string email;
  std::string token_id;
  std::string session;  // what the token was issued under, so that signing out can end it; may be empty
  bool anonymous() const noexcept { return subject.empty(); }
};

// A body as it comes or goes: each call gives the next part, an empty one the end. The peer's pace is kept, as nothing
// is read or made before it is asked for. One call at a time.
using BodyParts = std::function<Task<Result<std::string>>()>;

struct Request {
  Method method = Method::Get;
  std::string target;          // as received
  std::string path;            // percent-decoded, without a trailing slash (but "/")
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  Headers headers;
  std::string body;
  BodyParts parts;             // instead of `body`, for an endpoint that takes it as it comes and a body that is long
  std::string remote_address;  // "127.0.0.1"
  std::string request_id;      // the caller's X-Request-Id if sane, else made here; echoed
  std::string traceparent;     // W3C; the caller's with a new span id, or a new trace: pass on to peers
  Deadline deadline{};
  Principal principal;

  // The first header of that name, or "".
  std::string_view header(std::string_view name) const noexcept;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  // Instead of `body`, when the same bytes answer many requests; immutable.
  std::shared_ptr<const std::string> shared_body;
  Headers headers;
  // The connection is closed and nothing is said: for programs that play a peer in trouble.
  bool lost = false;
  // Instead of `body`, for what is too long to be held. An error breaks the connection off, so that the caller does not
  // take what came for all.
  BodyParts parts;

  std::string_view payload() const noexcept { return shared_body ? std::string_view{*shared_body} : body; }
};

// The body of an endpoint that takes it as it comes, however it was read. Valid as long as the request is.
BodyParts parts_of(const Request& request);

}  // namespace qm::http
